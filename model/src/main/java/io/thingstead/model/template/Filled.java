package io.thingstead.model.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a template wants of one device.
 *
 * @param policies what the certificate is to be allowed; empty without a certificate
 * @param deviceConfiguration told to the device
 */
public record Filled(
    @Nullable Thing thing,
    @Nullable Certificate certificate,
    List<Policy> policies,
    Map<String, String> deviceConfiguration) {
  public Filled {
    policies = List.copyOf(policies);
  }

  /**
   * A thing.
   *
   * @param logicalName what the template calls it
   * @param groups static groups it is in
   */
  public record Thing(
      String logicalName,
      String name,
      @Nullable String typeName,
      Map<String, String> attributes,
      List<String> groups,
      @Nullable String billingGroup,
      Overrides existing) {
    public Thing {
      attributes = Map.copyOf(attributes);
      groups = List.copyOf(groups);
    }
  }

  /** What becomes of a thing that is already there. */
  public record Overrides(Existing attributes, Existing typeName, Existing groups) {}

  /**
   * A certificate.
   *
   * @param active whether it may connect
   * @param exclusive whether it belongs to this thing alone
   * @param existing what becomes of the status of one that is already there
   */
  public record Certificate(
      String logicalName, Source source, boolean active, boolean exclusive, Existing existing) {}

  /** Where a certificate comes from. */
  public sealed interface Source {
    /** It is signed on this request, PEM. */
    record Request(String pem) implements Source {}

    /** It is registered already. */
    record Registered(String certificateId) implements Source {}

    /**
     * It is registered now.
     *
     * @param caPem which CA vouches for it, or null when it need not be said
     */
    record Given(String pem, @Nullable String caPem) implements Source {}
  }

  /**
   * A policy.
   *
   * @param name of one that is there, or null
   * @param document of one that is made if it is not there yet, or null
   */
  public record Policy(String logicalName, @Nullable String name, @Nullable String document) {}
}
