// A floor market with its own order book, bids and index: a holder locks an NFT and mints FP against it by selling them,
// funding in kind outgrows it, a keeper kicks it into an auction and takes it.
import assert from "node:assert/strict";
import { bidBookAbi, floorBookAbi, floorIndexAbi, floorMarketAbi, testTokenAbi } from "@everfloor/abi";
import { erc721Abi, parseEther } from "viem";
import { ask, done, pass, people, refused, send, system, unlimited } from "./stage.mjs";

const [, bidder, maker, holder, keeper] = people;
const { market, book, bids, index, cash, collection } = system;
const id = BigInt(system.nft);
// Ticks of an ETH, and lots of an FP, in the order book; ticks of an ETH in the bids; kinds of orders.
const [eth, fp, bidEth] = [1_000, 1_000, 100];
const [postOnly, immediate] = [1, 2];

const enter = async (account) => {
  await send(account, cash, testTokenAbi, "mint", account.address, parseEther("100000"));
  for (const spender of [market, bids]) await send(account, cash, testTokenAbi, "approve", spender, unlimited);
  const { OperatorSet } = await send(account, market, floorMarketAbi, "setOperator", book, true);
  assert.equal(OperatorSet.approved, true);
};
const order = (account, isBuy, tick, lots, kind) =>
  send(account, book, floorBookAbi, "placeOrder", isBuy, BigInt(tick), BigInt(lots), kind, 0n, 20n, false, unlimited);
const account = () => ask(market, floorMarketAbi, "getAccount", holder.address);

/** Lets time pass; a keeper looks after the index, which has nothing to say before the first bid is of age. */
const tend = async (seconds, silent = 0) => {
  for (let passed = 0; passed < seconds; passed += 1_800) {
    await pass(1_800);
    if (passed >= silent) await send(keeper, index, floorIndexAbi, "update");
  }
};

for (const each of [bidder, maker, holder, keeper]) await enter(each);

// ---- NFTs are bid for at 10, FP quoted around 8, until an epoch has an index from its beginning on ----
const { BidPlaced } = await send(bidder, bids, bidBookAbi, "placeBid", BigInt(10 * bidEth), 20n, unlimited);
assert.equal(BidPlaced.price, parseEther("10"));
await send(maker, market, floorMarketAbi, "depositCash", parseEther("1000"), maker.address);
for (const [isBuy, tick] of [[true, 8 * eth - 10], [false, 8 * eth + 10]]) {
  const { OrderPlaced } = await order(maker, isBuy, tick, 5 * fp, postOnly);
  assert.deepEqual([OrderPlaced.owner, OrderPlaced.isBuy], [maker.address, isBuy]);
}
await tend(90_000, 3_600);
await send(keeper, market, floorMarketAbi, "pokeFunding", 1n);

// ---- lock, mint, take the cash ----
await send(holder, collection, erc721Abi, "setApprovalForAll", market, true);
const { NftDeposited } = await send(holder, market, floorMarketAbi, "depositNft", holder.address, [id], []);
assert.deepEqual(NftDeposited, { account: holder.address, id });
const { OrderFilled } = await order(holder, false, 7 * eth, (9 * fp) / 10, immediate);
assert.deepEqual([OrderFilled.maker, OrderFilled.taker], [maker.address, holder.address]);
assert.equal(OrderFilled.lots, BigInt((9 * fp) / 10));
const minted = await account();
assert.equal(minted.fp, -parseEther("0.9"));
const withdrawal = [holder.address, minted.cash, holder.address, unlimited];
const stranger = await refused(keeper, market, floorMarketAbi, "withdrawCash", ...withdrawal);
assert.equal(stranger.name, "NotOperator");
const { CashWithdrawn } = await send(holder, market, floorMarketAbi, "withdrawCash", ...withdrawal);
assert.equal(CashWithdrawn.paid, minted.cash);

// ---- kick, when an epoch below the index has been paid in kind and not before ----
const early = await refused(keeper, market, floorMarketAbi, "kick", holder.address, [id], unlimited);
assert.equal(early.name, "NotLiquidatable");
await tend(86_400);
const { FundingBegun } = await send(keeper, market, floorMarketAbi, "pokeFunding", 100n);
assert.ok(FundingBegun.mark < FundingBegun.index && FundingBegun.payment < 0n);
assert.ok((await account()).fp < minted.fp);
const { Kicked } = await send(keeper, market, floorMarketAbi, "kick", holder.address, [id], unlimited);
assert.deepEqual([Kicked.account, Kicked.starter, Kicked.nfts], [holder.address, keeper.address, 1n]);
const auction = await ask(market, floorMarketAbi, "getAuction", Kicked.auction);
assert.equal(auction.price, Kicked.top);

// ---- take ----
const take = (most) => [Kicked.auction, [id], most, 0n, keeper.address, "0x", unlimited];
const dear = await refused(keeper, market, floorMarketAbi, "take", ...take(1n));
assert.equal(dear.name, "PriceAboveLimit");
const { Taken } = await send(keeper, market, floorMarketAbi, "take", ...take(auction.price));
assert.deepEqual([Taken.auction, Taken.account, Taken.price], [Kicked.auction, holder.address, auction.price]);
assert.ok(Taken.bought > 0n);
assert.equal(await ask(collection, erc721Abi, "ownerOf", id), keeper.address);
assert.equal((await account()).fp, 0n);
done("floor.mjs");
