package dev.mptunnel.harness.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A status page in a browser, and what must hold of each. */
public final class StatusPage implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path PICTURES = Path.of("target", "pages");
  private static final int TELEPHONE = 390;
  private static final int DESK = 1_280;

  /** The names of the fields whose value is another than the one that a status has. */
  private static final String OTHER_FIELDS =
      """
      (async () => {
        const status = %s;
        const at = (field) => field.split('.').reduce((from, step) => from?.[step], status);
        return [...document.querySelectorAll('[data-field]')]
          .filter(({dataset}) => dataset.value !== JSON.stringify(at(dataset.field)))
          .map(({dataset}) => `${dataset.field}: ${dataset.value}, not ${at(dataset.field)}`)
          .join('\\n');
      })()
      """;

  /** The fields whose text says another number than their value is, but for its last digit. */
  private static final String OTHER_TEXTS =
      """
      (() => {
        const units = {
          '': 1, '/s': 1, '%': 0.01, 'ms': 1, 's': 1000, 'B': 1, 'kB': 1e3, 'MB': 1e6, 'GB': 1e9,
          'TB': 1e12, 'bit/s': 1 / 8, 'kbit/s': 1e3 / 8, 'Mbit/s': 1e6 / 8, 'Gbit/s': 1e9 / 8};
        const agrees = (text, value, field) => {
          const said = /^(-?[\\d,]+(\\.\\d+)?) ?(\\S*)$/.exec(text);
          if (!said) {
            return false;
          }
          const unit = /seconds$/i.test(field) && said[3] === 's' ? 1 : units[said[3]];
          const digit = 10 ** -(said[2]?.length - 1 || 0);
          const number = Number(said[1].replaceAll(',', ''));
          return Math.abs(number * unit - value) <= digit * unit * 0.5001 + 1e-9;
        };
        return [...document.querySelectorAll('[data-field]')]
          .filter(({dataset, textContent}) => {
            const value = JSON.parse(dataset.value);
            if (typeof value !== 'number' || (value === 0 && textContent === '–')) {
              return value === null && /\\d/.test(textContent);
            }
            return !/^\\d+ (d|h|min)/.test(textContent) && textContent !== ''
                && !(textContent === '< 0.01 %' && value < 0.0001)
                && !agrees(textContent, value, dataset.field);
          })
          .map(({dataset, textContent}) => `${dataset.field}: ${textContent}, not ${dataset.value}`)
          .join('\\n');
      })()
      """;

  /** Elements that stand out of the window at the right, and texts that are cut off. */
  private static final String TOO_WIDE =
      """
      document.documentElement.scrollWidth <= innerWidth ? '' :
        [...document.body.querySelectorAll('*')]
          .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
          .map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`)
          .join('\\n') || 'the page'
      """;

  /** What a screen reader could not name, and texts with too little contrast (WCAG 2.2, AA). */
  private static final String UNREADABLE =
      """
      (() => {
        const parts = (color) => color.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b]
          .map((part) => part / 255)
          .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
          .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (one) => {
          for (let at = one; at; at = at.parentElement) {
            const color = parts(getComputedStyle(at).backgroundColor);
            if (color[3] !== 0) {
              return color;
            }
          }
          return [255, 255, 255];
        };
        const bad = [];
        for (const one of document.querySelectorAll('body *')) {
          const text = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          if (!text || one.getClientRects().length === 0) {
            continue;
          }
          const style = getComputedStyle(one);
          const [ink, paper] = [light(parts(style.color)), light(behind(one))];
          const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
          if (contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
            bad.push(`${one.className} ${one.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`);
          }
        }
        for (const one of document.querySelectorAll('button, a, input, [tabindex="0"], section')) {
          const name = one.getAttribute('aria-label') || one.textContent.trim()
            || one.labels?.[0]?.textContent || one.getAttribute('aria-labelledby');
          if (!name && one.getClientRects().length > 0) {
            bad.push(`${one.tagName} ${one.id} has no name`);
          }
        }
        const ids = [...document.querySelectorAll('[id]')].map(({id}) => id);
        ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => bad.push(`two have id ${id}`));
        return bad.join('\\n');
      })()
      """;

  private final String address;
  private final Chromium browser;

  /** Opens the page that is served there and waits until it is live. */
  public StatusPage(String address) throws IOException {
    this.address = address;
    browser = new Chromium();
    try {
      browser.show(DESK, 900, false);
      browser.open(address);
      awaitLive();
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  public Chromium browser() {
    return browser;
  }

  public void awaitLive() {
    await(
        "the page to be live",
        "document.documentElement.dataset.time && !document.body.classList.contains('stale')");
  }

  /** Waits until an expression of JavaScript is true. */
  public void await(String what, String expression) {
    await(what, LIMIT, expression);
  }

  /** Waits so long at most. */
  public void await(String what, Duration limit, String expression) {
    try {
      Await.until(what, limit, () -> browser.is(expression));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; complaints: " + browser.complaints(), e);
    }
  }

  /** Every number is the one of the status that the expression, or what it promises, comes to. */
  public void assertShows(String status) {
    assertEquals("", browser.evaluate(OTHER_FIELDS.formatted(status)));
    assertEquals("", browser.evaluate(OTHER_TEXTS));
    assertTrue(fields() > 20, "numbers are shown");
  }

  /** How many values of the status are shown. */
  double fields() {
    return (double) browser.evaluate("document.querySelectorAll('[data-field]').length");
  }

  /** Whether a path is seen to be in a state, in the colour of what is bad or not. */
  public static String isShown(int path, String state, boolean red) {
    return """
    [...document.querySelectorAll('[data-path="%d"]')].some((row) => {
      const badge = getComputedStyle(row.querySelector('.badge')).backgroundColor;
      const [r, g, b] = badge.match(/\\d+/g).map(Number);
      return row.dataset.state === '%s' && (r > 150 && r > 2 * g && r > 2 * b) === %b;
    })
    """
        .formatted(path, state, red);
  }

  /**
   * The page fits a telephone and a desk, can be read by night and by day, asks nobody else and
   * complains of nothing.
   *
   * @param name of the pictures that are left in target/pages
   */
  public void assertGood(String name) throws IOException {
    Files.createDirectories(PICTURES);
    for (int width : List.of(TELEPHONE, DESK)) {
      for (boolean dark : List.of(false, true)) {
        String world = name + "-" + width + (dark ? "-dark" : "-light");
        browser.show(width, width == TELEPHONE ? 844 : 900, dark);
        browser.evaluate(
            "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))");
        assertEquals("", browser.evaluate(TOO_WIDE), world);
        assertEquals("", browser.evaluate(UNREADABLE), world);
        browser.picture(PICTURES.resolve(world + ".png"));
      }
    }
    assertQuiet();
  }

  /** Nobody else was asked, and nothing complained of. */
  public void assertQuiet() {
    List<String> elsewhere =
        browser.requests().stream()
            .filter(asked -> !asked.startsWith(address) && !asked.startsWith("data:"))
            .toList();
    assertEquals(List.of(), elsewhere);
    assertEquals(List.of(), browser.complaints());
  }

  @Override
  public void close() throws IOException {
    browser.close();
  }
}
