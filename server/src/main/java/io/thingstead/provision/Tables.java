package io.thingstead.provision;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of provisioning, all in the account's registry shard; 180 to 189 are its ids. */
final class Tables {
  /** Template name → {@link TemplateRow}. */
  static final Table TEMPLATE = new Table(180, "provisioning-template", Family.STATE);

  /** Template name, version → {@link VersionRow}. */
  static final Table VERSION = new Table(181, "provisioning-template-version", Family.STATE);

  /** Hash of an ownership token → {@link TokenRow}. */
  static final Table TOKEN = new Table(182, "ownership-token", Family.STATE);

  /** Certificate provider's name → {@link ProviderRow}. */
  static final Table PROVIDER = new Table(183, "certificate-provider", Family.STATE);

  /** Id of a bulk registration → {@link TaskRow}. */
  static final Table TASK = new Table(184, "registration-task", Family.STATE);

  /** Id of a bulk registration, report's type, line → what is told of it, JSON. */
  static final Table TASK_REPORT = new Table(185, "registration-report", Family.STATE);

  private Tables() {}
}
