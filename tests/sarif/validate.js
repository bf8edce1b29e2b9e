// Validates SARIF files against the official schema; prints what is wrong and exits with 1.
//   node validate.js FOLDER-OF-NODE-MODULES FILE...
"use strict";
const fs = require("fs");
const path = require("path");

const [modules, ...files] = process.argv.slice(2);
const from = (name) => path.join(modules, name);
const Ajv = require(from("ajv"));
const schema = JSON.parse(fs.readFileSync(from("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")));

const ajv = new Ajv({ schemaId: "id", meta: false, allErrors: true, unknownFormats: "ignore" });
ajv.addMetaSchema(require(from("ajv/lib/refs/json-schema-draft-04.json")));
const validate = ajv.compile(schema);

let failed = files.length === 0;
for (const file of files) {
  // A decoder that refuses what is no UTF-8.
  const text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(file));
  if (validate(JSON.parse(text))) continue;
  failed = true;
  for (const e of validate.errors) console.error(`${file}: ${e.dataPath} ${e.message} ${JSON.stringify(e.params)}`);
}
process.exit(failed ? 1 : 0);
