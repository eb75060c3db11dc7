// Every text of the page comes from one dictionary per language; numbers and dates follow the language, times the dossier's zone.

const LANGUAGES = ["vi", "en"];
const LOCALES = { vi: "vi-VN", en: "en-GB" };
const STORED = "motcua.lang";
export const LEDGER_ZONE = "Asia/Ho_Chi_Minh";

let language = "vi";
let texts = {};

export const languages = () => LANGUAGES;
export const currentLanguage = () => language;

/** The language of this visit: the address first, then the last choice, then Vietnamese. */
export function chosenLanguage(search) {
  const asked = search.get("lang");
  if (LANGUAGES.includes(asked)) return asked;
  try {
    const stored = localStorage.getItem(STORED);
    return LANGUAGES.includes(stored) ? stored : "vi";
  } catch {
    return "vi"; // storage may be switched off; the address still carries the choice
  }
}

export async function useLanguage(wanted) {
  if (wanted !== language || Object.keys(texts).length === 0) {
    const answer = await fetch(`/static/i18n/${wanted}.json`);
    if (!answer.ok) throw new Error(`dictionary ${wanted}: ${answer.status}`);
    texts = await answer.json();
    language = wanted;
  }
  document.documentElement.lang = language;
}

export function rememberLanguage(wanted) {
  try {
    localStorage.setItem(STORED, wanted);
  } catch { /* see chosenLanguage */ }
}

export const hasText = (key) => Object.hasOwn(texts, key);

/** The text of a key with its {places} filled. A missing key shows itself, so that it is noticed. */
export function t(key, places = {}) {
  const text = hasText(key) ? texts[key] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? String(places[name]) : whole));
}

export const number = (value) => new Intl.NumberFormat(LOCALES[language]).format(value);

/** 75,00 %, or "—" when the denominator is empty (B5); never 100 % or 0 % while one dossier says otherwise (B12). As the server's `rate_text`. */
export function rateText(rate) {
  if (rate === null || rate === undefined) return "—";
  const shown = rate === 0 || rate === 1 ? rate : Math.min(Math.max(rate, 0.0001), 0.9999);
  return `${(shown * 100).toFixed(2)} %`.replace(".", language === "vi" ? "," : ".");
}

/** dd/mm/yyyy of a calendar day "YYYY-MM-DD"; no time zone is involved. */
export const day = (text) => (text ? text.slice(0, 10).split("-").reverse().join("/") : "—");

/** dd/mm/yyyy hh:mm of an instant, in the dossier's zone. */
export function instant(text, zone = LEDGER_ZONE) {
  if (!text) return "—";
  const parts = {};
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  for (const { type, value } of format.formatToParts(new Date(text))) parts[type] = value;
  return `${parts.day}/${parts.month}/${parts.year} ${parts.hour}:${parts.minute}`;
}
