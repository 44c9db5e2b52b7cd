package io.thingstead.mqtt;

import io.netty.channel.ChannelHandler;
import io.thingstead.account.Account;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorizer.Vouchers;
import io.thingstead.broker.Broker;
import io.thingstead.event.Refusals;
import io.thingstead.event.Tries;
import io.thingstead.net.Transport;
import io.thingstead.net.Unfinished;
import io.thingstead.presence.Presence;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of MQTT clients; what they all share. Any thread may use it.
 *
 * @param brokers the broker of an account
 * @param presences who is connected in an account
 * @param remembered what a caller may do, if that is known without blocking; else null
 * @param authorizer what a caller may do; may block
 * @param vouchers who say who the clients of an account without other proof are
 * @param blocking runs what may block: virtual threads
 * @param tries counts those who do not prove who they are
 * @param unfinished the memory of all clients for packets that have not arrived whole
 * @param random makes up client ids
 * @param development whether clients of plain listeners are asked less; never on secure ones
 */
public record Gateway(
    Function<Account, Broker> brokers,
    Function<Account, Presence> presences,
    Function<ConnectionContext, @Nullable Authorization> remembered,
    Function<ConnectionContext, Authorization> authorizer,
    Function<Account, Vouchers> vouchers,
    Executor blocking,
    Refusals refusals,
    Tries tries,
    Unfinished unfinished,
    RandomGenerator random,
    boolean development)
    implements Function<Transport, ChannelHandler> {

  @Override
  public ChannelHandler apply(Transport transport) {
    return new Connection(this, transport, transport.profile(), transport.limits());
  }
}
