/** The last hour, as api/history has it, and views of it for charts. */

const KEPT_SECONDS = 3600;
const LEAST_SECONDS = 60;
const POINTS = 240;
const NAMES = new Set(["session", "client", "path", "name"]);

/** What tells the series of a path, or with path null of a session's tunnel, from all others. */
export function seriesKey(session, path, name = "") {
  return session === null ? `/${name}` : `${session}/${path ?? ""}`;
}

export class History {
  times = [];
  period = 2;
  #series = new Map();
  #busy = false;

  /** Fetches what came since the last time. Returns whether there was any. */
  async update() {
    if (this.#busy) {
      return false;
    }
    this.#busy = true;
    try {
      const since = this.times.at(-1);
      const query = since === undefined ? "" : `?since=${since}`;
      const answer = await fetch(`api/history${query}`, { cache: "no-store" });
      return answer.ok && this.#add(await answer.json());
    } catch {
      return false; // The feed says what is wrong, and comes back to it.
    } finally {
      this.#busy = false;
    }
  }

  #add({ times, periodSeconds, series }) {
    this.period = periodSeconds;
    if (times.length === 0) {
      return false;
    }
    if (times[0] <= this.times.at(-1)) {
      this.times = []; // The program's clock was put back.
      this.#series.clear();
    }
    const length = this.times.length;
    this.times = this.times.concat(times);
    for (const given of series) {
      const key = seriesKey(given.session, given.path, given.name);
      const kept = this.#series.get(key) ?? {};
      for (const [name, column] of Object.entries(given)) {
        if (!NAMES.has(name)) {
          kept[name] = padded(kept[name] ?? [], length).concat(column);
        }
      }
      this.#series.set(key, kept);
    }
    this.#forget();
    return true;
  }

  #tunnelOf(key) {
    return this.#series.get(key.slice(0, key.indexOf("/") + 1)) ?? {};
  }

  #forget() {
    const first = this.times.findIndex((time) => time > this.times.at(-1) - KEPT_SECONDS);
    if (first === 0) {
      return;
    }
    this.times.splice(0, first);
    for (const [key, columns] of this.#series) {
      let left = 0;
      for (const column of Object.values(columns)) {
        column.splice(0, first);
        left = Math.max(left, column.length);
      }
      if (left === 0) {
        this.#series.delete(key);
      }
    }
  }

  /**
   * A view of so many seconds at most, or of all that there is yet, of some hundred points, each the
   * sum of the samples around it.
   */
  view(most) {
    const end = this.times.at(-1) ?? Date.now() / 1000;
    const seconds = Math.min(most, Math.max(LEAST_SECONDS, end - (this.times[0] ?? end)));
    const step = Math.max(this.period, Math.ceil(seconds / POINTS / this.period) * this.period);
    const first = Math.floor((end - seconds) / step);
    const places = Math.floor(end / step) - first + 1;
    const start = this.times.findIndex((time) => time >= first * step);
    const place = (i) => Math.floor(this.times[i] / step) - first;
    const times = Array.from({ length: places }, (_, i) => (first + i + 0.5) * step);
    const gather = (key, name, sum) => {
      const columns = this.#series.get(key);
      const column = columns?.[name];
      const out = new Array(places).fill(null);
      if (column && start >= 0) {
        sum(out, column, columns, start, place);
      }
      return out;
    };
    return {
      times,
      range: [end - seconds, Math.max(end, times.at(-1))],
      isEmpty: this.times.length === 0,
      has: (key) => this.#series.has(key),
      mean: (key, name) => gather(key, name, means),
      most: (key, name) => gather(key, name, greatest),
      loss: (key, direction) => gather(key, `loss${direction}`, (out, column, columns, ...where) =>
        // A path that is down carries nothing: it counts for what the tunnel does.
        means(out, column, columns, ...where, this.#tunnelOf(key)[`packets${direction}PerSecond`]),
      ),
    };
  }
}

function padded(column, length) {
  return column.length < length
    ? column.concat(new Array(length - column.length).fill(null))
    : column;
}

/** The mean of what is there, each weighted; where nothing has weight, all have the same. */
function means(out, column, columns, start, place, weights) {
  const sums = new Float64Array(out.length);
  const weight = new Float64Array(out.length);
  for (let i = start; i < column.length; i++) {
    const value = column[i];
    if (value !== null) {
      const its = Math.max(weights?.[i] ?? 1, 0.001);
      sums[place(i)] += value * its;
      weight[place(i)] += its;
    }
  }
  weight.forEach((its, i) => (out[i] = its > 0 ? sums[i] / its : null));
}

function greatest(out, column, columns, start, place) {
  for (let i = start; i < column.length; i++) {
    if (column[i] !== null) {
      out[place(i)] = Math.max(out[place(i)] ?? -Infinity, column[i]);
    }
  }
}
