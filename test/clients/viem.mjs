// viem against a node: node viem.mjs TOOLS URL WS_URL KEY INIT_CODE (TOOLS has viem in node_modules).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [tools, url, wsUrl, key, initCode] = process.argv.slice(2);
const require = createRequire(resolve(tools, "package.json"));
const { createPublicClient, createTestClient, createWalletClient, defineChain, http, parseAbi, parseEther, webSocket } =
  require("viem");
const { BaseError, ContractFunctionRevertedError } = require("viem");
const { privateKeyToAccount } = require("viem/accounts");

const abi = JSON.parse(readFileSync(new URL("counter.json", import.meta.url)));
const arbWasm = "0x0000000000000000000000000000000000000071";
const chain = defineChain({
  id: 412346,
  name: "devnet",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url], webSocket: [wsUrl] } },
});
const account = privateKeyToAccount(key);
const reader = createPublicClient({ chain, transport: http() });
const listener = createPublicClient({ chain, transport: webSocket() });
let heard;
const asked = new Promise((done) => (heard = done));
const poller = createPublicClient({
  chain,
  transport: http(url, {
    onFetchRequest: (_, init) => {
      if (init.body.includes("eth_getFilterChanges")) heard();
    },
  }),
});
const wallet = createWalletClient({ account, chain, transport: http() });
const tester = createTestClient({ chain, mode: "anvil", transport: http() });

const mined = (hash) => reader.waitForTransactionReceipt({ hash, pollingInterval: 10 });

assert.equal(await reader.getChainId(), 412346);
assert.equal(await reader.getGasPrice(), 100000000n);

// ---- deploy and activate ----
const { contractAddress: address } = await mined(await wallet.sendTransaction({ data: initCode }));
const activation = await wallet.writeContract({
  address: arbWasm,
  abi: parseAbi(["function activateProgram(address program) payable returns (uint16, uint256)"]),
  functionName: "activateProgram",
  args: [address],
  value: parseEther("0.1"),
});
assert.equal((await mined(activation)).status, "success");

// ---- write, and hear of it over WebSocket and by polling ----
const over = (client, options) =>
  new Promise((done, failed) => {
    const seen = [];
    const stop = client.watchContractEvent({
      address,
      abi,
      eventName: "NumberSet",
      ...options,
      onError: failed,
      onLogs: (logs) => {
        seen.push(...logs);
        if (seen.length >= 2) {
          stop();
          done(seen);
        }
      },
    });
  });
const heads = new Promise((done, failed) => {
  const stop = listener.watchBlocks({
    onError: failed,
    onBlock: (block) => {
      stop();
      done(block);
    },
  });
});
// A subscription that is answered tells that the two before it, on the same connection, are in force.
const byEvent = over(listener, {});
const byPolling = over(poller, { poll: true, pollingInterval: 20 });
await listener.transport.subscribe({ params: ["newHeads"], onData: () => {} });
// A question for changes tells that the polling watcher has its filter.
await asked;
const first = await mined(await wallet.writeContract({ address, abi, functionName: "setNumber", args: [41n] }));
await mined(await wallet.writeContract({ address, abi, functionName: "increment" }));
assert.equal(await reader.readContract({ address, abi, functionName: "number" }), 42n);
for (const seen of [await byEvent, await byPolling]) {
  assert.deepEqual(seen.map((log) => log.args), [
    { by: account.address, value: 41n },
    { by: account.address, value: 42n },
  ]);
}
assert.ok((await heads).number >= first.blockNumber);
const logs = await reader.getContractEvents({ address, abi, fromBlock: 0n });
assert.equal(logs.length, 2);
assert.equal(logs[0].transactionHash, first.transactionHash);

// ---- a typed error ----
const reverted = async (action) => {
  try {
    await action;
  } catch (error) {
    assert.ok(error instanceof BaseError, String(error));
    const reason = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
    assert.ok(reason, String(error));
    return reason.data;
  }
  assert.fail("not reverted");
};
const tooBig = { address, abi, functionName: "setNumber", args: [70000n] };
for (const attempt of [reader.simulateContract, reader.estimateContractGas]) {
  const data = await reverted(attempt({ ...tooBig, account }));
  assert.equal(data.errorName, "TooBig");
  assert.deepEqual(data.args, [70000n]);
}
const poor = privateKeyToAccount(`0x${"11".repeat(32)}`);
await assert.rejects(
  wallet.sendTransaction({ account: poor, to: account.address, value: 1n }),
  (error) => error.walk((inner) => inner.name === "InsufficientFundsError") !== null,
);

// ---- reading ----
assert.equal(await reader.readContract({ address, abi, functionName: "number", blockNumber: first.blockNumber }), 41n);
assert.equal((await reader.getBlock({ includeTransactions: true })).transactions.length, 1);
assert.equal((await reader.getTransaction({ hash: first.transactionHash })).from, account.address.toLowerCase());
assert.ok((await reader.getFeeHistory({ blockCount: 3, rewardPercentiles: [50] })).baseFeePerGas.length >= 3);
assert.ok(await reader.verifyMessage({ address: account.address, message: "x", signature: await account.signMessage({ message: "x" }) }));

// ---- development methods ----
const snapshot = await tester.snapshot();
const someone = "0x00000000000000000000000000000000000000Aa";
await tester.setBalance({ address: someone, value: parseEther("1") });
await tester.impersonateAccount({ address: someone });
const unlocked = createWalletClient({ account: someone, chain, transport: http() });
assert.equal((await mined(await unlocked.sendTransaction({ to: account.address, value: 1n }))).status, "success");
const { timestamp } = await reader.getBlock();
await tester.increaseTime({ seconds: 1000 });
await tester.mine({ blocks: 1 });
assert.ok((await reader.getBlock()).timestamp >= timestamp + 1000n);
await tester.revert({ id: snapshot });
assert.equal(await reader.getBalance({ address: someone }), 0n);

console.log("viem.mjs: ok");
process.exit(0);
