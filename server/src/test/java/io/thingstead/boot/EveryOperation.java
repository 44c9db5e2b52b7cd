package io.thingstead.boot;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/** Calls the operations of an SDK's client one after the other, with the names that it is given. */
record EveryOperation(Map<String, String> names) {
  private static final Pattern PAYLOAD = Pattern.compile("bytes=0x([0-9a-f]+)");

  /**
   * What each operation answered, or how it was refused, by its name.
   *
   * @param client of an SDK, such as {@code IotClient}
   * @param which operations, by their names in the SDK
   */
  Map<String, String> call(Object client, Predicate<String> which) throws Exception {
    Map<String, String> answers = new TreeMap<>();
    Method[] methods = client.getClass().getInterfaces()[0].getMethods();
    Arrays.sort(methods, Comparator.comparing(Method::getName));
    for (Method method : methods) {
      Class<?>[] takes = method.getParameterTypes();
      if (takes.length == 1
          && SdkRequest.class.isAssignableFrom(takes[0])
          && !method.getName().endsWith("Paginator")
          && which.test(method.getName())) {
        answers.put(method.getName(), answer(client, method, request(takes[0])));
      }
    }
    return answers;
  }

  private Object request(Class<?> type) throws ReflectiveOperationException {
    Object builder = type.getMethod("builder").invoke(null);
    for (SdkField<?> field : ((SdkPojo) builder).sdkFields()) {
      String value = names.get(field.memberName());
      if (value != null && MarshallingType.STRING.equals(field.marshallingType())) {
        field.set(builder, value);
      }
    }
    return ((SdkBuilder<?, ?>) builder).build();
  }

  private static String answer(Object client, Method method, Object request)
      throws IllegalAccessException {
    try {
      return readable(String.valueOf(method.invoke(client, request)));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof SdkException refused) {
        return "refused: "
            + String.valueOf(refused.getMessage()).replaceAll(", Request ID: [^)]*", "");
      }
      throw new AssertionError(method.getName(), e.getCause());
    }
  }

  /** With the text of payloads, and without the time at which it was answered. */
  private static String readable(String answer) {
    return PAYLOAD
        .matcher(answer)
        .replaceAll(
            hex ->
                Matcher.quoteReplacement(
                    new String(HexFormat.of().parseHex(hex.group(1)), StandardCharsets.ISO_8859_1)))
        .replaceAll("(Timestamp=|\"timestamp\":)\\d+", "");
  }
}
