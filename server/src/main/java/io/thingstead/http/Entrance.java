package io.thingstead.http;

import io.netty.channel.ChannelHandler;
import io.thingstead.account.Account;
import io.thingstead.audit.Deeds;
import io.thingstead.event.Refusals;
import io.thingstead.event.Tries;
import io.thingstead.net.Transport;
import java.util.function.Function;

/**
 * How callers come in.
 *
 * @param refusals told of those who are not let in, or may not do what they ask
 * @param tries counts those who do not prove who they are
 * @param audits where an account's changes are written down
 * @param mqtt makes the handler of a WebSocket's connection, which gets and gives plain bytes
 */
public record Entrance(
    Authentication authentication,
    Refusals refusals,
    Tries tries,
    Function<Account, Deeds> audits,
    Function<Transport, ChannelHandler> mqtt) {}
