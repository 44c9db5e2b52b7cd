package io.thingstead.person;

/**
 * Whom policies are given to.
 *
 * @param id unique for ever
 */
record Owner(Kind kind, String name, String id, String arn) {
  /** How the two differ for policies (IAM guide: "IAM and AWS STS quotas"). */
  enum Kind {
    USER("user", 2_048),
    ROLE("role", 10_240);

    private final String word;
    private final int inlineChars;

    Kind(String word, int inlineChars) {
      this.word = word;
      this.inlineChars = inlineChars;
    }

    String word() {
      return word;
    }

    /** Characters of all its inline policies together, white space not counted. */
    int inlineChars() {
      return inlineChars;
    }
  }

  /** What a policy of its own is called where decisions are explained. */
  String own(String policyName) {
    return kind.word + "/" + name + "/" + policyName;
  }
}
