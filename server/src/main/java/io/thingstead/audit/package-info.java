/** What was changed by the API, and who was kept from changing it: by whom, from where. */
@NullMarked
package io.thingstead.audit;

import org.jspecify.annotations.NullMarked;
