// A perpetual market: a long is opened, the price falls, a keeper liquidates it.
import assert from "node:assert/strict";
import { clearingHouseAbi, postedAggregatorAbi, priceFeedAbi, testDollarAbi } from "@everfloor/abi";
import { parseEther } from "viem";
import { ask, done, impersonate, pass, people, refused, send, system, unlimited } from "./stage.mjs";

const [, trader, other, keeper] = people;
const { house, token } = system;
const market = BigInt(system.market);
const owner = await impersonate(system.owner);
const [long, short] = [0, 1];
const dollars = (amount) => BigInt(amount) * 1_000_000n;

const fund = async (account, amount) => {
  const { Transfer } = await send(account, token, testDollarAbi, "mint", account.address, amount);
  assert.equal(Transfer.value, amount);
  const { Approval } = await send(account, token, testDollarAbi, "approve", house, amount);
  assert.deepEqual(Approval, { owner: account.address, spender: Approval.spender, value: amount });
};
const open = (account, side, margin, notional) =>
  send(account, house, clearingHouseAbi, "openPosition", market, side, margin, notional, 0n, unlimited, unlimited);

// ---- open ----
await fund(trader, dollars(1_000));
const opened = (await open(trader, long, dollars(108), parseEther("1000"))).PositionChanged;
assert.equal(opened.trader, trader.address);
assert.equal(opened.marketId, market);
assert.equal(opened.exchangedNotional, parseEther("1000"));
assert.ok(opened.size > 0n && opened.size === opened.exchangedBase);
const position = await ask(house, clearingHouseAbi, "getPosition", market, trader.address);
assert.equal(position.size, opened.size);
assert.equal(position.margin, opened.margin);

// ---- what is refused, by name ----
const liquidation = [market, trader.address, 0n, unlimited];
const healthy = await refused(keeper, house, clearingHouseAbi, "liquidate", ...liquidation);
assert.equal(healthy.name, "NotLiquidatable");
const nowhere = await refused(keeper, house, clearingHouseAbi, "liquidate", 77n, trader.address, 0n, unlimited);
assert.deepEqual(nowhere, { name: "UnknownMarket", args: [77n] });

// ---- the price falls, and the mark with it ----
await pass(1);
await send(owner, system.source, postedAggregatorAbi, "post", 93n * 10n ** 8n);
await send(keeper, system.feed, priceFeedAbi, "poke");
await fund(other, dollars(1_000_000));
for (let i = 0; i < 2; i++) await open(other, short, dollars(100_000), parseEther("180000"));
await pass(2_000);
assert.ok((await ask(house, clearingHouseAbi, "getPosition", market, trader.address)).liquidatable);

// ---- liquidate ----
const { PositionChanged: closed, PositionLiquidated: liquidated } = await send(keeper, house, clearingHouseAbi, "liquidate", ...liquidation);
assert.equal(closed.size, 0n);
assert.equal(liquidated.trader, trader.address);
assert.equal(liquidated.keeper, keeper.address);
assert.ok(liquidated.keeperReward > 0n && liquidated.keeperReward <= liquidated.penalty);
assert.equal(liquidated.sequence, closed.sequence + 1n);
const { RewardWithdrawn } = await send(keeper, house, clearingHouseAbi, "withdrawReward", keeper.address);
assert.equal(RewardWithdrawn.amount, liquidated.keeperReward);
assert.equal(await ask(token, testDollarAbi, "balanceOf", keeper.address), liquidated.keeperReward);
done("perp.mjs");
