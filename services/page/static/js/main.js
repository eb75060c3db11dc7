// Starts the page, and redraws it whenever the address changes. One view at a time; the reader's last wish wins.

import { read } from "./api.js";
import { clearCharts } from "./charts.js";
import { fill, h } from "./dom.js";
import { drawBottom, drawFreshness, drawTop, notice } from "./frame.js";
import { chosenLanguage, t, useLanguage } from "./i18n.js";
import { periodOf } from "./period.js";
import { interceptLinks, search, view } from "./place.js";
import { dossier } from "./views/dossier.js";
import { list } from "./views/list.js";
import { overview } from "./views/overview.js";

const RETRY_SECONDS = 15;
const STALE_SECONDS = 300;
const LOOK_SECONDS = 15;
const main = document.getElementById("content");
let current = new AbortController();
let retryTimer = 0;
let drawnAt = 0;

async function viewOf(place, meta, signal) {
  const search_ = search();
  const period = periodOf(search_, meta);
  if (place.name === "dossier") return dossier(place.id, signal);
  if (meta.dossier_count === 0) return { title: t("empty.title"), content: [h("section", { class: "notice" }, h("div", {}, h("h1", { tabindex: "-1" }, t("empty.title")), h("p", {}, t("empty.text"))))] };
  if (place.name === "dossiers" || place.name === "overdue") return list(search_, meta, period, signal, { overdue: place.name === "overdue" });
  if (place.name === "missing") return { title: t("error.not_found"), content: [notice({ status: 404, problem: { title: t("error.not_found"), detail: t("problem.not-found.detail") } })] };
  return overview(search_, meta, period, signal);
}

/** Draws the view of the present address. `moved`: the reader followed a link, so the new view starts at its top. */
async function draw({ moved = false } = {}) {
  current.abort();
  clearTimeout(retryTimer);
  const mine = (current = new AbortController());
  main.setAttribute("aria-busy", "true");
  try {
    await useLanguage(chosenLanguage(search()));
    if (!main.hasChildNodes()) fill(main, h("p", { class: "loading" }, t("app.loading")));
    const meta = await read("meta", {}, mine.signal);
    const shown = await viewOf(view(), meta, mine.signal);
    if (mine.signal.aborted) return;
    drawTop(meta);
    show(shown, moved);
  } catch (error) {
    if (error.name === "AbortError" || mine.signal.aborted) return;
    if (error.status === undefined) throw error; // a fault of ours belongs in the console, not in a friendly notice
    drawTop(null);
    drawBottom(null, null);
    show({ title: t("error.title"), content: [notice(error, RETRY_SECONDS, () => draw())] }, false);
    if (error.status === 0 || error.status >= 500) retryTimer = setTimeout(draw, RETRY_SECONDS * 1000);
  } finally {
    if (mine === current) main.setAttribute("aria-busy", "false");
  }
}

function show(shown, moved) {
  clearCharts();
  document.title = `${shown.title} – ${t("app.name")}`;
  fill(main, shown.content);
  document.getElementById("announce").textContent = shown.title;
  drawnAt = performance.now();
  if (!moved) return;
  window.scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
}

/** Whether the figures are still fresh, while the reader looks at them; the view itself stays as it is. */
async function lookAgain() {
  if (document.hidden || main.getAttribute("aria-busy") === "true") return;
  const seen = current;
  const meta = await read("meta", {}, seen.signal).catch(() => null);
  if (seen === current && !seen.signal.aborted) drawFreshness(meta);
}

interceptLinks();
window.addEventListener("placechange", (event) => draw(event.detail));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
// Who comes back to a tab left open overnight sees this morning's figures.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && performance.now() - drawnAt > STALE_SECONDS * 1000) draw();
});
setInterval(lookAgain, LOOK_SECONDS * 1000);
await draw();
