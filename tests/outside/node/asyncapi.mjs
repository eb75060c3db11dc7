// AsyncAPI's own parser reads the document and prints what it finds, one line each; exit code 1 if there is an error.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf-8"));
const errors = diagnostics.filter((one) => one.severity === 0);
for (const one of errors) console.log(`${one.path.join(".")}: ${one.message}`);
console.log(`messages: ${document ? document.allMessages().length : 0}`);
process.exit(errors.length === 0 ? 0 : 1);
