package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.launcher.Dist;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The README's router with two uplinks, as it is written there; each goes dark in its turn. */
@InLab
@Tag("full")
@ExtendWith(Dist.Resolver.class)
class UplinksTest {

  @TempDir Path directory;
  private SetUp setUp;
  private Machine router;
  private String dsl;
  private String lte;

  @BeforeEach
  void aRouterWithTwoUplinks(Dist dist) throws IOException {
    setUp = new SetUp(directory, dist);
    setUp.startServer("setup:server");
    setUp.startBridge(setUp.bridges().getFirst());
    Namespace server = setUp.server().namespace();
    server.start("echo", List.of("socat", "udp4-listen:1194,fork", "exec:cat"));
    router = setUp.internet().host("router");
    // What strict distributions set, and the README undoes.
    router.namespace().run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
    dsl = setUp.internet().connect(router, "eth0", "192.0.2.10");
    lte = setUp.internet().connect(router, "wwan0", "100.64.7.20");
  }

  @AfterEach
  void takeDown() {
    if (setUp != null) {
      setUp.close();
    }
  }

  @Test
  void waysBoundToInterfacesNeedTwoDefaultRoutes() throws IOException {
    setUp.configureClient(router, "uplinks:mpclient.conf");
    type("routes", Readme.block("uplinks:routes"));
    assertEachUplinkCarriesAlone();
  }

  @Test
  void waysBoundToAddressesNeedATableForEachUplink() throws IOException {
    setUp.configureClient(router, "uplinks:mpclient.conf");
    List<String> lines = new ArrayList<>();
    lines.add(
        "sed -i 's/bind=eth0/bind=192.0.2.10/; s/bind=wwan0/bind=100.64.7.20/' mpclient.conf");
    lines.addAll(Readme.block("uplinks:rules"));
    // For names and whatever else is not a way.
    lines.add(Readme.block("uplinks:routes").getFirst());
    type("rules", lines);
    assertEachUplinkCarriesAlone();
  }

  private void type(String what, List<String> lines) throws IOException {
    Daemon typed = router.type(what, lines);
    if (typed.awaitExit(SetUp.LIMIT) != 0) {
      throw new IOException(typed.output());
    }
  }

  private void assertEachUplinkCarriesAlone() throws IOException {
    Daemon client = setUp.startClient(router);
    SetUp.awaitUp(client, "dsl");
    SetUp.awaitUp(client, "lte");
    String tenASecond = "while :; do echo echoed; sleep 0.1; done | socat - udp4:127.0.0.1:3000";
    Daemon application = router.namespace().start("application", List.of("sh", "-c", tenASecond));
    awaitEchoes(application, "both uplinks");
    setUp.internet().cut(dsl);
    awaitEchoes(application, "LTE alone");
    setUp.internet().restore();
    awaitEchoes(application, "both again");
    setUp.internet().cut(lte);
    awaitEchoes(application, "DSL alone");
  }

  /** Waits for more than was on its way. */
  private static void awaitEchoes(Daemon application, String over) throws IOException {
    long before = application.output().lines().count();
    Wait.until(
        SetUp.LIMIT,
        "echoes over " + over,
        () -> application.output().lines().count() > before + 20);
  }
}
