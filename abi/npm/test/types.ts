// What TypeScript infers from the package: `tsc --noEmit` passes only if every line means what it says.
import { addresses, clearingHouseAbi, floorMarketAbi, putPoolAbi, type Deployment } from "@everfloor/abi";
import { priceFeedAbi } from "@everfloor/abi/PriceFeed";
import { createPublicClient, createWalletClient, decodeErrorResult, http, parseEventLogs, type Address } from "viem";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

declare const address: Address;
const client = createPublicClient({ transport: http() });
const wallet = createWalletClient({ transport: http() });

export async function reading() {
  const market = await client.readContract({ address, abi: clearingHouseAbi, functionName: "getMarket", args: [1n] });
  holds<Same<typeof market.money.pool, bigint>>();
  // @ts-expect-error a market's id is a bigint
  await client.readContract({ address, abi: clearingHouseAbi, functionName: "getMarket", args: ["1"] });
  // @ts-expect-error there is no such function
  await client.readContract({ address, abi: clearingHouseAbi, functionName: "getMarkets", args: [1n] });
  // @ts-expect-error a call that changes something is not read
  await client.readContract({ address, abi: putPoolAbi, functionName: "roll" });
  await client.readContract({ address, abi: priceFeedAbi, functionName: "owner" });
}

export async function writing() {
  const common = { address, account: address, chain: null } as const;
  const args = [address, [1n, 2n], 5n] as const;
  await wallet.writeContract({ ...common, abi: floorMarketAbi, functionName: "kick", args });
  // @ts-expect-error ids are a list
  await wallet.writeContract({ ...common, abi: floorMarketAbi, functionName: "kick", args: [address, 1n, 5n] });
  // @ts-expect-error all arguments are there
  await wallet.writeContract({ ...common, abi: floorMarketAbi, functionName: "kick", args: [address] });
}

export function decoding() {
  const [rolled] = parseEventLogs({ abi: putPoolAbi, logs: [], eventName: "Rolled" });
  if (rolled) holds<Same<typeof rolled.args.epoch, bigint>>();
  const error = decodeErrorResult({ abi: clearingHouseAbi, data: "0x" });
  if (error.errorName === "UnknownMarket") holds<Same<typeof error.args, readonly [bigint]>>();
  // @ts-expect-error there is no such error
  if (error.errorName === "UnknownMarkets") return;
}

export function deployed(chainId: number) {
  const found = addresses[chainId];
  holds<Same<typeof found, Deployment | undefined>>();
  // @ts-expect-error nothing may be deployed there
  return found.contracts;
}
