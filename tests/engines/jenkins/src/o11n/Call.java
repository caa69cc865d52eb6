package o11n;

import groovy.lang.Closure;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A step that the script has called. */
final class Call implements Serializable {
  final String name;
  final transient Map<String, Object> arguments;
  final transient Closure<?> body;

  Call(String name, Map<String, Object> arguments, Closure<?> body) {
    this.name = name;
    this.arguments = arguments;
    this.body = body;
  }

  String text(String argument) {
    Object value = arguments.get(argument);
    return value == null ? null : value.toString();
  }

  boolean is(String argument) {
    return Boolean.TRUE.equals(arguments.get(argument));
  }

  /** In milliseconds. */
  long time(String unit) {
    Object given = arguments.get("unit");
    double time = ((Number) arguments.get("time")).doubleValue();
    return Math.round(time * TimeUnit.valueOf(given == null ? unit : given.toString()).toMillis(1));
  }
}
