// Builds elements. Data reaches the page only as text nodes and attributes made here, never as markup: nothing in this folder
// writes HTML from a string (a test looks for it).

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "rect", "circle", "line", "g", "title"]);

/** One element: attributes by name, `on` for listeners, `vars` for CSS custom properties; children are nodes, texts or null. */
export function h(tag, attributes = {}, ...children) {
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "vars") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Replaces everything inside `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/** A small line icon by name; decorative, so hidden from screen readers. */
export function icon(name) {
  const paths = {
    left: "M15 5l-7 7 7 7",
    right: "M9 5l7 7-7 7",
    down: "M12 4v12m-5-5l5 5 5-5M5 20h14",
    info: "M12 11v6m0-9.5v.5M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
    up: "M6 14l6-6 6 6",
    fall: "M6 10l6 6 6-6",
    alert: "M12 9v5m0 2.5v.5M12 3.5L2.5 20h19z",
  };
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, h("path", { d: paths[name] }));
}
