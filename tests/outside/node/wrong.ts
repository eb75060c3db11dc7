// TypeScript must refuse both: an action needs its dossier, and its data is that of its type.
import type { components } from "./intake.js";

const about = { specversion: "1.0", id: "ts-3", source: "/ts/mot-cua", time: "2026-02-11T10:20:00+07:00", unitid: 14797 } as const;
export const nobodys: components["schemas"]["action.v1"] = {
  ...about,
  type: "dossier-withdrawn.v1",
  data: {},
};
export const ofAnotherType: components["schemas"]["action.v1"] = {
  ...about,
  subject: "TS-1",
  type: "supplement-requested.v1",
  data: { round_no: "one" },
};
