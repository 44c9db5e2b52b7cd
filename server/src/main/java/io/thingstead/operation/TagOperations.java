package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListTagsForResourceResponse;
import io.thingstead.api.iot.Tag;
import io.thingstead.api.iot.TagResourceResponse;
import io.thingstead.api.iot.UntagResourceResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tags of resources. */
final class TagOperations {
  private final Function<Account, Features> features;

  TagOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Tags tags(Call call) {
    return features.apply(call.account()).tags();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.TAG_RESOURCE,
        (call, in) -> {
          tags(call).put(in.resourceArn(), parse(in.tags()));
          return new TagResourceResponse();
        });
    table.on(
        Iot.UNTAG_RESOURCE,
        (call, in) -> {
          tags(call).remove(in.resourceArn(), in.tagKeys());
          return new UntagResourceResponse();
        });
    table.on(
        Iot.LIST_TAGS_FOR_RESOURCE,
        (call, in) -> {
          if (in.nextToken() != null) {
            throw new ApiException(
                AwsError.INVALID_REQUEST,
                "nextToken was not given by this listing: it has one page");
          }
          return new ListTagsForResourceResponse(
              tags(call).of(in.resourceArn()).entrySet().stream()
                  .map(tag -> new Tag(tag.getKey(), tag.getValue()))
                  .toList(),
              null);
        });
  }

  /** Tags as a request gives them; the same key twice is refused. */
  static Map<String, String> parse(@Nullable List<Tag> given) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (Tag tag : given == null ? List.<Tag>of() : given) {
      String value = tag.value();
      if (tags.put(tag.key(), value == null ? "" : value) != null) {
        throw new ApiException(
            AwsError.INVALID_REQUEST, "the tag " + tag.key() + " is given twice");
      }
    }
    return tags;
  }
}
