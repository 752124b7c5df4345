//! Who lost their cover, and what is being sold for it.

use alloy::primitives::{Address, Bytes, I256, U256};
use anyhow::Result;
use everfloor_bindings::{
    FloorBook, FloorMarket,
    IFloorMarket::{AccountView, AuctionView, PricesView},
    TestToken, WriterPosition,
};

use crate::{
    jobs::{own_order, part},
    value::WAD,
    work::{Pays, Sum, Task, Urgency},
};

use super::{FIRST, Market, NAME, Scene};

/// How far a price may move between looking and taking over.
const TAKING_ROOM_PPM: u64 = 5_000;
/// Most fills of an order that trades away what was taken over.
const FILLS: U256 = U256::from_limbs([40, 0, 0, 0]);
/// An order that gives up what it cannot trade at once.
const IMMEDIATE: u8 = 2;

/// What this keeper may still spend on NFTs.
struct Purse {
    wallet: U256,
    allowance: U256,
    nfts: u64,
    most: U256,
}

impl Market {
    /// Begins auctions anew, ends those of accounts that are covered again, sells the NFTs of the others.
    pub(super) async fn auctions(
        &mut self,
        scene: &Scene<'_>,
        prices: &PricesView,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        let mut auctions = scene.auctions().await?;
        if auctions.is_empty() {
            return Ok(());
        }
        own_order(&mut auctions, scene.look.me);
        let left = self.spent.left(scene.look.now);
        let mut purse = scene.purse(prices, left).await?;
        for auction in &auctions {
            if auction.needsReset {
                let task = scene.task("redo", auction.id, &FloorMarket::redoCall { auction: auction.id });
                tasks.push(task.because("it has run its time").urgent(Urgency::Due).patient());
            } else if let Some(task) = scene.cure(auction).await? {
                tasks.push(task);
            } else {
                scene.sell(auction, purse.as_mut(), tasks).await?;
            }
        }
        Ok(())
    }
}

impl Scene<'_> {
    // ---- auctions ----

    async fn auctions(&self) -> Result<Vec<AuctionView>> {
        let limit = self.page();
        let call = |from| FloorMarket::auctionsCall { from, limit };
        self.look.pages(self.at, FIRST, call, |page| (page.list, page.next)).await
    }

    /// Ends the liquidation of an account whose owner has seen to it.
    async fn cure(&self, auction: &AuctionView) -> Result<Option<Task>> {
        if auction.voluntary {
            return Ok(None);
        }
        let call = FloorMarket::cureCall { auction: auction.id };
        if self.look.try_ask(self.at, &call).await?.is_err() {
            return Ok(None);
        }
        let task = self.task("cure", auction.id, &call).because("its account is well covered again");
        Ok(Some(task.urgent(Urgency::Due)))
    }

    /// What may be bought with money of one's own; none if nothing may.
    async fn purse(&self, prices: &PricesView, left_today: U256) -> Result<Option<Purse>> {
        let (limits, me) = (&self.config.inventory, self.look.me);
        if limits.max_nfts == 0 {
            return Ok(None);
        }
        let peers = &self.made.peers;
        let held = self.look.ask(peers.collection, &WriterPosition::balanceOfCall { owner: me }).await?;
        let wallet = self.look.ask(peers.cash, &TestToken::balanceOfCall { account: me }).await?;
        let allowance = TestToken::allowanceCall { owner: me, spender: self.at };
        Ok(Some(Purse {
            wallet: wallet.min(left_today),
            allowance: self.look.ask(peers.cash, &allowance).await?,
            nfts: limits.max_nfts.saturating_sub(held.saturating_to()),
            most: part(prices.index, limits.max_price_ppm),
        }))
    }

    /// Sells an auction's NFTs one by one: into bids where these pay its price, else to this keeper within its limits.
    async fn sell(
        &self,
        auction: &AuctionView,
        mut purse: Option<&mut Purse>,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        for id in self.nfts(auction).await? {
            let into = FloorMarket::takeIntoBidsCall {
                auction: auction.id,
                ids: vec![id],
                proofs: Vec::new(),
                maxBids: U256::from(self.config.bids),
                deadline: self.deadline(),
            };
            // Where only some NFTs of a collection count, a sale into bids needs proofs, which the market does not have.
            let sells = self.made.peers.root.is_zero() && self.look.try_ask(self.at, &into).await?.is_ok();
            let subject = format!("{}/{id}", auction.id);
            if sells {
                let task = self.task("take-into-bids", subject, &into);
                tasks.push(task.because("bids pay the auction's price").urgent(Urgency::Due));
                // What the next brings depends on what this one leaves of the bids.
                return Ok(());
            }
            let Some(purse) = purse.as_deref_mut().filter(|purse| purse.can_pay(auction.price)) else {
                return Ok(());
            };
            if purse.allowance < auction.price {
                tasks.push(self.approve());
                return Ok(());
            }
            purse.pay(auction.price);
            tasks.push(self.take(auction, id, subject));
        }
        Ok(())
    }

    fn take(&self, auction: &AuctionView, id: U256, subject: String) -> Task {
        let call = FloorMarket::takeCall {
            auction: auction.id,
            ids: vec![id],
            maxPrice: auction.price,
            fp: U256::ZERO,
            receiver: self.look.me,
            data: Bytes::new(),
            deadline: self.deadline(),
        };
        let task = self.task("take", subject, &call);
        task.because(format!("{} wei is cheap enough", auction.price)).urgent(Urgency::Due)
    }

    pub(super) fn approve(&self) -> Task {
        let call = TestToken::approveCall { spender: self.at, value: U256::MAX };
        let task = Task::new((NAME, "approve"), self.at, self.made.peers.cash, &call);
        task.because("what is bought is paid by allowance").urgent(Urgency::Due)
    }

    /// The NFTs that an auction offers, on all pages.
    async fn nfts(&self, auction: &AuctionView) -> Result<Vec<U256>> {
        let (account, limit) = (auction.account, self.page());
        let call = |from| FloorMarket::nftsOfCall { account, from, limit };
        let list = self.look.pages(self.at, U256::ZERO, call, |page| (page.list, page.next)).await?;
        Ok(list.into_iter().filter(|nft| nft.auction == auction.id).map(|nft| nft.id).collect())
    }

    // ---- liquidations ----

    /// Accounts that may be liquidated, on all pages.
    pub(super) async fn liquidatable(&self) -> Result<Vec<Address>> {
        let limit = self.page();
        let call = |from| FloorMarket::liquidatableCall { from, limit };
        self.look.pages(self.at, FIRST, call, |page| (page.list, page.next)).await
    }

    /// Liquidates those whose NFTs cover a short by offering some, the others by taking over or closing.
    pub(super) async fn liquidate(
        &self,
        found: &[Address],
        prices: &PricesView,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        let mut views = self.accounts(found).await?;
        own_order(&mut views, self.look.me);
        // One takeover in a round: the next depends on what this one leaves of the limit.
        let mut taken = false;
        for account in views.iter().filter(|account| account.owner != self.look.me) {
            if !account.nfts.is_zero() && account.fp.is_negative() {
                tasks.extend(self.kick(account, prices).await?);
            } else if let Some(task) = self.close_bankrupt(account).await? {
                tasks.push(task);
            } else if let Some(task) = self.take_over(account, prices).await?.filter(|_| !taken) {
                tasks.push(task);
                taken = true;
            }
        }
        if !taken {
            tasks.extend(self.buy_from_house(prices).await?);
        }
        Ok(())
    }

    /// Offers what should cure an account. What there is for it is paid with the first NFT that is sold.
    async fn kick(&self, account: &AccountView, prices: &PricesView) -> Result<Option<Task>> {
        let call = FloorMarket::suggestedLotCall { account: account.owner };
        let ids = self.look.try_ask(self.at, &call).await?.unwrap_or_default();
        if ids.is_empty() {
            // What would cure it is offered already, no more may be offered at a time, or it stands otherwise by now.
            return Ok(None);
        }
        let why = format!("{} NFTs should cover it again", ids.len());
        let amount = self.reward_of_kick(account, ids.len(), prices);
        let sum = Sum { token: self.made.peers.cash, amount };
        let call = FloorMarket::kickCall { account: account.owner, ids, deadline: self.deadline() };
        let task = self.task("kick", account.owner, &call).because(why).pays(Pays::AtLeast(sum));
        Ok(Some(task.urgent(Urgency::Now)))
    }

    /// The starter's reward, at least: a fixed part and one of what is to be bought back, but no more than the fee of that.
    fn reward_of_kick(&self, account: &AccountView, offered: usize, prices: &PricesView) -> U256 {
        let terms = &self.made.auctions;
        let kept = account.nfts.saturating_sub(U256::from(offered));
        let short = account.fp.unsigned_abs().saturating_sub(kept.saturating_mul(self.made.params.cure));
        let value = short.saturating_mul(prices.mark) / WAD;
        let part = |wad: U256| value.saturating_mul(wad) / WAD;
        terms.tip.saturating_add(part(terms.chip)).min(part(terms.chop))
    }

    async fn close_bankrupt(&self, account: &AccountView) -> Result<Option<Task>> {
        let call = FloorMarket::closeBankruptCall { account: account.owner };
        let can = self.look.try_ask(self.at, &call).await?.is_ok();
        let task = self.task("close-bankrupt", account.owner, &call).because("it cannot pay what it owes");
        Ok(can.then(|| task.urgent(Urgency::Now)))
    }

    async fn take_over(&self, account: &AccountView, prices: &PricesView) -> Result<Option<Task>> {
        let call = FloorMarket::suggestedTakeOverCall { account: account.owner };
        let suggested = self.look.try_ask(self.at, &call).await?.unwrap_or_default();
        let fp = suggested.min(self.room(account.fp).await?);
        if fp.is_zero() {
            return Ok(None);
        }
        let value = fp.saturating_mul(prices.mark) / WAD;
        let room = part(value, TAKING_ROOM_PPM);
        let call = FloorMarket::takeOverCall {
            account: account.owner,
            fp,
            leastGot: if account.fp.is_negative() { value.saturating_sub(room) } else { U256::ZERO },
            mostPaid: value.saturating_add(room),
            deadline: self.deadline(),
        };
        let amount = value.saturating_mul(self.made.params.bonus) / WAD;
        let pays = Pays::AtLeast(Sum { token: self.made.peers.cash, amount });
        let task = self.task("take-over", account.owner, &call).because("it is short of margin").pays(pays);
        Ok(Some(task.urgent(Urgency::Now)))
    }

    // ---- what was taken over ----

    /// FP of a sign that may still be taken over.
    async fn room(&self, fp: I256) -> Result<U256> {
        let most = self.config.inventory.max_fp.0;
        if most.is_zero() {
            return Ok(U256::ZERO);
        }
        let own = self.look.ask(self.at, &FloorMarket::getAccountCall { owner: self.look.me }).await?.fp;
        let same_way = if own.is_negative() == fp.is_negative() { own.unsigned_abs() } else { U256::ZERO };
        Ok(most.saturating_sub(same_way))
    }

    /// Buys what shorts paid in kind for a loss.
    async fn buy_from_house(&self, prices: &PricesView) -> Result<Option<Task>> {
        if self.config.inventory.max_fp.0.is_zero() {
            return Ok(None);
        }
        let house = self.look.ask(self.at, &FloorMarket::getAccountCall { owner: Address::ZERO }).await?.fp;
        let fp = house.unsigned_abs().min(self.room(house).await?);
        if !house.is_positive() || fp.is_zero() {
            return Ok(None);
        }
        let value = fp.saturating_mul(prices.mark) / WAD;
        let most = value.saturating_add(part(value, TAKING_ROOM_PPM));
        let call = FloorMarket::buyFromHouseCall { fp, mostCash: most, deadline: self.deadline() };
        let amount = value.saturating_mul(self.made.params.bonus) / WAD;
        let pays = Pays::AtLeast(Sum { token: self.made.peers.cash, amount });
        Ok(Some(
            self.task("buy-from-house", "", &call)
                .because("the market sells what it was paid in kind")
                .pays(pays),
        ))
    }

    /// Trades FP away, whole lots, near the mark.
    pub(super) async fn unload(&self, prices: &PricesView) -> Result<Option<Task>> {
        if self.config.inventory.max_fp.0.is_zero() {
            return Ok(None);
        }
        let Some(book) = &self.made.book else { return Ok(None) };
        let (me, venue) = (self.look.me, self.made.peers.venue);
        let own = self.look.ask(self.at, &FloorMarket::getAccountCall { owner: me }).await?.fp;
        let lots = own.unsigned_abs() / U256::from(book.lotSize);
        if lots.is_zero() || lots < U256::from(book.minLots) {
            return Ok(None);
        }
        let buys = own.is_negative();
        let slippage = part(prices.mark, self.config.inventory.unload_slippage_ppm);
        let price =
            if buys { prices.mark.saturating_add(slippage) } else { prices.mark.saturating_sub(slippage) };
        let tick = (price / U256::from(book.tickSize)).max(U256::ONE);
        let preview = FloorBook::previewOrderCall {
            owner: me,
            isBuy: buys,
            tick,
            lots,
            kind: IMMEDIATE,
            expiry: 0,
            maxFills: FILLS,
            stopOnSelf: true,
        };
        let told = self.look.try_ask(venue, &preview).await?;
        if told.map_or(true, |told| told.filledLots.is_zero()) {
            return self.let_book_trade().await;
        }
        let call = FloorBook::placeOrderCall {
            isBuy: buys,
            tick,
            lots,
            kind: IMMEDIATE,
            expiry: 0,
            maxFills: FILLS,
            stopOnSelf: true,
            deadline: self.deadline(),
        };
        let task = Task::new((NAME, "unload"), "", venue, &call);
        Ok(Some(task.because("what was taken over is traded away")))
    }

    /// The book trades for this account only if it may.
    async fn let_book_trade(&self) -> Result<Option<Task>> {
        let (account, operator) = (self.look.me, self.made.peers.venue);
        if self.look.ask(self.at, &FloorMarket::isOperatorCall { account, operator }).await? {
            return Ok(None);
        }
        let call = FloorMarket::setOperatorCall { operator, approved: true };
        Ok(Some(
            self.task("set-operator", operator, &call).because("the order book trades what was taken over"),
        ))
    }
}

impl Purse {
    fn can_pay(&self, price: U256) -> bool {
        self.nfts > 0 && !price.is_zero() && price <= self.most && price <= self.wallet
    }

    fn pay(&mut self, price: U256) {
        self.nfts = self.nfts.saturating_sub(1);
        self.wallet = self.wallet.saturating_sub(price);
        self.allowance = self.allowance.saturating_sub(price);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purse_ends_where_its_first_limit_does() {
        let wei = U256::from::<u64>;
        let mut purse = Purse { wallet: wei(25), allowance: U256::MAX, nfts: 2, most: wei(12) };
        assert!(!purse.can_pay(wei(13)) && !purse.can_pay(wei(0)), "too dear, and no price");
        assert!(purse.can_pay(wei(12)));
        purse.pay(wei(12));
        purse.pay(wei(12));
        assert!(!purse.can_pay(wei(1)), "two were bought");
        let poor = Purse { nfts: 5, ..purse };
        assert!(poor.can_pay(wei(1)) && !poor.can_pay(wei(2)), "one wei is left");
    }
}
