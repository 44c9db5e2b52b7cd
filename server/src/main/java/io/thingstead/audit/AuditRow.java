package io.thingstead.audit;

/** A deed as it is kept on disk. */
record AuditRow(long number, long atMillis, Deed deed) {}
