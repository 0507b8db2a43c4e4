package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What of a translation counts as a difference, and what does not. */
class TranslationTest {

  private static final String ENGLISH =
      """
      # Tunnel

      [中文](zh.md)

      It takes `mtu` of 1,500 bytes, two ways,
      see [below](#set-up) and http://127.0.0.1:8088/.

      ## Set up

      * Run this as `root`, IPv4 or IPv6:

      <!-- run -->
          server 2000     # starts it
          client          # there
      <!-- /run -->

      ```
        bridge -- server
      ```

      | setting | default | what |
      |---|---|---|
      | `ping` | `250ms` | one for 16 datagrams |
      | `hold` | | 1s to 24h |
      """;

  private static final String CHINESE =
      """
      # 隧道

      [English](en.md)

      参见[下文](#搭建)和 http://127.0.0.1:8088/ ；2 路，`mtu` 为 1,500 字节。

      ## 搭建

      * 以 `root` 运行，IPv4 或 IPv6：

      <!-- run -->
          server 2000     # 启动
          client          # 那边
      <!-- /run -->

      ```
        桥 ------ 服务器
      ```

      | 配置项 | 默认 | 作用 |
      |---|---|---|
      | `ping` | `250ms` | 每 16 个数据报一次 |
      | `hold` | | 1s 到 24h |
      """;

  @Test
  void proseCommentsAndDrawingsAreFree() {
    assertEquals(List.of(), differences(CHINESE));
  }

  static Stream<Arguments> breakages() {
    return Stream.of(
        arguments(
            "## 搭建",
            "### 搭建",
            "heading 2 is of level 2 at en.md:8 (Set up) and of level 3 at zh.md:7 (搭建)"),
        arguments("## 搭建", "搭建", "heading 2 is of level 2 at en.md:8 (Set up) and none in zh.md"),
        arguments(
            "server 2000",
            "server 2001",
            "en.md:13 (Set up), zh.md:12 (搭建): the code 'server 2000' is here 'server 2001'"),
        arguments(
            "<!-- run -->",
            "<!-- ran -->",
            "en.md:12 (Set up), zh.md:11 (搭建): the mark <!-- run --> is here <!-- ran -->"),
        arguments(
            "`hold`",
            "`held`",
            "en.md:24 (Set up), zh.md:23 (搭建): the row '| `hold` | | 1s to 24h |' is here"),
        arguments(
            "`250ms`",
            "`25ms`",
            "the name '250ms' is in en.md only, the name '25ms' is in zh.md only"),
        arguments("16", "17", "the figure '16' is in en.md only, the figure '17' is in zh.md only"),
        arguments(
            "24h", "24m", "the figure '24h' is in en.md only, the figure '24m' is in zh.md only"),
        arguments(
            "`mtu`", "mtu", "en.md:5 (Tunnel), zh.md:5 (隧道): the name 'mtu' is in en.md only"),
        arguments(
            "`root`",
            "`root` `sudo`",
            "en.md:10 (Set up), zh.md:9 (搭建): the name 'sudo' is in zh.md only"),
        arguments("1,500", "1,400", "the figure '1,500' is in en.md only"),
        arguments(
            "#搭建",
            "#set-up",
            "the link 'heading 2' is in en.md only, the link '#set-up (no heading of zh.md)' is"
                + " in zh.md only"),
        arguments(":8088/", ":8089/", "the link 'http://127.0.0.1:8088/' is in en.md only"),
        arguments("(en.md)", "(other.md)", "the link 'the other language' is in en.md only"),
        arguments(
            "* 以",
            "以",
            "a bullet, 'Run this as `root`, IPv4 or IPv6:', is here a paragraph, '以 `root` 运行"),
        arguments(
            "| 1s 到 24h |", "|", "the row '| `hold` | | 1s to 24h |' is here '| `hold` | |'"));
  }

  @ParameterizedTest
  @MethodSource("breakages")
  void aDifferenceIsNamedWithItsLines(String text, String broken, String message) {
    assertTrue(CHINESE.contains(text), text);
    List<String> differences = differences(CHINESE.replace(text, broken));
    assertTrue(
        differences.stream().anyMatch(difference -> difference.contains(message)),
        differences::toString);
  }

  @Test
  void aLineTooMuchIsOneDifference() {
    assertEquals(
        List.of(
            "en.md:14 (Set up), zh.md:13 (搭建): the code 'client' is here 'client -v';"
                + " copy it, only comments are translated"),
        differences(CHINESE.replace("client  ", "client -v\n    client  ")));
    assertEquals(
        List.of(
            "en.md:8 (Set up), zh.md:25 (搭建): only zh.md has '完。';"
                + " translate it, or take it out of both"),
        differences(CHINESE + "\n完。\n"));
  }

  private static List<String> differences(String chinese) {
    return new Translation(Markdown.parse("en.md", ENGLISH), Markdown.parse("zh.md", chinese))
        .differences();
  }
}
