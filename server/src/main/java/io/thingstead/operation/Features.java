package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.audit.AuditLog;
import io.thingstead.authorize.Authorizer;
import io.thingstead.authorize.Policies;
import io.thingstead.authorize.Why;
import io.thingstead.authorizer.CustomAuthorizers;
import io.thingstead.broker.Broker;
import io.thingstead.domain.DomainConfigurations;
import io.thingstead.function.Functions;
import io.thingstead.identity.Certificates;
import io.thingstead.person.Persons;
import io.thingstead.presence.Presence;
import io.thingstead.provision.Provisioning;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.Tags;
import io.thingstead.registry.ThingGroups;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.ThingTypes;
import io.thingstead.registry.Things;
import io.thingstead.rules.Rules;
import io.thingstead.shadow.Shadows;

/**
 * The features of one account. Each holds the account's own part of the store, so that none can
 * reach another account's rows.
 */
public record Features(
    Account account,
    Things things,
    ThingTypes thingTypes,
    ThingPrincipals principals,
    ThingGroups groups,
    GroupMembers members,
    Tags tags,
    Certificates certificates,
    Policies policies,
    Authorizer authorizer,
    Why why,
    Persons persons,
    Broker broker,
    Presence presence,
    Shadows shadows,
    Rules rules,
    Provisioning provisioning,
    Functions functions,
    AuditLog audit,
    CustomAuthorizers authorizers,
    DomainConfigurations domains) {}
