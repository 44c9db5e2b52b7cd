package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.authorize.Policies;
import io.thingstead.broker.Broker;
import io.thingstead.engine.AccountShard;
import io.thingstead.identity.CaCertificates;
import io.thingstead.identity.Certificates;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.Things;
import java.util.concurrent.atomic.LongAdder;

/** The faces of an account's provisioning. */
public record Provisioning(Templates templates, Enrolment enrolment, Counts counts) {
  /** What provisioning counts; read at scrape time. */
  public record Counts(LongAdder justInTime, LongAdder justInTimeFailed) {
    Counts() {
      this(new LongAdder(), new LongAdder());
    }
  }

  /** Makes them, and has newcomers of the account's CAs provisioned from now on. */
  public static Provisioning of(
      Account account,
      AccountShard registry,
      Certificates certificates,
      Things things,
      GroupMembers members,
      ThingPrincipals principals,
      Policies policies,
      Broker broker) {
    Templates templates = new Templates(account, registry, CaCertificates::uses);
    Enrolment enrolment =
        new Enrolment(
            registry,
            new EnrolledThings(things, members),
            principals,
            certificates.registrar(),
            policies);
    Counts counts = new Counts();
    Newcomers newcomers =
        new Newcomers(
            account,
            certificates,
            templates,
            enrolment,
            new RegistrationEvents(account, broker),
            counts);
    certificates.cas().checkTemplates(Newcomers::check);
    certificates.onNewcomer(newcomers::shown);
    return new Provisioning(templates, enrolment, counts);
  }
}
