// The frame around every view: brand, freshness, language, breadcrumb, footer, notices.

import { fill, h, icon } from "./dom.js";
import { currentLanguage, instant, languages, rememberLanguage, t } from "./i18n.js";
import { go, link } from "./place.js";

function languageSwitch() {
  const here = location.pathname;
  const keep = Object.fromEntries(new URLSearchParams(location.search));
  return h("div", { class: "languages", role: "group", "aria-label": t("lang.switch") }, languages().map((code) =>
    h("a", {
      href: link(here, { ...keep, lang: code }),
      lang: code, hreflang: code, "aria-current": code === currentLanguage() ? "true" : null,
      on: { click: (event) => {
        event.preventDefault();
        rememberLanguage(code);
        go(link(here, { ...keep, lang: code === "vi" ? null : code }));
      } },
    }, code === "vi" ? "Tiếng Việt" : "English")));
}

/** How fresh the figures are, in words and as a dot: green only while the loader itself says that it keeps up. */
export function drawFreshness(meta) {
  const state = meta?.loading?.state ?? "away";
  const until = meta && (meta.data_until ? t("freshness.until", { time: instant(meta.data_until) }) : t("freshness.none"));
  const hint = state === "current" ? null : t(`freshness.${state}`, { missing: meta?.loading?.missing ?? 0 });
  fill(document.getElementById("fresh"),
    h("span", { class: `dot ${state}`, "aria-hidden": "true" }), [until, hint].filter(Boolean).join(" · "));
}

export function drawTop(meta) {
  document.getElementById("skip").textContent = t("app.skip");
  fill(document.getElementById("top"),
    h("a", { class: "brand", href: link("/", { unit: null }), "aria-label": `${t("app.name")} – ${t("app.home")}` },
      h("img", { src: "/static/mark.svg", alt: "", width: 36, height: 36 }),
      h("span", {}, h("strong", {}, t("app.name")), h("small", {}, t("app.tagline")))),
    h("p", { class: "fresh", id: "fresh" }),
    languageSwitch());
  drawFreshness(meta);
}

export function drawBottom(definitionId, json) {
  const [before, after] = t("footer.data").split("{json}");
  fill(document.getElementById("bottom"),
    definitionId ? h("p", {}, t("footer.definition", { id: definitionId })) : null,
    json ? h("p", {}, before, h("a", { href: json }, "JSON"), after) : null);
}

/** Where the unit stands: ancestors as links, the unit itself last. */
export function breadcrumb(answer, { last = null } = {}) {
  const places = answer.path.map((unit) => h("li", {}, h("a", { href: link("/", { unit: unit.unit_id }) }, unitName(unit))));
  const unit = answer.unit;
  if (unit) places.push(h("li", {}, last ? h("a", { href: link("/", { unit: unit.unit_id }) }, unitName(unit)) : currentPlace(unitName(unit))));
  if (!unit && last) places.push(h("li", {}, h("a", { href: link("/", { unit: null }) }, t("app.all_units"))));
  if (last) places.push(h("li", {}, currentPlace(last)));
  return h("nav", { class: "crumbs", "aria-label": t("app.nav") }, h("ol", {}, places));
}

const currentPlace = (text) => h("span", { "aria-current": "page" }, text);

export function unitName(unit) {
  if (!unit) return t("app.all_units");
  const name = unit.name || t("unit.unnamed", { id: unit.unit_id });
  return unit.own ? t("unit.own", { name }) : name;
}

/** What the reader sees when the figures can't be had. `seconds` until the page tries again, null where that is no use. */
export function notice(problem, seconds, retry) {
  const missing = problem.status === 404 || problem.status === 400;
  const key = problem.status === 0 ? "error.offline" : "error.unavailable";
  const detail = problem.problem?.detail ?? problem.problem?.title;
  const text = missing ? detail : t(key, { seconds });
  return h("section", { class: "notice", role: "alert" }, icon("alert"),
    h("div", {},
      h("h1", { tabindex: "-1" }, missing ? problem.problem?.title ?? t("error.not_found") : t("error.title")),
      h("p", {}, text),
      h("p", {}, missing
        ? h("a", { class: "button", href: link("/", { unit: null, period: null, from: null, to: null }) }, t("error.home"))
        : h("button", { class: "button", type: "button", on: { click: retry } }, t("error.retry")))));
}

/** A definition's id as a small button that opens its text. */
export function definition(id, place) {
  const box = `definition-${place}`;
  return h("span", { class: "definition" },
    h("button", { type: "button", class: "chip", popovertarget: box, "aria-label": t("definition.button", { id }), title: t(`definition.${id}`) },
      icon("info"), id),
    h("span", { class: "pop", id: box, popover: "auto", role: "note" },
      h("strong", {}, `${t("definition.title")} · ${id}`), h("span", {}, t(`definition.${id}`))));
}
