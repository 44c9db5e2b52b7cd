package io.thingstead.metrics;

import java.util.Map;

/**
 * One minute of an account.
 *
 * @param minute since 1970
 * @param values by the name of the series; what is absent is 0
 */
record MinuteRow(long minute, Map<String, Long> values) {}
