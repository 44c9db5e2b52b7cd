/** The targets of rules: what an action is, and how each kind is carried out. */
@NullMarked
package io.thingstead.rules.action;

import org.jspecify.annotations.NullMarked;
