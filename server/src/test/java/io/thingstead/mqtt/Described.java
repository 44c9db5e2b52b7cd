package io.thingstead.mqtt;

import io.netty.buffer.ByteBufUtil;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Packets as text that is equal if and only if every component is, whatever buffer holds them. */
final class Described {
  private static final ClassValue<Method[]> ACCESSORS =
      new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
          Method[] accessors =
              Stream.of(type.getRecordComponents())
                  .map(RecordComponent::getAccessor)
                  .toArray(Method[]::new);
          AccessibleObject.setAccessible(accessors, true);
          return accessors;
        }
      };

  private Described() {}

  static String packet(Packet packet) {
    if (packet instanceof Publish p) {
      return "Publish[%s %s %s %d %s %s]"
          .formatted(
              p.topic(),
              ByteBufUtil.hexDump(p.payload()),
              p.flags(),
              p.packetId(),
              value(p.properties()),
              p.qos());
    }
    return value(packet);
  }

  private static String value(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case List<?> list -> list.stream().map(Described::value).toList().toString();
      case Record components -> components(components);
      default -> value.toString();
    };
  }

  private static String components(Record value) {
    StringJoiner text = new StringJoiner(", ", value.getClass().getSimpleName() + "[", "]");
    try {
      for (Method accessor : ACCESSORS.get(value.getClass())) {
        text.add(accessor.getName() + "=" + value(accessor.invoke(value)));
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
    return text.toString();
  }
}
