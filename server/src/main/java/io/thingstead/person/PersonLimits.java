package io.thingstead.person;

/**
 * How much of everything an account may have (IAM guide: "IAM and AWS STS quotas"; Amazon Cognito
 * and AWS IoT guides: "Quotas"). The same in every profile: devices know nothing of it.
 */
final class PersonLimits {
  static final int USERS = 5_000;
  static final int KEYS_PER_USER = 2;
  static final int ROLES = 1_000;
  static final int POLICIES = 1_500;
  static final int POLICY_VERSIONS = 5;
  static final int POLICY_CHARS = 6_144;
  static final int TRUST_CHARS = 2_048;
  static final int ATTACHED_PER_OWNER = 10;
  static final int INLINE_PER_OWNER = 50;
  static final int TAGS = 50;
  static final int PROVIDERS = 100;
  static final int CLIENT_IDS_PER_PROVIDER = 100;
  static final int SESSION_POLICY_CHARS = 2_048;
  static final int ROLE_ALIASES = 100;
  static final int POOLS = 1_000;

  /** Anyone can make one where a pool lets him, so they are bounded. */
  static final int IDENTITIES_PER_POOL = 100_000;

  /** Rows that one page of a listing has at most, and without being asked. */
  static final int PAGE_MAX = 1_000;

  static final int PAGE = 100;

  private PersonLimits() {}
}
