/** The web console's side of the server: who has signed in, its files, what only it asks for. */
@NullMarked
package io.thingstead.console;

import org.jspecify.annotations.NullMarked;
