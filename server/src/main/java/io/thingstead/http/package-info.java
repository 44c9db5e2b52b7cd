/** The API over HTTP: operations found, signatures checked, calls dispatched, answers sent. */
@NullMarked
package io.thingstead.http;

import org.jspecify.annotations.NullMarked;
