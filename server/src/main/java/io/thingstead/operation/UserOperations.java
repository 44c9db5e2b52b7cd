package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.Percent;
import io.thingstead.api.iam.AccessKey;
import io.thingstead.api.iam.AccessKeyMetadata;
import io.thingstead.api.iam.AttachedPolicy;
import io.thingstead.api.iam.CreateAccessKeyResponse;
import io.thingstead.api.iam.CreateUserResponse;
import io.thingstead.api.iam.GetUserPolicyResponse;
import io.thingstead.api.iam.GetUserResponse;
import io.thingstead.api.iam.Iam;
import io.thingstead.api.iam.ListAccessKeysResponse;
import io.thingstead.api.iam.ListAttachedUserPoliciesResponse;
import io.thingstead.api.iam.ListUserPoliciesResponse;
import io.thingstead.api.iam.ListUserTagsResponse;
import io.thingstead.api.iam.ListUsersResponse;
import io.thingstead.api.iam.StatusType;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.person.OwnerPolicies;
import io.thingstead.person.Persons;
import io.thingstead.person.User;
import io.thingstead.person.UserKey;
import io.thingstead.person.UserKeys;
import io.thingstead.row.Page;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Users, their access keys and their policies. */
final class UserOperations {
  private final Function<Account, Features> features;

  UserOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Persons persons(Call call) {
    return features.apply(call.account()).persons();
  }

  void bind(OperationTable table) {
    bindUsers(table);
    bindTags(table);
    bindKeys(table);
    bindAttached(table);
    bindOwn(table);
  }

  private void bindUsers(OperationTable table) {
    table.on(
        Iam.CREATE_USER,
        (call, in) -> {
          requireNoBoundary(in.permissionsBoundary());
          return new CreateUserResponse(
              user(
                  persons(call)
                      .users()
                      .create(in.userName(), in.path(), IamTags.parse(in.tags()))));
        });
    table.on(
        Iam.GET_USER,
        (call, in) ->
            new GetUserResponse(user(persons(call).users().get(nameOr(call, in.userName())))));
    table.on(
        Iam.LIST_USERS,
        (call, in) -> {
          Page<User> page = persons(call).users().list(in.pathPrefix(), in.maxItems(), in.marker());
          return new ListUsersResponse(
              page.items().stream().map(UserOperations::user).toList(),
              page.next() != null,
              page.next());
        });
    table.on(
        Iam.UPDATE_USER,
        (call, in) -> {
          persons(call).users().update(in.userName(), in.newUserName(), in.newPath());
          return Empty.EMPTY;
        });
    table.on(
        Iam.DELETE_USER,
        (call, in) -> {
          persons(call).users().delete(in.userName());
          return Empty.EMPTY;
        });
  }

  private void bindTags(OperationTable table) {
    table.on(
        Iam.TAG_USER,
        (call, in) -> {
          persons(call).users().tag(in.userName(), IamTags.parse(in.tags()));
          return Empty.EMPTY;
        });
    table.on(
        Iam.UNTAG_USER,
        (call, in) -> {
          persons(call).users().untag(in.userName(), in.tagKeys());
          return Empty.EMPTY;
        });
    table.on(
        Iam.LIST_USER_TAGS,
        (call, in) ->
            new ListUserTagsResponse(
                IamTags.list(persons(call).users().get(in.userName()).tags()), false, null));
  }

  private void bindKeys(OperationTable table) {
    table.on(
        Iam.CREATE_ACCESS_KEY,
        (call, in) -> {
          UserKeys.Made made = persons(call).keys().create(nameOr(call, in.userName()));
          UserKey key = made.key();
          return new CreateAccessKeyResponse(
              new AccessKey(key.userName(), key.id(), status(key), made.secret(), key.created()));
        });
    table.on(
        Iam.LIST_ACCESS_KEYS,
        (call, in) ->
            new ListAccessKeysResponse(
                persons(call).keys().list(nameOr(call, in.userName())).stream()
                    .map(
                        key ->
                            new AccessKeyMetadata(
                                key.userName(), key.id(), status(key), key.created()))
                    .toList(),
                false,
                null));
    table.on(
        Iam.UPDATE_ACCESS_KEY,
        (call, in) -> {
          persons(call)
              .keys()
              .update(
                  nameOr(call, in.userName()), in.accessKeyId(), in.status() == StatusType.ACTIVE);
          return Empty.EMPTY;
        });
    table.on(
        Iam.DELETE_ACCESS_KEY,
        (call, in) -> {
          persons(call).keys().delete(nameOr(call, in.userName()), in.accessKeyId());
          return Empty.EMPTY;
        });
  }

  private void bindAttached(OperationTable table) {
    table.on(
        Iam.ATTACH_USER_POLICY,
        (call, in) -> {
          persons(call).userPolicies().attach(in.userName(), in.policyArn());
          return Empty.EMPTY;
        });
    table.on(
        Iam.DETACH_USER_POLICY,
        (call, in) -> {
          persons(call).userPolicies().detach(in.userName(), in.policyArn());
          return Empty.EMPTY;
        });
    table.on(
        Iam.LIST_ATTACHED_USER_POLICIES,
        (call, in) -> {
          Page<OwnerPolicies.Attached> page =
              persons(call).userPolicies().attached(in.userName(), in.maxItems(), in.marker());
          return new ListAttachedUserPoliciesResponse(
              page.items().stream()
                  .map(policy -> new AttachedPolicy(policy.name(), policy.arn()))
                  .toList(),
              page.next() != null,
              page.next());
        });
  }

  private void bindOwn(OperationTable table) {
    table.on(
        Iam.PUT_USER_POLICY,
        (call, in) -> {
          persons(call).userPolicies().put(in.userName(), in.policyName(), in.policyDocument());
          return Empty.EMPTY;
        });
    table.on(
        Iam.GET_USER_POLICY,
        (call, in) ->
            new GetUserPolicyResponse(
                in.userName(),
                in.policyName(),
                Percent.encode(persons(call).userPolicies().get(in.userName(), in.policyName()))));
    table.on(
        Iam.LIST_USER_POLICIES,
        (call, in) -> {
          Page<String> page =
              persons(call).userPolicies().list(in.userName(), in.maxItems(), in.marker());
          return new ListUserPoliciesResponse(page.items(), page.next() != null, page.next());
        });
    table.on(
        Iam.DELETE_USER_POLICY,
        (call, in) -> {
          persons(call).userPolicies().delete(in.userName(), in.policyName());
          return Empty.EMPTY;
        });
  }

  /** The user that is named, or else the caller. */
  private static String nameOr(Call call, @Nullable String given) {
    if (given != null) {
      return given;
    }
    if (call.principal() instanceof Principal.AccessKey key && key.arn().contains(":user/")) {
      return key.arn().substring(key.arn().lastIndexOf('/') + 1);
    }
    throw new ApiException(
        AwsError.VALIDATION, "Must specify userName when calling with non-User credentials");
  }

  static void requireNoBoundary(@Nullable String boundary) {
    if (boundary != null) {
      throw new ApiException(
          AwsError.INVALID_INPUT,
          "permissions boundaries are not supported by this server: leave PermissionsBoundary out");
    }
  }

  private static StatusType status(UserKey key) {
    return key.active() ? StatusType.ACTIVE : StatusType.INACTIVE;
  }

  private static io.thingstead.api.iam.User user(User user) {
    return io.thingstead.api.iam.User.builder()
        .path(user.path())
        .userName(user.name())
        .userId(user.id())
        .arn(user.arn())
        .createDate(user.created())
        .tags(IamTags.shown(user.tags()))
        .build();
  }
}
