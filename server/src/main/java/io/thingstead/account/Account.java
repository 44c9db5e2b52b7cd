package io.thingstead.account;

import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;

/**
 * One account of this server, bound to its region and profile. Feature objects are made one for
 * each account and hold it, so that they cannot form another account's key or ARN.
 *
 * @param id the twelve digits
 * @param region the region its ARNs and signatures carry, such as {@code us-east-1}
 * @param profile what the gateway offers to its devices
 * @param quotas what was set instead of the profile's limits
 */
public record Account(AccountId id, String region, Profile profile, Quotas quotas) {
  /** An account with its profile's limits. */
  public Account(AccountId id, String region, Profile profile) {
    this(id, region, profile, Quotas.NONE);
  }

  /** What the account may have and do. */
  public Limits limits() {
    return quotas.limits(profile);
  }

  /** An ARN of this account: {@code arn:aws:iot:REGION:ID:RESOURCE}. */
  public String arn(String resource) {
    return "arn:aws:iot:" + region + ":" + id + ":" + resource;
  }
}
