// Reads the page's JSON. Every failure becomes a ProblemError that says which of the page's notices to show.

import { currentLanguage } from "./i18n.js";

export class ProblemError extends Error {
  constructor(status, problem) {
    super(problem.title ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

/** `/api/figures.json?unit=7` from ("figures", {unit: 7}); empty values are left out. `format` is json or csv. */
export function address(name, query = {}, format = "json") {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== "") search.set(key, value);
  if (format === "csv") search.set("lang", currentLanguage());
  const text = search.toString();
  return `/api/${name}.${format}${text ? `?${text}` : ""}`;
}

/** The answer of one part of the page; throws ProblemError, or AbortError when the reader has moved on. */
export async function read(name, query, signal) {
  let answer;
  try {
    answer = await fetch(address(name, query), { signal, headers: { "Accept-Language": currentLanguage() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ProblemError(0, { title: "offline" });
  }
  if (answer.ok) return answer.json();
  throw new ProblemError(answer.status, await answer.json().catch(() => ({ title: answer.statusText })));
}
