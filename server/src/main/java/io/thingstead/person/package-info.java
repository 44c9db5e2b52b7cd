/** Callers that are not devices: users and roles, their keys, sessions and policies. */
@NullMarked
package io.thingstead.person;

import org.jspecify.annotations.NullMarked;
