/** Rule SQL: parser, values, evaluation, and substitution templates (rules SQL reference). */
@NullMarked
package io.thingstead.model.sql;

import org.jspecify.annotations.NullMarked;
