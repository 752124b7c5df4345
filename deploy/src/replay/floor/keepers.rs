//! What keepers do. They know nothing but what the market's public views say, and may do nothing that not everybody may.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use anyhow::Result;

use crate::{
    bindings::{BidBook, FloorBook, FloorIndex, FloorMarket, IFloorMarket::AuctionView},
    demo::money::{signed, units},
    replay::local::Acts as _,
};

use super::{
    cast::Role,
    diary::Change,
    stage::{CAPACITY, LEAST_LOTS, LOT, Order, Stage, TICK, account},
};

/// Bids that one NFT is sold into at most.
const BIDS: u64 = 4;
/// Offers counted in a call.
const STEPS: u64 = 60;
/// The collector buys an NFT at this part of the real floor, percent.
const CHEAP: u128 = 90;
/// Rounds of liquidations: one may bring about another.
const ROUNDS: usize = 4;
/// How an auction may be gone, or not be worth it, by the time somebody comes.
const PASSED: [&str; 3] = ["BidsBelowPrice", "TooFewUnits", "NeedsReset"];

/// Those who look after the market.
pub(crate) struct Keepers {
    keeper: Address,
    collector: Address,
    /// Why accounts that may be liquidated were left, by reason.
    pub left: std::collections::BTreeMap<&'static str, u64>,
    /// Times at which there was no price to go by.
    pub blind: u64,
}

impl Keepers {
    /// The keeper and the collector.
    pub fn new(stage: &Stage) -> Self {
        Self {
            keeper: stage.keeper,
            collector: account(&format!("{} 1", Role::Collector.name())),
            left: std::collections::BTreeMap::new(),
            blind: 0,
        }
    }

    /// Counts bids, brings the index up to date, counts the mark.
    pub fn watch(&mut self, stage: &mut Stage) -> Result<()> {
        let at = stage.at;
        let steps = U256::from(STEPS);
        while stage.must(self.keeper, at.bids, &BidBook::catchUpCall { steps })? {}
        // Between two bids there may be none that counts.
        stage.may(self.keeper, at.index, &FloorIndex::updateCall {}, &["TooFewSources"])?;
        stage.must(self.keeper, at.book, &FloorBook::pokeCall {}).map(|_| ())
    }

    /// Pays the epochs that are over.
    pub fn pay_funding(&mut self, stage: &mut Stage) -> Result<()> {
        let due = stage.ask(stage.at.market, &FloorMarket::dueFundingCall { limit: U256::ONE })?;
        if due.list.is_empty() { Ok(()) } else { stage.around(Change::Funding, Stage::pay) }
    }

    /// Everything there is to do now. What must not be left is a problem.
    pub fn round(&mut self, stage: &mut Stage) -> Result<Vec<String>> {
        self.pay_waiting(stage)?;
        if stage.prices()?.status != 0 {
            self.blind += 1;
            return Ok(Vec::new());
        }
        self.see_to_auctions(stage)?;
        for _ in 0..ROUNDS {
            if !self.liquidate(stage)? {
                break;
            }
        }
        self.buy_from_house(stage)?;
        self.unload(stage)?;
        self.look_back(stage)
    }

    /// Pays withdrawals that waited.
    pub fn pay_waiting(&mut self, stage: &mut Stage) -> Result<()> {
        for place in stage.diary.queue.clone() {
            let ticket = place.ticket;
            let due = stage.ask(stage.at.market, &FloorMarket::waitingCall { ticket })?.due;
            if !due.is_zero() {
                stage.must(self.keeper, stage.at.market, &FloorMarket::claimWaitingCall { ticket })?;
            }
        }
        Ok(())
    }

    // ---- auctions ----

    fn auctions(&self, stage: &Stage) -> Result<Vec<AuctionView>> {
        let (mut all, mut from) = (Vec::new(), U256::ONE);
        loop {
            let call = FloorMarket::auctionsCall { from, limit: U256::from(100) };
            let page = stage.ask(stage.at.market, &call)?;
            all.extend(page.list);
            if page.next.is_zero() {
                return Ok(all);
            }
            from = page.next;
        }
    }

    fn see_to_auctions(&mut self, stage: &mut Stage) -> Result<()> {
        for auction in self.auctions(stage)? {
            if auction.needsReset {
                let call = FloorMarket::redoCall { auction: auction.id };
                stage.must(self.keeper, stage.at.market, &call)?;
            } else if !self.cure(stage, &auction)? {
                self.sell(stage, &auction)?;
            }
        }
        Ok(())
    }

    /// Ends the liquidation of an account that its owner has seen to.
    fn cure(&self, stage: &mut Stage, auction: &AuctionView) -> Result<bool> {
        let call = FloorMarket::cureCall { auction: auction.id };
        if !self.would(stage, &call)? {
            return Ok(false);
        }
        let market = stage.at.market;
        stage.around(Change::Liquidation, |stage| stage.must(self.keeper, market, &call).map(|_| ()))?;
        Ok(true)
    }

    /// Sells an auction's NFTs one by one, into bids as far as these pay its price, then to the collector.
    fn sell(&self, stage: &mut Stage, auction: &AuctionView) -> Result<()> {
        for id in stage.nfts(auction.account, auction.id)? {
            let into = FloorMarket::takeIntoBidsCall {
                auction: auction.id,
                ids: vec![id],
                proofs: Vec::new(),
                maxBids: U256::from(BIDS),
                deadline: U256::MAX,
            };
            let market = stage.at.market;
            let done = if self.would(stage, &into)? {
                stage
                    .around(Change::Liquidation, |stage| stage.may(self.keeper, market, &into, &PASSED))?
                    .is_some()
            } else {
                self.collect(stage, auction, id)?
            };
            if !done || !self.runs(stage, auction)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether an auction still goes on.
    fn runs(&self, stage: &Stage, auction: &AuctionView) -> Result<bool> {
        let call = FloorMarket::auctionsCall { from: auction.id, limit: U256::ONE };
        Ok(!stage.ask(stage.at.market, &call)?.list.is_empty())
    }

    /// The collector buys what is cheap enough.
    fn collect(&self, stage: &mut Stage, auction: &AuctionView, id: U256) -> Result<bool> {
        let most = stage.diary.floor * CHEAP / 100;
        if units(auction.price) > most {
            return Ok(false);
        }
        let call = FloorMarket::takeCall {
            auction: auction.id,
            ids: vec![id],
            maxPrice: U256::from(most),
            fp: U256::ZERO,
            receiver: self.collector,
            data: Bytes::new(),
            deadline: U256::MAX,
        };
        let market = stage.at.market;
        stage.around(Change::Liquidation, |stage| stage.must(self.collector, market, &call).map(|_| ()))?;
        Ok(true)
    }

    /// Whether a call of the keeper's would succeed.
    fn would<C: SolCall>(&self, stage: &Stage, call: &C) -> Result<bool> {
        let simulate =
            FloorMarket::simulateCall { accounts: Vec::new(), calls: vec![call.abi_encode().into()] };
        let results = stage.ask_as(self.keeper, stage.at.market, &simulate)?;
        Ok(results.first().is_some_and(|result| result.success))
    }

    // ---- liquidations ----

    /// Liquidates whoever may be; whether anything was done.
    fn liquidate(&mut self, stage: &mut Stage) -> Result<bool> {
        let mut done = false;
        for who in stage.liquidatable()? {
            let view = stage.view(who)?;
            let covered = !view.nfts.is_zero() && view.fp.is_negative();
            done |= if covered { self.kick(stage, who)? } else { self.take_over(stage, who)? };
        }
        Ok(done)
    }

    fn kick(&self, stage: &mut Stage, who: Address) -> Result<bool> {
        let ids = stage.ask(stage.at.market, &FloorMarket::suggestedLotCall { account: who })?;
        if ids.is_empty() {
            return Ok(false);
        }
        let call = FloorMarket::kickCall { account: who, ids, deadline: U256::MAX };
        stage.must(self.keeper, stage.at.market, &call)?;
        Ok(true)
    }

    fn take_over(&self, stage: &mut Stage, who: Address) -> Result<bool> {
        let market = stage.at.market;
        let fp = stage.ask(market, &FloorMarket::suggestedTakeOverCall { account: who })?;
        let bankrupt = FloorMarket::closeBankruptCall { account: who };
        if self.would(stage, &bankrupt)? {
            stage.around(Change::Liquidation, |stage| {
                stage.must(self.keeper, market, &bankrupt).map(|_| ())
            })?;
            return Ok(true);
        }
        if fp.is_zero() {
            return Ok(false);
        }
        let call = FloorMarket::takeOverCall {
            account: who,
            fp,
            leastGot: U256::ZERO,
            mostPaid: U256::MAX,
            deadline: U256::MAX,
        };
        stage.around(Change::Liquidation, |stage| stage.must(self.keeper, market, &call).map(|_| ()))?;
        Ok(true)
    }

    /// Buys what shorts paid in kind for a loss.
    fn buy_from_house(&self, stage: &mut Stage) -> Result<()> {
        let fp = signed(stage.view(Address::ZERO)?.fp);
        if fp <= 0 {
            return Ok(());
        }
        let call = FloorMarket::buyFromHouseCall {
            fp: U256::from(fp.unsigned_abs()),
            mostCash: U256::MAX,
            deadline: U256::MAX,
        };
        let market = stage.at.market;
        stage.around(Change::Liquidation, |stage| stage.must(self.keeper, market, &call).map(|_| ()))
    }

    /// Trades away what it has taken over, whole lots, near the mark.
    fn unload(&self, stage: &mut Stage) -> Result<()> {
        let fp = signed(stage.view(self.keeper)?.fp);
        let lots = fp.unsigned_abs() / LOT;
        if lots < LEAST_LOTS {
            return Ok(());
        }
        let mark = units(stage.prices()?.mark);
        let price = if fp > 0 { mark * 94 / 100 } else { mark * 106 / 100 };
        let tick = u64::try_from(price / TICK).unwrap_or(u64::MAX);
        stage.order(self.keeper, fp < 0, tick, lots, Order::Immediate).map(|_| ())
    }

    /// Whatever may still be liquidated has a reason.
    fn look_back(&mut self, stage: &mut Stage) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        for who in stage.liquidatable()? {
            let view = stage.view(who)?;
            let lot = stage.ask(stage.at.market, &FloorMarket::suggestedLotCall { account: who })?;
            let market = stage.ask(stage.at.market, &FloorMarket::getMarketCall {})?;
            let full = market.offered >= U256::from(CAPACITY);
            let reason = match (lot.is_empty(), view.auctioned.is_zero()) {
                (true, false) => "what would cure it is being auctioned",
                (true, true) if !view.nfts.is_zero() && full => "no more may be offered at a time",
                _ => {
                    problems.push(format!(
                        "{who} was left: {} owed, {} there, {} FP, {} NFTs, {} auctioned",
                        view.owed, view.have, view.fp, view.nfts, view.auctioned
                    ));
                    "none"
                }
            };
            *self.left.entry(reason).or_default() += 1;
        }
        Ok(problems)
    }

    // ---- the end ----

    /// Closes accounts that may owe, once the market is shut.
    pub fn close_debtors(&self, stage: &mut Stage) -> Result<()> {
        let call = |from, limit| FloorMarket::debtorsCall { from, limit };
        for who in stage.pages(call, |page| (page.list, page.next))? {
            self.close(stage, who)?;
        }
        Ok(())
    }

    /// Closes every account that can be; whether all are.
    pub fn close_all(&self, stage: &mut Stage) -> Result<bool> {
        let call = |from, limit| FloorMarket::accountsCall { from, limit };
        let mut all = true;
        let mut accounts = stage.pages(call, |page| (page.list, page.next))?;
        accounts.push(Address::ZERO);
        for who in accounts {
            all &= self.close(stage, who)?;
        }
        Ok(all)
    }

    fn close(&self, stage: &mut Stage, who: Address) -> Result<bool> {
        if stage.ask(stage.at.market, &FloorMarket::claimableCall { account: who })?.closed {
            return Ok(true);
        }
        let call = FloorMarket::closeAccountsCall { accounts: vec![who] };
        Ok(stage.may(self.keeper, stage.at.market, &call, &["NftsNotSold"])?.is_some())
    }

    /// The collector buys what nobody redeemed, once it is cheap enough.
    pub fn buy_unredeemed(&self, stage: &mut Stage) -> Result<()> {
        let market = stage.at.market;
        let price = units(stage.ask(market, &FloorMarket::unredeemedPriceCall {})?);
        if price > stage.diary.floor * CHEAP / 100 {
            return Ok(());
        }
        for who in stage.known.clone() {
            for id in stage.nfts(who, U256::ZERO)? {
                let call = FloorMarket::buyUnredeemedCall {
                    account: who,
                    ids: vec![id],
                    maxPrice: U256::from(price),
                    receiver: self.collector,
                    data: Bytes::new(),
                    deadline: U256::MAX,
                };
                if stage.may(self.collector, market, &call, &["NotEnoughNfts"])?.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Works out what can be paid, and pays everybody.
    pub fn pay_claims(&self, stage: &mut Stage) -> Result<()> {
        let market = stage.at.market;
        stage.must(self.keeper, market, &FloorMarket::distributeCall {})?;
        for who in stage.known.clone() {
            let due = stage.ask(market, &FloorMarket::claimableCall { account: who })?.due;
            if !due.is_zero() {
                stage.must(self.keeper, market, &FloorMarket::claimCall { account: who })?;
            }
        }
        Ok(())
    }
}
