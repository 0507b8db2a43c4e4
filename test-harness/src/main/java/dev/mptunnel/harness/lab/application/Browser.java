package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chromium without a window, with the {@link Page}; the time is the page's own. */
record Browser(Workplace workplace, Origin origin) implements Application {

  private static final Pattern RESULT =
      Pattern.compile("<p id=\"result\">([^<]*, (\\d+) ms, (\\w+))</p>");

  /** It is root here, and by itself it talks to its makers. */
  private static final List<String> COMMAND =
      List.of(
          "chromium",
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-extensions",
          "--disable-sync",
          "--no-default-browser-check",
          "--no-first-run",
          "--ignore-certificate-errors");

  @Override
  public String name() {
    return "chromium";
  }

  @Override
  public String work() {
    return "a page of %d objects, %.1f MiB, by HTTP/2; /proxy.pac; the page's own time"
        .formatted(Page.objects().size(), Page.bytes() / 1_048_576.0);
  }

  @Override
  public long packets() {
    return Packets.of(Page.bytes());
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    List<String> command = new ArrayList<>(COMMAND);
    command.add("--user-data-dir=" + workplace.file("profile"));
    proxy.ifPresent(at -> command.add("--proxy-pac-url=http://" + at + "/proxy.pac"));
    command.addAll(List.of("--dump-dom", origin.url("")));
    Workplace.Ended ended = workplace.run(name(), command);
    Matcher result = RESULT.matcher(ended.output());
    if (!result.find()) {
      throw new IOException(
          "the page was not loaded:\n" + ended.output().lines().limit(20).toList());
    }
    if (!result.group(1).startsWith(Page.complete()) || !result.group(3).equals("h2")) {
      throw new IOException("the page says " + result.group(1));
    }
    return List.of(Attempt.done(Long.parseLong(result.group(2)) / 1e3));
  }
}
