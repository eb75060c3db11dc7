// TypeScript must refuse this: an action needs its dossier, and a unit is a number.
import type { components } from "./intake.js";

export const action: components["schemas"]["action.v1"] = {
  specversion: "1.0",
  id: "ts-2",
  source: "/ts/mot-cua",
  type: "dossier-accepted.v1",
  time: "2026-02-11T10:20:00+07:00",
  unitid: "14797",
  data: {},
};
