/** How features keep records in tables, and list them in pages. */
@NullMarked
package io.thingstead.row;

import org.jspecify.annotations.NullMarked;
