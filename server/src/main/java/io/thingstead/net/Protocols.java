package io.thingstead.net;

import io.netty.channel.ChannelHandler;
import java.util.function.Function;

/**
 * Makes the handler of a connection once its protocol is known. The handler is added to a channel
 * that is already active, so its life begins with {@code handlerAdded}. A {@link Draining} event
 * asks it to end.
 *
 * @param mqtt gets {@code ByteBuf}s, the first of which begins with the first byte
 * @param http stands behind an HTTP codec, so it gets {@code HttpRequest} and {@code HttpContent}
 */
public record Protocols(
    Function<Transport, ChannelHandler> mqtt, Function<Transport, ChannelHandler> http) {}
