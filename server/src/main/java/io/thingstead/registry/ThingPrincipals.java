package io.thingstead.registry;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Attachments;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which principals are attached to which things of one account. Methods wait for the registry
 * shard: for virtual threads, not for event loops; those that take rows are for callers that
 * already hold them.
 */
public final class ThingPrincipals implements Attachments {
  private static final int CHUNK = 500;

  private final AccountShard shard;
  private final BiPredicate<? super Tx, String> exists;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private volatile SharedPrincipal shared = (_, _, _) -> {};

  /**
   * @param shard the account's registry shard
   * @param exists whether the account has this principal, asked inside the command
   */
  public ThingPrincipals(AccountShard shard, BiPredicate<? super Tx, String> exists) {
    this.shard = shard;
    this.exists = exists;
  }

  /**
   * Calls the listener with a principal's ARN whenever policy variables that speak of its things
   * may have changed: after the change is durable and before its caller has the answer, on the
   * shard's thread, so it must not block.
   */
  public void onChange(Consumer<String> listener) {
    listeners.add(listener);
  }

  /**
   * Has it told when a principal belongs to a second thing: principal, new thing, one it had
   * before. After that is durable, on the shard's thread, so it must not block.
   */
  public void onShared(SharedPrincipal listener) {
    shared = listener;
  }

  /**
   * AttachThingPrincipal. The same attachment again succeeds and changes nothing.
   *
   * @throws ApiException ResourceNotFound for thing or principal; InvalidRequest when an exclusive
   *     attachment stands against it
   */
  public void attach(String thing, String principal, PrincipalType type) {
    shard.call(
        tx -> {
          attach(tx, thing, principal, type);
          return thing;
        });
  }

  /** The same as a step of a command of the registry shard. */
  public void attach(Tx tx, String thing, String principal, PrincipalType type) {
    Name.check("thing name", thing);
    Things.require(tx, thing);
    requirePrincipal(tx, principal);
    if (tx.get(Tables.THING_PRINCIPAL, Key.of(thing, principal)) != null) {
      requireType(tx, thing, principal, type);
      return;
    }
    requireShareable(tx, thing, principal, type);
    List<Attachment> before = attachments(tx, principal);
    if (!before.isEmpty()) {
      String other = before.getFirst().thingName();
      tx.afterDurable(() -> shared.by(principal, thing, other));
    }
    byte[] value = type.name().getBytes(StandardCharsets.US_ASCII);
    tx.put(Tables.THING_PRINCIPAL, Key.of(thing, principal), value);
    tx.put(Tables.PRINCIPAL_THING, Key.of(principal, thing), value);
    tell(tx, principal);
  }

  private static void requireType(Tx tx, String thing, String principal, PrincipalType type) {
    PrincipalType existing =
        attachments(tx, principal).stream()
            .filter(attachment -> attachment.thingName().equals(thing))
            .findFirst()
            .orElseThrow()
            .type();
    if (existing != type) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "principal %s is attached to thing %s as %s: detach it first to make it %s"
              .formatted(principal, thing, existing, type));
    }
  }

  private static void requireShareable(Tx tx, String thing, String principal, PrincipalType type) {
    for (Attachment other : attachments(tx, principal)) {
      if (type == PrincipalType.EXCLUSIVE_THING || other.type() == PrincipalType.EXCLUSIVE_THING) {
        throw new ApiException(
            AwsError.INVALID_REQUEST,
            "principal %s cannot be attached to thing %s as %s: it is attached to thing %s as %s"
                .formatted(principal, thing, type, other.thingName(), other.type()));
      }
    }
  }

  private void requirePrincipal(Tx tx, String principal) {
    if (!exists.test(tx, principal)) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "principal " + principal + " not found in this account");
    }
  }

  /**
   * DetachThingPrincipal.
   *
   * @throws ApiException ResourceNotFound when the thing is unknown or the principal not attached
   */
  public void detach(String thing, String principal) {
    Name.check("thing name", thing);
    shard.call(
        tx -> {
          Things.require(tx, thing);
          if (tx.get(Tables.THING_PRINCIPAL, Key.of(thing, principal)) == null) {
            throw new ApiException(
                AwsError.RESOURCE_NOT_FOUND,
                "principal " + principal + " is not attached to thing " + thing);
          }
          remove(tx, thing, principal);
          return thing;
        });
  }

  private void remove(Tx tx, String thing, String principal) {
    tx.delete(Tables.THING_PRINCIPAL, Key.of(thing, principal));
    tx.delete(Tables.PRINCIPAL_THING, Key.of(principal, thing));
    tell(tx, principal);
  }

  /** ListThingPrincipals, in the order of ARNs. */
  public Page<Attachment> ofThing(
      String thing,
      @Nullable PrincipalType type,
      @Nullable Integer maxResults,
      @Nullable String nextToken) {
    Name.check("thing name", thing);
    Things.require(shard.durable(), thing);
    return page(Tables.THING_PRINCIPAL, thing, type, maxResults, nextToken);
  }

  /** ListPrincipalThings, in the order of names. */
  public Page<Attachment> ofPrincipal(
      String principal,
      @Nullable PrincipalType type,
      @Nullable Integer maxResults,
      @Nullable String nextToken) {
    shard.call(
        tx -> {
          requirePrincipal(tx, principal);
          return principal;
        });
    return page(Tables.PRINCIPAL_THING, principal, type, maxResults, nextToken);
  }

  // A page filtered by type may hold fewer than asked for and still have a next one.
  private Page<Attachment> page(
      Table table,
      String first,
      @Nullable PrincipalType type,
      @Nullable Integer maxResults,
      @Nullable String nextToken) {
    Page<Attachment> page =
        Page.read(
            shard.durable(),
            table,
            Key.of(first),
            Page.Size.RESULTS.of(maxResults),
            nextToken,
            row -> attachment(table, row));
    return new Page<>(
        page.items().stream().filter(a -> type == null || a.type() == type).toList(), page.next());
  }

  /** The things of a principal, for callers that hold rows of the registry shard. */
  public static List<Attachment> attachments(Rows rows, String principal) {
    return rows.scan(Tables.PRINCIPAL_THING, Key.of(principal), null, Integer.MAX_VALUE).stream()
        .map(row -> attachment(Tables.PRINCIPAL_THING, row))
        .toList();
  }

  /** The things of a principal, durable. */
  public List<Attachment> attachments(String principal) {
    return attachments(shard.durable(), principal);
  }

  /** Whether the principal belongs to any thing, inside a command of the registry shard. */
  @Override
  public boolean any(Tx tx, String principal) {
    return !tx.scan(Tables.PRINCIPAL_THING, Key.of(principal), null, 1).isEmpty();
  }

  /** Detaches the principal from all its things, inside a command of the registry shard. */
  @Override
  public void detachAll(Tx tx, String principal) {
    attachments(tx, principal).forEach(a -> remove(tx, a.thingName(), principal));
  }

  /** Refuses with 400 while anything is attached to the thing. */
  void requireNone(Tx tx, String thing) {
    if (!tx.scan(Tables.THING_PRINCIPAL, Key.of(thing), null, 1).isEmpty()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "Cannot delete. Thing " + thing + " is still attached to one or more principals");
    }
  }

  /** The thing's type or attributes change: tells of all its principals. */
  void changed(Tx tx, String thing) {
    Key prefix = Key.of(thing);
    Key after = null;
    List<Rows.Row> some;
    do {
      some = tx.scan(Tables.THING_PRINCIPAL, prefix, after, CHUNK);
      for (Rows.Row row : some) {
        tell(tx, attachment(Tables.THING_PRINCIPAL, row).principal());
        after = row.key();
      }
    } while (some.size() == CHUNK);
  }

  private void tell(Tx tx, String principal) {
    tx.afterDurable(() -> listeners.forEach(listener -> listener.accept(principal)));
  }

  private static Attachment attachment(Table table, Rows.Row row) {
    Key.Reader key = row.key().read();
    String first = key.text();
    String second = key.text();
    PrincipalType type = PrincipalType.valueOf(new String(row.value(), StandardCharsets.US_ASCII));
    return table.equals(Tables.THING_PRINCIPAL)
        ? new Attachment(first, second, type)
        : new Attachment(second, first, type);
  }
}
