/** Elements, and lists of them that follow lists of values. */

/** An element of a class with a text. */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text) {
    made.textContent = text;
  }
  return made;
}

/** The element of this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Has an element say something, if it does not already. */
export function say(place, text) {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

/**
 * Shows a value of the status: it keeps where it stands there and what it was, so that a test, or
 * somebody in doubt, can compare.
 *
 * @param field the keys and places that lead to it in api/status, with points between them
 */
export function put(place, field, value, format = String) {
  if (place.shownField !== field) {
    place.shownField = field;
    place.dataset.field = field;
  }
  if (place.shownValue !== value || place.textContent === "") {
    place.shownValue = value;
    place.dataset.value = JSON.stringify(value ?? null);
  }
  say(place, format(value ?? null));
}

/** A value of the status in an element of its own. */
export function figure(className, field, value, format) {
  const made = element("span", className);
  put(made, field, value, format);
  return made;
}

/**
 * Has the children of an element be one for each item, in their order; those that are there stay.
 *
 * @param key what tells items apart
 * @param make makes an element
 * @param update has it show its item
 */
export function follow(parent, items, key, make, update) {
  const before = parent.shown ?? new Map();
  const names = items.map(key);
  const staying = new Set(names);
  before.forEach((child, name) => staying.has(name) || child.remove());
  let next = parent.firstElementChild;
  parent.shown = new Map();
  items.forEach((item, place) => {
    const child = before.get(names[place]) ?? make(item, place);
    parent.shown.set(names[place], child);
    if (child === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(child, next);
    }
    update(child, item, place);
  });
}

/** A row of a table, of cells with these labels, which stand beside them on a narrow screen. */
export function tableRow(labels) {
  const row = element("tr");
  row.setAttribute("role", "row");
  labels.forEach((label, place) => {
    const cell = element(place === 0 ? "th" : "td");
    cell.setAttribute("role", place === 0 ? "rowheader" : "cell");
    cell.dataset.label = label;
    row.append(cell);
  });
  return row;
}

/** A line with an arrow and a value of the status: one direction of something. */
export function arrowed(cell, arrow, field, value, format) {
  let line = [...cell.children].find((child) => child.dataset.arrow === arrow);
  if (!line) {
    line = element("span", "arrowed");
    line.dataset.arrow = arrow;
    const sign = element("span", "arrow", arrow);
    sign.setAttribute("aria-hidden", "true");
    line.append(sign, element("span", "visually-hidden", arrow === "↑" ? "up " : "down "));
    line.append(element("span"));
    cell.append(line);
  }
  put(line.lastElementChild, field, value, format);
}

/**
 * A list of terms and values.
 *
 * @param entries each a label, then what makes up its value: elements
 */
export function tiles(list, entries) {
  follow(
    list,
    entries,
    (entry) => entry.label,
    (entry) => {
      const tile = element("div", "tile");
      tile.append(element("dt", "", entry.label), element("dd"));
      return tile;
    },
    (tile, entry) => {
      const value = tile.lastElementChild;
      tile.className = `tile ${entry.kind ?? ""}`.trim();
      follow(
        value,
        entry.values,
        (_, place) => place,
        () => element("span", "value"),
        (place, { field, value: raw, format, before = "", after = "" }) => {
          if (!place.firstChild) {
            place.append(element("span", "aside"), element("span"), element("span", "aside"));
          }
          say(place.children[0], before);
          if (field) {
            put(place.children[1], field, raw, format);
          } else {
            say(place.children[1], raw);
          }
          say(place.children[2], after);
        },
      );
    },
  );
}
