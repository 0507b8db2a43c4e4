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
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

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
      CommandSpec spec = ofPaths ? pathSpec(program) : reloadSpec(program);
      out.print(new CommandLine(spec).getUsageMessage());
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

  /** The model of {@code reload}, for its help and the manual. */
  public static CommandSpec reloadSpec(String program) {
    CommandSpec spec = CommandSpec.create().name(program + " " + RELOAD);
    Contact.addOptions(spec);
    spec.usageMessage()
        .customSynopsis(spec.name() + " [--control PATH]")
        .description(
            "",
            "Has the "
                + program
                + " that runs here read its file, options and environment again, and go over to"
                + " what they say now: whole, or not at all if anything is wrong with them. Prints"
                + " what has changed. '"
                + program
                + " --help' says what only a restart changes.",
            "");
    return spec;
  }

  /** The model of {@code path}, for its help and the manual. */
  public static CommandSpec pathSpec(String program) {
    CommandSpec spec = CommandSpec.create().name(program + " " + PATH);
    Contact.addOptions(spec);
    spec.usageMessage()
        .customSynopsis(
            spec.name() + " add HOST PORT [name=NAME] [bind=ADDRESS|INTERFACE] [fwmark=MARK]",
            spec.name() + " remove|pause|resume NAME",
            spec.name() + " list")
        .description(
            "",
            "Changes the paths of the "
                + program
                + " that runs here, until it is restarted, or reloaded: its file stays as it is.",
            "")
        .footer(
            "",
            "add is one more, written as in the file.",
            "remove takes one out, once what is on its way has come.",
            "pause has one carry nothing, neither datagrams nor TCP, until resume; an mpserver that"
                + " is older than this command sends on it still.",
            "list names all, and how they are.");
    return spec;
  }
}
