// Where the reader is: the whole state of the page is its address, so that a link can be shared and "back" works.

import { currentLanguage } from "./i18n.js";

const KEPT = ["unit", "own", "period", "from", "to", "lang"];

export const search = () => new URLSearchParams(location.search);

/** The view and, for a dossier, its id. */
export function view() {
  const parts = location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  if (parts.length === 0) return { name: "overview" };
  if (parts[0] === "dossiers" && parts.length === 2) return { name: "dossier", id: parts[1] };
  if (parts.length === 1 && (parts[0] === "dossiers" || parts[0] === "overdue")) return { name: parts[0] };
  return { name: "missing" };
}

/** An address: unit and period stay as they are unless `changes` says otherwise; null takes a parameter away. */
export function link(path, changes = {}) {
  const present = search();
  const next = new URLSearchParams();
  for (const name of KEPT) if (present.has(name)) next.set(name, present.get(name));
  if (currentLanguage() === "vi") next.delete("lang");
  else next.set("lang", currentLanguage());
  if ("unit" in changes) next.delete("own"); // "own" belongs to one unit and goes with it
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text ? `${path}?${text}` : path;
}

export const periodChanges = (period) => ({ period: period.kind, from: period.from, to: period.kind === "range" ? period.to : null });

/** Goes to an address of this page without loading it anew. */
export function go(address) {
  history.pushState(null, "", address);
  window.dispatchEvent(new CustomEvent("placechange", { detail: { moved: true } }));
}

/** Plain clicks on links to our own views stay inside the page; everything else is the browser's. */
export function interceptLinks() {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const target = new URL(anchor.href, location.href);
    if (target.origin !== location.origin || anchor.hasAttribute("download") || anchor.target) return;
    if (/^\/(api|static|healthz)/.test(target.pathname) || (target.hash && target.pathname === location.pathname)) return;
    event.preventDefault();
    go(target.pathname + target.search);
  });
  window.addEventListener("popstate", () => window.dispatchEvent(new CustomEvent("placechange", { detail: { moved: false } })));
}
