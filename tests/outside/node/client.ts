// A counter's program as openapi-typescript and openapi-fetch make it: TypeScript must find its types right, and intake its actions.
import createClient from "openapi-fetch";
import type { components, paths } from "./intake.js";

const intake = createClient<paths>({ baseUrl: process.argv[2] });
const about = { specversion: "1.0", source: "/ts/mot-cua", subject: "TS-1", time: new Date().toISOString(), unitid: 14797 } as const;
const accepted: components["schemas"]["action.v1"] = {
  ...about,
  id: "ts-1",
  type: "dossier-accepted.v1",
  data: { procedure_code: "1.004873", term: { value: 7, unit: "working_day" } },
};
const asked: components["schemas"]["action.supplement-requested.v1"] = {
  ...about,
  id: "ts-2",
  type: "supplement-requested.v1",
  data: { round_no: 1, missing_items: ["Giấy chứng sinh"], reason: "Thiếu bản chính Giấy chứng sinh." },
};
const headers = { "Content-Type": "application/cloudevents+json" };
const statuses = [];
for (const action of [accepted, asked]) {
  const { response, error } = await intake.POST("/v1/actions", { body: action, headers });
  statuses.push(error ?? response.status);
}
const found = await intake.GET("/v1/dossiers/{subject}", { params: { path: { subject: "TS-1" }, query: { source: "/ts/mot-cua" } } });
console.log(JSON.stringify({ statuses, lifecycle: found.data?.lifecycle, waiting: found.data?.waiting_for }));
