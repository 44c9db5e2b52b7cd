package io.thingstead.identity;

/** Whether a CA may bring in new certificates; the names are the API's. */
public enum CaStatus {
  ACTIVE,
  INACTIVE
}
