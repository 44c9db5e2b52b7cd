package io.thingstead.identity;

import io.thingstead.model.policy.NamedPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is calling, proven. */
public sealed interface Principal {
  /** What logs, events and policies call this principal: certificate id, access key id or name. */
  String id();

  /**
   * What life-cycle events call it (AWS IoT guide: "Lifecycle events"): of a signer, {@code
   * ACCOUNT/ID:NAME}, where the id is the unique one of its user or role.
   */
  default String inEvents() {
    return id();
  }

  /**
   * What the rule function {@code principal()} calls it (AWS IoT guide: "SQL functions"): of a
   * signer, the unique id of its user or role, of a role with the session's name.
   */
  default String inRules() {
    return id();
  }

  /**
   * A device that proved possession of a registered certificate's key.
   *
   * @param certificateId lower-case hex SHA-256 of the certificate's DER form
   * @param arn its ARN
   * @param active whether its status lets it connect; an inactive one is refused at CONNECT, by
   *     name
   */
  record Certificate(String certificateId, String arn, boolean active) implements Principal {
    @Override
    public String id() {
      return certificateId;
    }
  }

  /**
   * A caller that signed with an access key.
   *
   * @param accessKeyId the public half of the key
   * @param arn who owns the key
   * @param administrator whether everything is allowed to it
   * @param ownerId unique id of the user or role; empty of an administrator, who is known by the
   *     key
   * @param session what a temporary key stands for, null of a key for ever
   */
  record AccessKey(
      String accessKeyId,
      String arn,
      boolean administrator,
      String ownerId,
      @Nullable Session session)
      implements Principal {
    /** An administrator's key for ever. */
    public AccessKey(String accessKeyId, String arn, boolean administrator) {
      this(accessKeyId, arn, administrator, "", null);
    }

    /** A key of a session. */
    public AccessKey(String accessKeyId, String arn, boolean administrator, Session session) {
      this(accessKeyId, arn, administrator, session.ownerId(), session);
    }

    @Override
    public String id() {
      return accessKeyId;
    }

    @Override
    public String inRules() {
      if (ownerId.isEmpty()) {
        return id();
      }
      return session != null && session.of() == Session.Of.ROLE
          ? ownerId + ":" + session.name()
          : ownerId;
    }

    @Override
    public String inEvents() {
      String[] parts = arn.split(":", 6); // arn:aws:iam::ACCOUNT:user/NAME
      String name = arn.substring(arn.lastIndexOf('/') + 1);
      String owner = ownerId.isEmpty() ? accessKeyId : ownerId;
      return (parts.length == 6 ? parts[4] : "") + "/" + owner + ":" + name;
    }
  }

  /**
   * A caller that a custom authorizer vouches for.
   *
   * @param id what the authorizer calls it
   * @param authorizer the authorizer's name
   * @param policies what it may do
   * @param certificate the certificate that it had to show as well, or null
   */
  record Vouched(
      String id, String authorizer, List<NamedPolicy> policies, @Nullable Certificate certificate)
      implements Principal {
    public Vouched {
      policies = List.copyOf(policies);
    }

    /** One that had to show nothing else. */
    public Vouched(String id, String authorizer, List<NamedPolicy> policies) {
      this(id, authorizer, policies, null);
    }
  }

  /**
   * A caller of a plain listener, with no proof at all. Its policy denies everything until changed,
   * unless the listener is in development mode.
   *
   * @param name the listener's name for it, such as {@code anonymous}
   */
  record Anonymous(String name) implements Principal {
    @Override
    public String id() {
      return name;
    }
  }
}
