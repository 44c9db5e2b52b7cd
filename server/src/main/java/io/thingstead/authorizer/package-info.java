/** Custom authorizers: functions of the user that say who a caller is and what it may do. */
@NullMarked
package io.thingstead.authorizer;

import org.jspecify.annotations.NullMarked;
