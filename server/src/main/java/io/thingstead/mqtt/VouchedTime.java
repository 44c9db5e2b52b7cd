package io.thingstead.mqtt;

import io.thingstead.authorize.VouchedAuthorization;
import io.thingstead.authorizer.Vouching;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Lane;

/**
 * The time that a custom authorizer has given a connection: it asks again when it must, and ends
 * the connection when that is over (AWS IoT guide: "Custom authentication workflow"). On the
 * connection's loop.
 */
final class VouchedTime {
  private static final long SECOND = 1000;

  /** It looks again so often, so that a connection that has gone is not kept for a day. */
  private static final long LOOK_MILLIS = 60 * SECOND;

  private final Connection connection;
  private final Gateway gateway;
  private final Joining.Vouched vouched;
  private final VouchedAuthorization authorization;
  private final Lane lane;
  private final long endMillis;
  private long refreshMillis;
  private boolean asking;

  VouchedTime(
      Connection connection,
      Gateway gateway,
      Joining.Vouched vouched,
      VouchedAuthorization authorization) {
    this.connection = connection;
    this.gateway = gateway;
    this.vouched = vouched;
    this.authorization = authorization;
    this.lane = connection.lane();
    this.endMillis = lane.nowMillis() + vouched.answer().disconnectAfterSeconds() * SECOND;
    this.refreshMillis = lane.nowMillis() + vouched.answer().refreshAfterSeconds() * SECOND;
  }

  /** Begins to look at the clock. */
  void watch() {
    long next = asking ? endMillis : Math.min(endMillis, refreshMillis);
    lane.wheel().at(Math.min(next, lane.nowMillis() + LOOK_MILLIS), this::look);
  }

  private void look() {
    if (!connection.open()) {
      return;
    }
    long now = lane.nowMillis();
    if (endMillis <= now) {
      connection.fail(
          DisconnectReason.CUSTOMAUTH_TTL_EXPIRATION,
          ReasonCode.MAXIMUM_CONNECT_TIME,
          "the time that custom authorizer "
              + vouched.answer().principal().authorizer()
              + " gave it is over");
      return;
    }
    if (refreshMillis <= now && !asking) {
      asking = true;
      ask();
    }
    watch();
  }

  private void ask() {
    gateway
        .blocking()
        .execute(
            () -> {
              Vouching answer =
                  vouched.vouchers().vouch(vouched.asking(), connection.transport().remote());
              connection.channel().eventLoop().execute(() -> answered(answer));
            });
  }

  private void answered(Vouching answer) {
    asking = false;
    if (!connection.open()) {
      return;
    }
    switch (answer) {
      case Vouching.Refused(String why) -> end(why);
      case Vouching.Vouched again -> {
        if (again.principal().id().equals(vouched.answer().principal().id())) {
          authorization.renew(again.principal().policies());
          refreshMillis = lane.nowMillis() + again.refreshAfterSeconds() * SECOND;
        } else {
          end("the custom authorizer says that it is another now: " + again.principal().id());
        }
      }
    }
  }

  private void end(String why) {
    connection.refused("connect", connection.session().clientId(), "", why);
    connection.fail(DisconnectReason.AUTH_ERROR, ReasonCode.NOT_AUTHORIZED, why);
  }
}
