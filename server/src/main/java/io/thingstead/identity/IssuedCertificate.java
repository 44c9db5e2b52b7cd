package io.thingstead.identity;

/** A certificate just registered. */
public record IssuedCertificate(String certificateArn, String certificateId, String pem) {}
