package o11n;

import com.cloudbees.groovy.cps.Continuable;
import com.cloudbees.groovy.cps.SerializableScript;
import groovy.lang.Closure;
import groovy.lang.GString;
import groovy.lang.GroovyObjectSupport;
import groovy.lang.MetaMethod;
import java.io.Serializable;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a Jenkinsfile is compiled to. */
public abstract class WorkflowScript extends SerializableScript {
  /** As Jenkins has it: iterators of lists and maps survive a step. */
  public static final class SafeIteration {
    public static Iterator<?> iterator(List<?> list) {
      return new Items(list);
    }

    public static Iterator<?> iterator(Set<?> set) {
      return new Items(set);
    }

    public static Iterator<?> iterator(Map<?, ?> map) {
      List<Object> entries = new ArrayList<>();
      map.entrySet().forEach(entry -> entries.add(new AbstractMap.SimpleImmutableEntry<>(entry)));
      return new Items(entries);
    }

    public static Set<?> keySet(Map<?, ?> map) {
      return new LinkedHashSet<>(map.keySet());
    }

    public static Collection<?> values(Map<?, ?> map) {
      return new ArrayList<>(map.values());
    }
  }

  static final List<Class> CATEGORIES = new ArrayList<>(Continuable.categories);

  static {
    CATEGORIES.add(SafeIteration.class);
  }

  private static final class Items implements Iterator<Object>, Serializable {
    private final ArrayList<Object> items;
    private int next;

    Items(Collection<?> items) {
      this.items = new ArrayList<>(items);
    }

    public boolean hasNext() {
      return next < items.size();
    }

    public Object next() {
      return items.get(next++);
    }
  }

  /** `currentBuild`. */
  public static final class BuildObject extends GroovyObjectSupport implements Serializable {
    public String getResult() {
      return Build.current.result;
    }

    public void setResult(String result) {
      Build.current.makeWorse(result);
    }

    public String getCurrentResult() {
      return Build.current.result == null ? "SUCCESS" : Build.current.result;
    }

    public String getDescription() {
      return Build.current.description;
    }

    public void setDescription(String description) {
      Build.current.description = description;
    }

    public void setDisplayName(String name) {
      Build.current.log.add("called " + name);
    }

    public int getNumber() {
      return Build.current.job.earlier.size() + 1;
    }

    public EarlierBuild getPreviousBuild() {
      return new EarlierBuild(getNumber()).getPreviousBuild();
    }
  }

  /** A build before this one. */
  public static final class EarlierBuild extends GroovyObjectSupport implements Serializable {
    private final int number;

    EarlierBuild(int number) {
      this.number = number;
    }

    public int getNumber() {
      return number;
    }

    public Map<String, String> getBuildVariables() {
      return Build.current.job.earlier.get(number - 1);
    }

    public EarlierBuild getPreviousBuild() {
      return number == 1 ? null : new EarlierBuild(number - 1);
    }
  }

  /** `env`. */
  public static final class Environment extends GroovyObjectSupport implements Serializable {
    @Override
    public Object getProperty(String name) {
      return Build.current.running.context.environment.get(name);
    }
  }

  /** `docker`, and an image of it. */
  public static final class Docker extends GroovyObjectSupport implements Serializable {
    private final String image;

    Docker(String image) {
      this.image = image;
    }

    public Docker image(String name) {
      return new Docker(name);
    }

    public Object inside(Closure<?> body) {
      return call("insideImage", new Object[] {Map.of("image", image), body});
    }
  }

  @Override
  public Object invokeMethod(String name, Object arguments) {
    for (MetaMethod method : getMetaClass().getMethods()) {
      if (method.getName().equals(name) && method.getDeclaringClass().getTheClass() == getClass()) {
        return super.invokeMethod(name, arguments);
      }
    }
    return call(name, arguments);
  }

  @Override
  public Object getProperty(String name) {
    switch (name) {
      case "currentBuild":
        return new BuildObject();
      case "env":
        return new Environment();
      case "params":
        return Build.current.job.parameters;
      case "docker":
        return new Docker(null);
      case "scm":
        return "scm";
      default:
        Object value = Build.current.running.context.environment.get(name);
        return value == null ? super.getProperty(name) : value;
    }
  }

  static Object call(String name, Object given) {
    List<Object> values = new ArrayList<>(Arrays.asList(given instanceof Object[] ? (Object[]) given : new Object[] {given}));
    Closure<?> body = null;
    if (!values.isEmpty() && values.get(values.size() - 1) instanceof Closure) {
      body = (Closure<?>) values.remove(values.size() - 1);
    }
    Map<String, Object> arguments = new LinkedHashMap<>();
    if (!values.isEmpty() && values.get(0) instanceof Map && !(values.get(0) instanceof Symbol)) {
      ((Map<?, ?>) values.remove(0)).forEach((key, value) -> arguments.put((String) key, plain(value)));
    }
    String sole = Steps.SOLE.get(name);
    if (!values.isEmpty()) {
      if (values.size() > 1 || !arguments.isEmpty() || sole == null) {
        throw new IllegalArgumentException("step " + name + " wants named arguments, not " + values);
      }
      arguments.put(sole, plain(values.get(0)));
    }
    Set<String> known = Steps.ARGUMENTS.get(name);
    if (known == null) {
      Build.current.problems.add("no step is called " + name);
      throw new NoSuchMethodError("No such DSL method '" + name + "' found among steps");
    }
    for (String argument : arguments.keySet()) {
      if (!known.contains(argument) && !known.contains("*")) {
        Build.current.problems.add("step " + name + " has no argument " + argument);
      }
    }
    return Steps.SYMBOLS.contains(name) ? new Symbol(name, arguments) : Continuable.suspend(name, new Call(name, arguments, body));
  }

  private static Object plain(Object value) {
    return value instanceof GString ? value.toString() : value;
  }

  /** Something that a step is told, such as `string(…)`. */
  static final class Symbol extends LinkedHashMap<String, Object> {
    final String name;

    Symbol(String name, Map<String, Object> arguments) {
      super(arguments);
      this.name = name;
    }
  }
}
