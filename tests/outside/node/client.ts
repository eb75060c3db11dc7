// A counter's program as openapi-typescript and openapi-fetch make it: TypeScript must find its types right, and intake its actions.
import createClient from "openapi-fetch";
import type { components, paths } from "./intake.js";

const intake = createClient<paths>({ baseUrl: process.argv[2] });
const action: components["schemas"]["action.v1"] = {
  specversion: "1.0",
  id: "ts-1",
  source: "/ts/mot-cua",
  type: "dossier-accepted.v1",
  subject: "TS-1",
  time: new Date().toISOString(),
  unitid: 14797,
  data: { procedure_code: "1.004873", term: { value: 7, unit: "working_day" } },
};
const { data, error, response } = await intake.POST("/v1/actions", {
  body: action,
  headers: { "Content-Type": "application/cloudevents+json" },
});
const found = await intake.GET("/v1/dossiers/{subject}", { params: { path: { subject: "TS-1" }, query: { source: "/ts/mot-cua" } } });
console.log(JSON.stringify({ status: response.status, data, error, lifecycle: found.data?.lifecycle }));
