/** Numbers as people read them. What is not known (null) is a dash. */

const DASH = "–";

/** Up to three digits that count, and none behind the point that do not. */
function short(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : 2);
}

function scaled(value, units, step) {
  let unit = 0;
  let rest = value;
  while (Math.abs(rest) >= step * 0.9995 && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  return `${unit === 0 ? Math.round(rest) : short(rest)} ${units[unit]}`;
}

/** A share, 0 to 1, as a percentage. */
export function percent(share) {
  if (share === null || share === undefined) {
    return DASH;
  }
  const value = share * 100;
  if (value > 0 && value < 0.005) {
    return "< 0.01 %";
  }
  return `${value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)} %`;
}

/** Milliseconds as such or as seconds. */
export function millis(millis) {
  if (millis === null || millis === undefined) {
    return DASH;
  }
  return millis >= 9999.5 ? `${short(millis / 1000)} s` : `${short(millis)} ms`;
}

/** Bytes, by powers of 1,000, as networks count. */
export function bytes(count) {
  return count === null || count === undefined
    ? DASH
    : scaled(count, ["B", "kB", "MB", "GB", "TB", "PB"], 1000);
}

/** Bits a second, of bytes a second. */
export function rate(bytesPerSecond) {
  return bytesPerSecond === null || bytesPerSecond === undefined
    ? DASH
    : scaled(bytesPerSecond * 8, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"], 1000);
}

const grouped = new Intl.NumberFormat("en", { useGrouping: true, maximumFractionDigits: 2 });

/** A number, whole or not, with its thousands apart. */
export function count(number) {
  return number === null || number === undefined ? DASH : grouped.format(number);
}

/** Seconds as days, hours, minutes: the two greatest that there are. */
export function span(seconds) {
  if (seconds === null || seconds === undefined) {
    return DASH;
  }
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) {
    return "0 s";
  }
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

/** The time of day, of milliseconds since 1970. */
export function timeOfDay(millis) {
  return clock.format(new Date(millis));
}

/** How rarely something is lost: "1 in 1,000". */
export function oneIn(share) {
  return share > 0 ? `1 in ${grouped.format(Math.round(1 / share))}` : "none";
}
