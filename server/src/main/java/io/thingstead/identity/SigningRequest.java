package io.thingstead.identity;

import java.security.PublicKey;
import org.bouncycastle.asn1.x500.X500Name;

/** The checked content of a PKCS#10 request [RFC 2986]. */
record SigningRequest(X500Name subject, PublicKey key) {}
