/** What the program says of itself, live, for as long as it can be reached. */

const QUIET_MILLIS = 4000;
const AGAIN_MILLIS = [1000, 2000, 4000, 8000];

/** The stream of api/events, taken up again whenever it breaks. */
export class Feed {
  /**
   * @param handlers status(status), event(event), live(), and lost(why, againMillis), where why is
   *     "gone", "silent", "token" or "busy"
   */
  constructor(handlers) {
    this.handlers = handlers;
    this.failures = 0;
    this.#open();
    addEventListener("online", () => this.#again());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#again());
  }

  #open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource("api/events");
    this.source = source;
    this.isLive = false;
    source.addEventListener("status", ({ data }) => {
      this.#heard();
      this.handlers.status(JSON.parse(data));
    });
    source.addEventListener("event", ({ data }) => {
      this.#heard();
      this.handlers.event(JSON.parse(data));
    });
    source.addEventListener("error", () => this.source === source && this.#fail("gone"));
    this.#watch();
  }

  #heard() {
    this.failures = 0;
    if (!this.isLive) {
      this.isLive = true;
      this.handlers.live();
    }
    this.#watch();
  }

  #watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#fail("silent"), QUIET_MILLIS);
  }

  async #fail(why) {
    clearTimeout(this.timer);
    const { source } = this;
    source.close();
    this.isLive = false;
    const wait = AGAIN_MILLIS[Math.min(this.failures, AGAIN_MILLIS.length - 1)];
    this.failures++;
    this.timer = setTimeout(() => this.#open(), wait);
    this.handlers.lost(why, wait);
    const refusal = await refused();
    if (refusal && this.source === source) {
      this.handlers.lost(refusal, wait);
    }
  }

  #again() {
    if (!this.isLive) {
      this.#open();
    }
  }
}

/** Why the program does not answer, where it can be reached and says why. */
async function refused() {
  const request = new AbortController();
  try {
    const { status } = await fetch("api/events", { cache: "no-store", signal: request.signal });
    return { 401: "token", 503: "busy" }[status];
  } catch {
    return undefined;
  } finally {
    request.abort();
  }
}
