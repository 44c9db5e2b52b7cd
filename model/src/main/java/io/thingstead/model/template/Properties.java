package io.thingstead.model.template;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The members of an object that may have these and no others. */
final class Properties {
  private final String what;
  private final Located.Members members;

  Properties(String what, Located.Members members, String... names) {
    this.what = what;
    this.members = members;
    List<String> known = List.of(names);
    members
        .values()
        .forEach(
            (name, value) -> {
              if (!known.contains(name)) {
                throw new TemplateException(
                    value.at(), what + " has no '" + name + "', only " + String.join(", ", known));
              }
            });
  }

  @Nullable Located find(String name) {
    return members.values().get(name);
  }

  Located require(String name) {
    Located found = find(name);
    if (found == null) {
      throw new TemplateException(members.at(), what + " lacks its " + name);
    }
    return found;
  }

  void ifPresent(String name, Consumer<Located> to) {
    Located found = find(name);
    if (found != null) {
      to.accept(found);
    }
  }
}
