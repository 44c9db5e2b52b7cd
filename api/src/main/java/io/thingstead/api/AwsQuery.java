package io.thingstead.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thingstead.api.Shape.Structure;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The protocol {@code awsQuery}: one path, the form parameters {@code Action} and {@code Version}
 * tell the operation, further ones are its input, and answers are XML.
 */
public final class AwsQuery implements Codec {
  private static final int SERVER_ERRORS = 500;

  private final Service service;
  private final Wire.Query wire;

  AwsQuery(Service service, Wire.Query wire) {
    this.service = service;
    this.wire = wire;
  }

  @Override
  public @Nullable Match find(ApiRequest request) {
    boolean method = request.method().equals("GET") || request.method().equals("POST");
    boolean form = request.body().length == 0 || Form.isBody(request);
    boolean ours = request.path().equals("/") && method && form;
    if (!ours) {
      return null;
    }
    Form given = Form.of(request);
    String version = text(given, "Version");
    if (version != null && !version.equals(wire.version())) {
      return null;
    }
    OperationShape operation = service.find(String.valueOf(text(given, "Action")));
    return operation == null ? null : new Match(operation, Map.of());
  }

  private static @Nullable String text(Form form, String name) {
    Form given = form.get(name);
    return given == null ? null : given.value();
  }

  @Override
  public ApiException unknown(ApiRequest request, boolean otherMethod) {
    Form form = Form.of(request);
    return new ApiException(
        AwsError.UNKNOWN_OPERATION,
        "Could not find operation %s for version %s of %s: send a form with Action and Version %s"
            .formatted(
                Refusal.shown(String.valueOf(text(form, "Action"))),
                Refusal.shown(String.valueOf(text(form, "Version"))),
                service.name(),
                wire.version()));
  }

  @Override
  public Struct decode(OperationShape operation, Map<String, String> labels, ApiRequest request) {
    Struct input = FormInput.structure(operation.input(), Form.of(request), "");
    return Constraints.checked(service, operation, input);
  }

  @Override
  public ApiResponse encode(OperationShape operation, Struct output, String requestId) {
    String response = operation.name() + "Response";
    XmlText xml = new XmlText().open(response, wire.namespace());
    if (!operation.output().name().isEmpty()) {
      String result = operation.name() + "Result";
      xml.open(result).members(operation.output(), output).close(result);
    }
    xml.open("ResponseMetadata").element("RequestId", requestId).close("ResponseMetadata");
    return response(operation.status(), xml.close(response));
  }

  @Override
  public ApiResponse error(ApiException refusal, String requestId) {
    Structure shape = service.error(refusal.error().wireName());
    return shape == null
        ? error(wire.namespace(), refusal, requestId)
        : error(shape, Faults.value(shape, refusal), requestId);
  }

  /** Writes the value of an error shape. */
  ApiResponse error(Structure shape, Struct value, String requestId) {
    Shape.Fault fault = shape.fault();
    if (fault == null) {
      throw new IllegalArgumentException(shape.name() + " is no error");
    }
    XmlText xml = begun(wire.namespace(), fault.status(), fault.wireName());
    for (Member member : shape.members()) {
      Object told = value.get(member.name());
      if (told != null) {
        boolean message = member.name().equalsIgnoreCase("message");
        xml.value(message ? "Message" : member.wireName(), member.shape(), told);
      }
    }
    return ended(xml, fault.status(), requestId);
  }

  /** Writes an error that no model describes. */
  static ApiResponse error(String namespace, ApiException refusal, String requestId) {
    int status =
        refusal.error() == AwsError.UNKNOWN_OPERATION ? 400 : Faults.status(refusal.error());
    XmlText xml = begun(namespace, status, code(refusal.error()));
    return ended(xml.element("Message", refusal.text()), status, requestId);
  }

  private static XmlText begun(String namespace, int status, String code) {
    return new XmlText()
        .open("ErrorResponse", namespace)
        .open("Error")
        .element("Type", status < SERVER_ERRORS ? "Sender" : "Receiver")
        .element("Code", code);
  }

  private static ApiResponse ended(XmlText xml, int status, String requestId) {
    xml.close("Error").element("RequestId", requestId).close("ErrorResponse");
    return response(status, xml);
  }

  // The names of the errors that all query services share (AWS STS API reference, "Common errors").
  private static String code(AwsError error) {
    return switch (error) {
      case INVALID_SIGNATURE -> "SignatureDoesNotMatch";
      case SERIALIZATION -> "MalformedQueryString";
      case UNKNOWN_OPERATION -> "InvalidAction";
      case UNRECOGNIZED_CLIENT -> "InvalidClientTokenId";
      case VALIDATION -> "ValidationError";
      default -> error.wireName().replaceAll("Exception$", "");
    };
  }

  private static ApiResponse response(int status, XmlText xml) {
    return new ApiResponse(
        status, new Headers().add("Content-Type", "text/xml"), xml.toString().getBytes(UTF_8));
  }
}
