// Every error and event of every contract is decoded by name: run it where `@everfloor/abi` and `viem` are installed, with
// the folder of the JSON ABIs as its argument.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as everfloor from "@everfloor/abi";
import {
  decodeErrorResult,
  decodeEventLog,
  encodeAbiParameters,
  encodeErrorResult,
  padHex,
  toEventSelector,
  toFunctionSelector,
  toHex,
} from "viem";
import { formatAbiItem } from "viem/utils";

const folder = process.argv[2];

/** Values that differ from each other, whatever their types. */
let counted = 0;
const valueOf = (type, components) => {
  const array = type.match(/^(.*)\[(\d*)\]$/);
  if (array) {
    return Array.from({ length: Number(array[2] || 2) }, () => valueOf(array[1], components));
  }
  const number = (counted = (counted % 100) + 1);
  if (type === "tuple") return Object.fromEntries(components.map((part) => [part.name, valueOf(part.type, part.components)]));
  if (type === "bool") return true;
  if (type === "string") return `text ${number}`;
  // Digits alone: a checksum leaves them as they are.
  if (type === "address") return `0x${String(number).padStart(40, "0")}`;
  if (type === "bytes") return padHex(toHex(number), { size: 40 });
  const bytes = type.match(/^bytes(\d+)$/);
  if (bytes) return padHex(toHex(number), { size: Number(bytes[1]) });
  const size = Number(type.match(/^u?int(\d+)$/)[1]);
  const value = type.startsWith("u") ? number : -number;
  return size > 48 ? BigInt(value) : value;
};

const valuesOf = (inputs) => inputs.map((input) => valueOf(input.type, input.components));

/** What viem answers: values by their names if all have one, else in order. */
const told = (inputs, values) =>
  inputs.every((input) => input.name) && inputs.length > 0
    ? Object.fromEntries(inputs.map((input, i) => [input.name, values[i]]))
    : values;

const errorIsDecoded = (abi, item) => {
  const values = valuesOf(item.inputs);
  const selector = toFunctionSelector(formatAbiItem(item));
  const data = selector + encodeAbiParameters(item.inputs, values).slice(2);
  const decoded = decodeErrorResult({ abi, data });
  assert.equal(decoded.errorName, item.name);
  assert.deepEqual(decoded.args ?? [], values, item.name);
  assert.equal(encodeErrorResult({ abi, errorName: item.name, args: values }), data);
};

const eventIsDecoded = (abi, item) => {
  const values = valuesOf(item.inputs);
  const chosen = (indexed) => item.inputs.map((input, i) => [input, values[i]]).filter(([input]) => input.indexed === indexed);
  const plain = chosen(false);
  const data = encodeAbiParameters(plain.map(([input]) => input), plain.map(([, value]) => value));
  // A topic that is only a hash could not be told again: none of ours is.
  const topics = chosen(true).map(([input, value]) => encodeAbiParameters([input], [value]));
  const decoded = decodeEventLog({ abi, topics: [toEventSelector(formatAbiItem(item)), ...topics], data });
  assert.equal(decoded.eventName, item.name);
  assert.deepEqual(decoded.args ?? [], told(item.inputs, values), item.name);
};

const jsonIn = (at) => readdirSync(at).filter((file) => file.endsWith(".json")).map((file) => join(at, file));
// Ours, and those in Solidity.
const files = [folder, join(folder, "governance")].flatMap(jsonIn);
assert.ok(files.length >= 24, "the folder has the contracts' ABIs");
let [errors, events] = [0, 0];
for (const file of files) {
  const name = basename(file, ".json");
  const abi = everfloor[`${name[0].toLowerCase()}${name.slice(1)}Abi`];
  assert.deepEqual(abi, JSON.parse(readFileSync(file)), `${name} is what its JSON says`);
  const own = await import(`@everfloor/abi/${name}`);
  assert.deepEqual(Object.values(own), [abi], "a module of its own has the same");
  for (const item of abi.filter((item) => item.type === "error")) errorIsDecoded(abi, item), errors++;
  for (const item of abi.filter((item) => item.type === "event")) eventIsDecoded(abi, item), events++;
}
assert.equal(Object.keys(everfloor).length, files.length + 1, "and the addresses; nothing else");
assert.equal(typeof everfloor.addresses, "object");
console.log(`names.mjs: ok, ${errors} errors and ${events} events`);
