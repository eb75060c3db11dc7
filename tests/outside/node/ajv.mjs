// Ajv in strict mode compiles every schema as intake serves it, alone, and says which examples it takes: one JSON line per schema.
// Arguments: a folder with the served schemas, the folder of the contract with the examples.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [served, folder] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, "utf-8"));
for (const file of readdirSync(served)) {
  const name = file.replace(".json", "");
  const ajv = addFormats(new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }));
  const check = ajv.compile(read(join(served, file)));
  const examples = (kind) => {
    const of = join(folder, "examples", name, kind);
    return existsSync(of) ? readdirSync(of).map((one) => [one, read(join(of, one))]) : [];
  };
  console.log(JSON.stringify({
    name,
    refused: examples("valid").filter(([, data]) => !check(data)).map(([one]) => one),
    taken: examples("invalid").filter(([, of]) => check(of.data)).map(([one]) => one),
  }));
}
