// Compiles a Solidity contract of the tests and prints its init code: node compile.js HostileToken
"use strict";
const fs = require("fs");
const path = require("path");

const solc = require(path.join(__dirname, "../../tools/node_modules/solc"));
const name = process.argv[2];
const file = `${name}.sol`;
const input = {
  language: "Solidity",
  sources: { [file]: { content: fs.readFileSync(path.join(__dirname, file), "utf8") } },
  settings: {
    // No metadata: the bytes depend on the code and the compiler alone.
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const errors = (output.errors || []).filter((error) => error.severity === "error");
if (errors.length > 0) {
  console.error(errors.map((error) => error.formattedMessage).join("\n"));
  process.exit(1);
}
console.log(output.contracts[file][name].evm.bytecode.object);
