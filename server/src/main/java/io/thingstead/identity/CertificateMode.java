package io.thingstead.identity;

/** Whether a device must name the host it wants (SNI); the names are the API's. */
public enum CertificateMode {
  DEFAULT,
  SNI_ONLY
}
