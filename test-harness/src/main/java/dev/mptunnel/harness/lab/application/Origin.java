package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.lab.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What the applications talk to, on the server's host, by one name: nginx with HTTP/1.1, HTTP/2 and
 * git behind it, sshd, and dnsmasq.
 */
public final class Origin implements AutoCloseable {

  /** Its name. */
  static final String NAME = "origin.test";

  static final int NAMES_PORT = 53;
  static final int LARGE_BYTES = 8 << 20;
  static final int REPOSITORY_FILES = 64;
  static final int REPOSITORY_FILE_BYTES = 64 << 10;

  private static final int SECURE_SHELL_PORT = 22;
  private static final int WEB_PORT = 443;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final String NGINX =
      """
      user root;
      daemon off;
      pid %1$s/nginx.pid;
      error_log stderr;
      events { worker_connections 1024; }
      http {
        access_log off;
        types {
          text/html html;
          text/css css;
          text/javascript js;
        }
        default_type application/octet-stream;
        server {
          listen %2$d ssl http2;
          ssl_certificate %1$s/origin.crt;
          ssl_certificate_key %1$s/origin.key;
          root %1$s/site;
          location /git/ {
            fastcgi_pass unix:%1$s/git.socket;
            fastcgi_param SCRIPT_FILENAME %3$s/git-http-backend;
            fastcgi_param GIT_PROJECT_ROOT %1$s;
            fastcgi_param GIT_HTTP_EXPORT_ALL 1;
            fastcgi_param PATH_INFO $uri;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
          }
        }
      }
      """;

  private static final String SSHD =
      """
      ListenAddress 0.0.0.0:%2$d
      HostKey %1$s/host_key
      AuthorizedKeysFile %1$s/user_key.pub
      StrictModes no
      PermitRootLogin prohibit-password
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      UsePAM no
      PidFile none
      Subsystem sftp internal-sftp
      """;

  /** sshd wants its folder, and a root whose password is not locked, whatever the machine has. */
  private static final String START_SSHD =
      """
      mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && mount --bind "$1/shadow" /etc/shadow \
      && exec /usr/sbin/sshd -D -e -f "$1/sshd.conf"
      """;

  private final Namespace host;
  private final String address;
  private final Path folder;
  private final List<Daemon> daemons = new ArrayList<>();

  private Origin(Topology topology) throws IOException {
    host = topology.server();
    address = topology.serverAddress(1);
    folder = Files.createDirectories(topology.directory().resolve("origin"));
  }

  /**
   * Starts all of it, and lets the server's host and the client's know its name.
   *
   * @param topology whose hosts start nothing before that is to know the name
   */
  public static Origin start(Topology topology) throws IOException {
    Origin origin = new Origin(topology);
    try {
      Path hosts = Files.writeString(origin.file("hosts"), origin.address + " " + NAME + "\n");
      topology.server().setHosts(hosts);
      topology.client().setHosts(hosts);
      origin.prepare(topology.seed());
      origin.launch();
      return origin;
    } catch (IOException | RuntimeException e) {
      origin.close();
      throw e;
    }
  }

  private void prepare(Seed seed) throws IOException {
    RandomGenerator random = seed.part("origin").generator();
    Path site = Files.createDirectories(file("site"));
    writeNoise(large(), LARGE_BYTES, random);
    Page.write(site, random);
    makeRepository(random);
    makeKeys();
    String gitPrograms = host.run("git", "--exec-path").strip();
    Files.writeString(file("nginx.conf"), NGINX.formatted(folder, WEB_PORT, gitPrograms));
    Files.writeString(file("sshd.conf"), SSHD.formatted(folder, SECURE_SHELL_PORT));
    Files.writeString(file("shadow"), "root:*:1:0:99999:7:::\n");
  }

  private static void writeNoise(Path file, int bytes, RandomGenerator random) throws IOException {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    Files.write(file, noise);
  }

  private void makeRepository(RandomGenerator random) throws IOException {
    Path work = Files.createDirectories(file("work"));
    for (int i = 0; i < REPOSITORY_FILES; i++) {
      writeNoise(work.resolve("file" + i), REPOSITORY_FILE_BYTES, random);
    }
    git("init", "-q", work.toString());
    git("-C", work.toString(), "add", ".");
    git("-C", work.toString(), "commit", "-q", "-m", "All files");
    git("clone", "-q", "--bare", work.toString(), file("git/repository").toString());
  }

  private void git(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("env", "-i", "PATH=" + System.getenv("PATH")));
    command.addAll(List.of("HOME=" + folder, "GIT_CONFIG_NOSYSTEM=1", "git"));
    command.addAll(List.of("-c", "user.name=lab", "-c", "user.email=lab@" + NAME));
    command.addAll(List.of(words));
    host.run(command.toArray(String[]::new));
  }

  private void makeKeys() throws IOException {
    String request =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
            + " -subj /CN=%1$s -addext subjectAltName=DNS:%1$s -keyout %2$s/origin.key -out %3$s";
    host.run(request.formatted(NAME, folder, certificate()).split(" "));
    for (Path key : List.of(file("host_key"), userKey())) {
      host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
    }
    Files.writeString(knownHosts(), NAME + " " + Files.readString(file("host_key.pub")));
  }

  private void launch() throws IOException {
    start("fcgiwrap", List.of("fcgiwrap", "-c", "2", "-s", "unix:" + file("git.socket")));
    Wait.until(LIMIT, "fcgiwrap to listen", () -> Files.exists(file("git.socket")));
    start("nginx", List.of("nginx", "-e", "stderr", "-c", file("nginx.conf").toString()));
    start(
        "sshd",
        List.of("unshare", "--mount", "sh", "-c", START_SSHD.strip(), "sh", folder.toString()));
    start(
        "dnsmasq",
        List.of(
            "dnsmasq",
            "--keep-in-foreground",
            "--user=root",
            "--conf-file=/dev/null",
            "--pid-file=" + file("dnsmasq.pid"),
            "--no-resolv",
            "--no-hosts",
            "--bind-interfaces",
            "--listen-address=" + address,
            "--port=" + NAMES_PORT,
            "--address=/" + NAME + "/" + address));
    for (int port : List.of(WEB_PORT, SECURE_SHELL_PORT, NAMES_PORT)) {
      host.awaitListener(port);
    }
  }

  private void start(String name, List<String> command) throws IOException {
    daemons.add(host.start(name, command));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  /** Its address, which its name and all names below that stand for. */
  public String address() {
    return address;
  }

  /** The URL of a file on its site. */
  String url(String file) {
    return "https://" + NAME + "/" + file;
  }

  /** A file on its site, as it lies there. */
  Path siteFile(String name) {
    return file("site").resolve(name);
  }

  /** The largest file on its site. */
  Path large() {
    return siteFile("large");
  }

  /** The URL of its repository. */
  String repositoryUrl() {
    return url("git/repository");
  }

  /** A file that is in the repository. */
  Path repositoryFile(int number) {
    return file("work").resolve("file" + number);
  }

  /** What its certificate can be checked by. */
  Path certificate() {
    return file("origin.crt");
  }

  /** Who has this key may log in as root. */
  Path userKey() {
    return file("user_key");
  }

  /** What ssh can check its key by. */
  Path knownHosts() {
    return file("known_hosts");
  }

  /** Where a file is to go that is brought there. */
  Path upload() {
    return file("upload");
  }

  @Override
  public void close() {
    daemons.forEach(Daemon::close);
  }
}
