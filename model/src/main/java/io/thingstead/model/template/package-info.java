/** The language of provisioning templates: read, checked, and filled with parameters. */
@NullMarked
package io.thingstead.model.template;

import org.jspecify.annotations.NullMarked;
