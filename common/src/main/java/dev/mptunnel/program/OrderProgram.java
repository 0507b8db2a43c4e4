package dev.mptunnel.program;

import dev.mptunnel.config.Command;
import dev.mptunnel.net.http.ControlClient;
import dev.mptunnel.net.http.ControlPlaces;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code mpclient reload}, {@code mpclient path ...} and the like: has a program that runs do
 * something, and prints what it answers.
 */
public final class OrderProgram {

  /** The word for another configuration. */
  public static final String RELOAD = "reload";

  /** The word for paths. */
  public static final String PATH = "path";

  private static final int EXIT_FAILED = 1;
  private static final int DONE = 200;
  private static final int FAILED = 500;
  private static final Set<String> PATH_WORDS = Set.of("add", "remove", "pause", "resume", "list");

  private final String program;
  private final Contact contact;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * For a program.
   *
   * @param environment the variables of the environment
   */
  public OrderProgram(
      String program, Map<String, String> environment, PrintStream out, PrintStream err) {
    this(program, new ControlPlaces(environment), out, err);
  }

  OrderProgram(String program, ControlPlaces places, PrintStream out, PrintStream err) {
    this.program = program;
    contact = new Contact(program, places);
    this.out = out;
    this.err = err;
  }

  /** Whether the arguments of a program are an order. */
  public static boolean isAsked(String[] args) {
    return args.length > 0 && (args[0].equals(RELOAD) || args[0].equals(PATH));
  }

  /**
   * Has it done.
   *
   * @param args with the word that asks for it
   * @return the exit status
   */
  public int run(String[] args) {
    String name = program + " " + args[0];
    boolean ofPaths = args[0].equals(PATH);
    List<String> words = new ArrayList<>(List.of(args).subList(1, args.length));
    if (words.contains("-h") || words.contains("--help")) {
      out.print(ofPaths ? pathHelp(name) : reloadHelp(name));
      return 0;
    }
    try {
      Path control = takeControl(words);
      if (ofPaths) {
        checkPathWords(words);
      } else if (!words.isEmpty()) {
        throw new IllegalArgumentException(
            "'%s' is not known; expected --control PATH, or nothing"
                .formatted(shown(words.getFirst())));
      }
      return order(
          name,
          control == null ? contact.find() : control,
          ofPaths ? Reloader.PATH : Reloader.RELOAD,
          String.join(" ", words));
    } catch (IllegalArgumentException e) {
      err.println(name + ": " + e.getMessage());
      err.println("try '" + name + " --help'");
      return Command.EXIT_USAGE;
    } catch (IOException e) {
      err.println(name + ": " + e.getMessage());
      return EXIT_FAILED;
    }
  }

  private static Path takeControl(List<String> words) {
    int at = words.indexOf(Contact.OPTION);
    if (at < 0) {
      return null;
    }
    words.remove(at);
    return Contact.named(at < words.size() ? words.remove(at) : "");
  }

  private static void checkPathWords(List<String> words) {
    String first = words.isEmpty() ? "" : words.getFirst();
    if (!PATH_WORDS.contains(first)) {
      throw new IllegalArgumentException(
          (first.isEmpty() ? "nothing is asked for" : "'" + shown(first) + "' is not known")
              + "; expected add, remove, pause, resume or list");
    }
    boolean isList = first.equals("list");
    if (isList && words.size() > 1) {
      throw new IllegalArgumentException("list takes nothing more; expected it alone");
    }
    if (!isList && words.size() < 2) {
      throw new IllegalArgumentException(
          "nothing is given to "
              + first
              + (first.equals("add")
                  ? "; expected a bridge such as vps.example.org 4000"
                  : "; expected the name of a path, as 'list' shows it"));
    }
  }

  private static String shown(String word) {
    return word.replaceAll("\\p{Cntrl}", "?");
  }

  private int order(String name, Path control, String target, String body) throws IOException {
    ControlClient.Reply reply = ControlClient.post(control, target, body);
    String text = Contact.harmless(reply.text());
    if (reply.status() == DONE) {
      out.print(text);
      out.flush();
      return 0;
    }
    err.print(name + ": " + text);
    err.flush();
    return reply.status() >= FAILED ? EXIT_FAILED : Command.EXIT_USAGE;
  }

  private String reloadHelp(String name) {
    return """
    Usage: %s [--control PATH]

    Has the %s that runs here read its file, options and environment again, and go over to what
    they say now: whole, or not at all if anything is wrong with them. Prints what has changed.
    '%2$s --help' says what only a restart changes.

          --control PATH  ask at this Unix socket, where several run
      -h, --help          show this and exit
    """
        .formatted(name, program);
  }

  private String pathHelp(String name) {
    return """
    Usage: %s add HOST PORT [name=NAME] [bind=ADDRESS|INTERFACE] [fwmark=MARK]
           %1$s remove|pause|resume NAME
           %1$s list

    Changes the paths of the %s that runs here, until it is restarted, or reloaded: its file stays
    as it is.

          add             one more, written as in the file
          remove          takes one out, once what is on its way has come
          pause           has one carry nothing, neither datagrams nor TCP, until resume;
                          an mpserver that is older than this command sends on it still
          list            names all, and how they are
          --control PATH  ask at this Unix socket, where several run
      -h, --help          show this and exit
    """
        .formatted(name, program);
  }
}
