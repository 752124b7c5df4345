// A put pool: a writer deposits, the buyer buys, the epoch ends and is rolled.
import assert from "node:assert/strict";
import { postedAggregatorAbi, priceHistoryAbi, putPoolAbi, testTokenAbi, volatilitySourceAbi, writerPositionAbi } from "@everfloor/abi";
import { parseEther } from "viem";
import { ask, done, impersonate, passTo, people, refused, send, system, unlimited } from "./stage.mjs";

const [, writer, keeper] = people;
const { pool } = system;
const owner = await impersonate(system.owner);
const buyer = await impersonate(system.buyer);
const price = parseEther("0.18");

const state = () => ask(pool, putPoolAbi, "poolState");
const record = () => send(keeper, system.history, priceHistoryAbi, "record");
const post = async () => {
  for (const source of system.sources) await send(owner, source, postedAggregatorAbi, "post", price);
  await record();
};

// ---- deposit ----
const assets = parseEther("400");
await send(writer, system.collateral, testTokenAbi, "mint", writer.address, assets);
const poor = await refused(writer, pool, putPoolAbi, "deposit", 1n, 0n, writer.address, unlimited);
assert.equal(poor.name, "AmountTooSmall");
assert.equal(poor.args[0], 1n);
await send(writer, system.collateral, testTokenAbi, "approve", pool, assets);
const { Deposited } = await send(writer, pool, putPoolAbi, "deposit", assets, 0n, writer.address, unlimited);
assert.equal(Deposited.payer, writer.address);
assert.equal(Deposited.receiver, writer.address);
assert.equal(Deposited.assets, assets);
assert.ok(Deposited.shares > 0n);
assert.equal(await ask(system.positions, writerPositionAbi, "ownerOf", Deposited.id), writer.address);
assert.equal((await ask(pool, putPoolAbi, "position", Deposited.id)).shares, Deposited.shares);

// ---- purchase ----
const units = parseEther("1000");
const { PutPurchased } = await send(buyer, pool, putPoolAbi, "purchase", units, parseEther("1600"), unlimited, 0n, unlimited);
assert.equal(PutPurchased.boughtUnits, units);
assert.ok(PutPurchased.premium > 0n);

// ---- what the buyer's puts go on for in the next epoch is paid from an escrow, which anybody may fill ----
const escrow = parseEther("50");
await send(keeper, system.collateral, testTokenAbi, "mint", keeper.address, escrow);
await send(keeper, system.collateral, testTokenAbi, "approve", pool, escrow);
const { EscrowFunded } = await send(keeper, pool, putPoolAbi, "fundEscrow", escrow);
assert.equal(EscrowFunded.amount, escrow);

// ---- roll, when the epoch has ended and not before ----
const { end, epoch, sigma } = await state();
const early = await refused(keeper, pool, putPoolAbi, "roll");
assert.equal(early.name, "EpochNotEnded");
assert.equal(early.args[0], end);
// The price holds for the whole window it is settled at.
await passTo(end - 21_600n);
await post();
await passTo(end - 1_800n);
await record();
await passTo(end);
await post();
await send(owner, system.volatility, volatilitySourceAbi, "post", sigma);
const { Rolled } = await send(keeper, pool, putPoolAbi, "roll");
assert.equal(Rolled.epoch, epoch);
assert.equal(Rolled.next, epoch + 1n);
assert.equal(Rolled.settlementPrice, price);
assert.deepEqual([Rolled.units, Rolled.lapsed], [units, 0n]);
assert.ok(Rolled.funding > 0n && Rolled.funding <= escrow);
assert.equal((await state()).epoch, epoch + 1n);
const late = await refused(keeper, pool, putPoolAbi, "roll");
assert.equal(late.name, "EpochNotEnded");
done("put.mjs");
