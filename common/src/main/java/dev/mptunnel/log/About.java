package dev.mptunnel.log;

import dev.mptunnel.core.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Says for programs that read the log what its lines are about: what kind of thing happened, in
 * which session, on which path.
 */
public final class About {

  static final String KIND = "kind";
  static final String SESSION = "session";
  static final String PATH = "path";

  /** What is of interest where all is shown, but is no news. */
  private static final Logger QUIET = LoggerFactory.getLogger(About.class);

  private About() {}

  /** Has this logged as what an event comes to. */
  public static void event(Event event, Runnable logging) {
    if (event instanceof Event.FlowOpened || event instanceof Event.FlowClosed) {
      logging.run(); // there may be many, and nobody is shown them
      return;
    }
    try {
      MDC.put(KIND, kind(event));
      if (event instanceof Event.OfSession of) {
        MDC.put(SESSION, "%016x".formatted(of.session().id()));
      }
      Integer path = path(event);
      if (path != null) {
        MDC.put(PATH, path.toString());
      }
      logging.run();
    } finally {
      MDC.remove(KIND);
      MDC.remove(SESSION);
      MDC.remove(PATH);
    }
  }

  /** Has this logged as something of that kind. */
  public static void kind(String kind, Runnable logging) {
    try {
      MDC.put(KIND, kind);
      logging.run();
    } finally {
      MDC.remove(KIND);
    }
  }

  /** Logs what is shown in the log only where debugging is. */
  public static void quietly(String text) {
    QUIET.debug("{}", text);
  }

  private static String kind(Event event) {
    return switch (event) {
      case Event.SessionOpened opened ->
          switch (opened.opening()) {
            case FIRST -> "session-open";
            case FOUND_AGAIN -> "session-back";
            case RENEWED -> "rekey";
          };
      case Event.SessionRefused _ -> "session-refused";
      case Event.StrangerRefused _ -> "stranger-refused";
      case Event.SessionSilent _ -> "session-silent";
      case Event.SessionClosed _ -> "session-closed";
      case Event.PathUp _ -> "path-up";
      case Event.PathDown _ -> "path-down";
      case Event.PathMoved _ -> "path-moved";
      case Event.PathRemoved _ -> "path-removed";
      case Event.PathNarrow _ -> "path-narrow";
      case Event.PathsShareFate _ -> "shared-bottleneck";
      case Event.RepairSteppedBack _ -> "repair-stopped";
      case Event.FlowFragmented _ -> "fragmented";
      case Event.TargetRefused _ -> "target-refused";
      case Event.FlowOpened _, Event.FlowClosed _ -> null;
    };
  }

  private static Integer path(Event event) {
    return switch (event) {
      case Event.PathUp up -> up.path().id();
      case Event.PathDown down -> down.path().id();
      case Event.PathMoved moved -> moved.path().id();
      case Event.PathRemoved removed -> removed.path().id();
      case Event.PathNarrow narrow -> narrow.path().id();
      default -> null;
    };
  }
}
