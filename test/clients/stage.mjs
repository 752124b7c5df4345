// What the scripts that drive a system share: people who sign, calls that must succeed or be refused, events by name. It
// runs in a project that has `viem` and `@everfloor/abi` installed, with the world to act in as its argument.
import assert from "node:assert/strict";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  http,
  parseEventLogs,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const { url, keys, system: deployed } = JSON.parse(process.argv[2]);
const chain = defineChain({
  id: 412346,
  name: "devnet",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const transport = http();
const wallet = createWalletClient({ chain, transport });

/** Where everything is. */
export const system = deployed;
/** Those who sign for themselves. */
export const people = keys.map((key) => privateKeyToAccount(key));
export const reader = createPublicClient({ chain, transport });
export const tester = createTestClient({ chain, mode: "anvil", transport });
/** A limit that never bites. */
export const unlimited = 2n ** 256n - 1n;

/** Lets the node sign for an account without a key. */
export const impersonate = async (address) => {
  await tester.impersonateAccount({ address });
  return address;
};

/** Asks a contract. */
export const ask = (address, abi, functionName, ...args) => reader.readContract({ address, abi, functionName, args });

/** Sends a transaction, which must succeed: its events by name, as the contract's ABI has them. */
export const send = async (account, address, abi, functionName, ...args) => {
  const hash = await wallet.writeContract({ account, address, abi, functionName, args });
  const receipt = await reader.waitForTransactionReceipt({ hash, pollingInterval: 5 });
  assert.equal(receipt.status, "success", functionName);
  const own = receipt.logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
  const parsed = parseEventLogs({ abi, logs: own });
  assert.equal(parsed.length, own.length, `the ABI knows every event of ${functionName}`);
  return Object.fromEntries(parsed.map(({ eventName, args }) => [eventName, args]));
};

/** A call that must be refused: the error by name, with its values. */
export const refused = async (account, address, abi, functionName, ...args) => {
  try {
    await reader.simulateContract({ account, address, abi, functionName, args });
  } catch (error) {
    assert.ok(error instanceof BaseError, String(error));
    const reason = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
    assert.ok(reason?.data, String(error));
    return { name: reason.data.errorName, args: reason.data.args ?? [] };
  }
  assert.fail(`${functionName} was not refused`);
};

/** The time of the last block. */
export const now = async () => (await reader.getBlock()).timestamp;

/** Lets time pass. */
export const pass = async (seconds) => {
  await tester.increaseTime({ seconds: Number(seconds) });
  await tester.mine({ blocks: 1 });
};

/** Lets time pass up to a moment. */
export const passTo = async (time) => pass(time - (await now()));

/** Tells that all went well. */
export const done = (script) => {
  console.log(`${script}: ok`);
  process.exit(0);
};
