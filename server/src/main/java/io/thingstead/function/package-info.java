/** The functions of an account: their code, and the processes that run it. */
@NullMarked
package io.thingstead.function;

import org.jspecify.annotations.NullMarked;
