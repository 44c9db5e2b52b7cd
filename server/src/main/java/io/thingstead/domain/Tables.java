package io.thingstead.domain;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The durable tables of domain configurations; ids 220 to 229 are their range for ever. */
final class Tables {
  /** In the registry shard: (name) → {@link DomainRow}. */
  static final Table DOMAIN = new Table(220, "domain-configuration", Family.STATE);

  /** In the registry shard: (id) → {@link ServerCertificateRow}. */
  static final Table SERVER_CERTIFICATE = new Table(221, "server-certificate", Family.STATE);

  /** In the registry shard: (name of a configuration) → what the own CA has issued for it. */
  static final Table ISSUED = new Table(222, "issued-server-certificate", Family.STATE);

  private Tables() {}
}
