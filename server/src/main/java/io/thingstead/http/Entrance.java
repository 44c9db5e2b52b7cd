package io.thingstead.http;

import io.netty.channel.ChannelHandler;
import io.thingstead.event.Refusals;
import io.thingstead.net.Transport;
import java.util.function.Function;

/**
 * How callers come in.
 *
 * @param refusals told of those who are not let in, or may not do what they ask
 * @param mqtt makes the handler of a WebSocket's connection, which gets and gives plain bytes
 */
public record Entrance(
    Authentication authentication, Refusals refusals, Function<Transport, ChannelHandler> mqtt) {}
