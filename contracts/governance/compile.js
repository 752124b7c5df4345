// Compiles governance: node contracts/governance/compile.js [--check], or ./ev governance
//
// Writes target/governance/<Contract>.json (ABI and init code, for the deploy tool) and abi/governance/<Contract>.json
// (the ABI alone, committed). With --check a committed ABI that is not what the sources say is an error, and is left.
"use strict";
const fs = require("fs");
const path = require("path");

const ROOT = path.join(__dirname, "../..");
const MODULES = path.join(ROOT, "tools/node_modules");
const OPENZEPPELIN = "@openzeppelin/contracts";

// Contract, and the source it is in.
const CONTRACTS = {
  EverfloorGovernor: "EverfloorGovernor.sol",
  TimelockController: `${OPENZEPPELIN}/governance/TimelockController.sol`,
  VoteToken: "VoteToken.sol",
};

// What tools/package.json pins, or how to get it.
function compiler() {
  const wanted = require(path.join(ROOT, "tools/package.json")).devDependencies;
  for (const name of ["solc", OPENZEPPELIN]) {
    const file = path.join(MODULES, name, "package.json");
    const found = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")).version : "not installed";
    if (found !== wanted[name]) {
      fail(`${name} ${wanted[name]} is needed, and is ${found}. Run: ./ev governance`);
    }
  }
  return require(path.join(MODULES, "solc"));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

// Where the source of an import is: the package's, or beside this file.
function locate(name) {
  return name.startsWith(`${OPENZEPPELIN}/`) ? path.join(MODULES, name) : path.join(__dirname, name);
}

function read(name) {
  const file = locate(name);
  return fs.existsSync(file) ? { contents: fs.readFileSync(file, "utf8") } : { error: `no ${name}` };
}

function compile() {
  const solc = compiler();
  const files = Object.values(CONTRACTS);
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file) => [file, { content: read(file).contents }])),
    settings: {
      // No metadata: the bytes depend on the code and the compiler alone.
      metadata: { appendCBOR: false, bytecodeHash: "none" },
      optimizer: { enabled: true, runs: 200 },
      evmVersion: "cancun",
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
  // Warnings about our own sources are errors; those about the package are not ours to mend.
  const ours = (error) => !error.sourceLocation || !error.sourceLocation.file.startsWith("@");
  const errors = (output.errors || []).filter((error) => error.severity === "error" || ours(error));
  if (errors.length > 0) {
    fail(errors.map((error) => error.formattedMessage).join("\n"));
  }
  return output.contracts;
}

function main() {
  const check = process.argv.includes("--check");
  const built = path.join(ROOT, "target/governance");
  fs.mkdirSync(built, { recursive: true });
  const contracts = compile();
  const drifted = [];
  for (const [name, file] of Object.entries(CONTRACTS)) {
    const { abi, evm } = contracts[file][name];
    const artifact = { abi, bytecode: `0x${evm.bytecode.object}` };
    fs.writeFileSync(path.join(built, `${name}.json`), `${JSON.stringify(artifact, null, 2)}\n`);
    const committed = path.join(ROOT, "abi/governance", `${name}.json`);
    const text = `${JSON.stringify(abi, null, 2)}\n`;
    if (fs.existsSync(committed) && fs.readFileSync(committed, "utf8") === text) {
      continue;
    }
    drifted.push(`abi/governance/${name}.json`);
    if (!check) {
      fs.writeFileSync(committed, text);
    }
  }
  if (check && drifted.length > 0) {
    fail(`not what the sources say: ${drifted.join(", ")}. Run: ./ev governance`);
  }
}

main();
