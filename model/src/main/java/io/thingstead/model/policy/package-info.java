/** The policy language: documents, how they are read, and what they decide. */
@NullMarked
package io.thingstead.model.policy;

import org.jspecify.annotations.NullMarked;
