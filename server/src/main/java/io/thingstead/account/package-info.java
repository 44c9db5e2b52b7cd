/** Accounts: whose things, keys, topics and quotas these are. */
@NullMarked
package io.thingstead.account;

import org.jspecify.annotations.NullMarked;
