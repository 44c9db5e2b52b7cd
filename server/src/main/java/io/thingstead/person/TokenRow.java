package io.thingstead.person;

import io.thingstead.identity.Session;

/** What a session token holds, sealed. */
record TokenRow(
    String account, String arn, boolean administrator, String secret, Session session) {}
