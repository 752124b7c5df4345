//! A floor market that nobody but a keeper sees to: what its prices rest on, funding, and a holder who pays in kind until
//! the NFTs do not cover the short any more.

use alloy::primitives::{Address, I256, U256};
use everfloor_bindings::{BidBook, FloorBook, FloorIndex, FloorMarket, TestToken, WriterPosition};
use everfloor_deploy::{
    programs,
    replay::floor::{self, Day},
};
use everfloor_keeper::keeper::Keeper;

use crate::common::{DAY, Site, WAD, account, config, done, is_built, keeper, key, settle, wad};

/// A Monday's midnight.
const BEGINNING: u64 = 1_641_168_000;
/// NFTs of the holder, and FP that are sold against them.
const NFTS: u64 = 10;
const SHORT: f64 = 8.7;
/// What one FP trades at, ether, and what is bid for an NFT from the second day on.
const MARK: f64 = 4.0;
const BID: f64 = 8.0;
/// What both are worth when they have risen.
const HIGHER: f64 = 6.6;
/// Ticks and lots of an ether and an FP.
const TICKS: f64 = 10_000.0;
const LOTS: f64 = 1_000.0;

/// A floor market on a node of its own; none, aloud, if the programs are not built.
fn market(name: &str) -> Option<Site> {
    let first = Day { time: BEGINNING, floor: 4 * WAD, held: false };
    let deployed = || floor::deployed(&programs::default_folder(), first).unwrap();
    is_built("floor-market").then(|| Site::serve(deployed(), name))
}

/// Gas, cash, allowances and operators for somebody.
fn admit(site: &Site, who: Address, cash: f64) {
    site.equip(who);
    let (market, bids) = (site.at("FloorMarket"), site.at("BidBook"));
    site.act(who, site.at("Cash"), &TestToken::mintCall { to: who, value: wad(cash) });
    for spender in [market, bids] {
        site.act(who, site.at("Cash"), &TestToken::approveCall { spender, value: U256::MAX });
        let call = WriterPosition::setApprovalForAllCall { operator: spender, approved: true };
        site.act(who, site.at("Nft"), &call);
    }
    for operator in [site.at("FloorBook"), site.owner] {
        site.act(who, market, &FloorMarket::setOperatorCall { operator, approved: true });
    }
}

fn deposit(site: &Site, who: Address, cash: f64) {
    let call = FloorMarket::depositCashCall { amount: wad(cash), account: who };
    site.act(who, site.at("FloorMarket"), &call);
}

fn bid(site: &Site, who: Address, price: f64, quantity: u64) {
    let tick = U256::from((price * TICKS) as u64);
    let call = BidBook::placeBidCall { tick, quantity: U256::from(quantity), deadline: U256::MAX };
    site.act(who, site.at("BidBook"), &call);
}

/// The long buys FP of somebody at [`MARK`].
fn sell(site: &Site, seller: Address, fp: f64) {
    let call = FloorMarket::settleTradeCall {
        maker: seller,
        taker: account("long"),
        fp: wad(fp),
        price: wad(MARK),
        takerBuys: true,
        mark: U256::ZERO,
    };
    assert_eq!(site.act(site.owner, site.at("FloorMarket"), &call).outcome, 0, "the trade was not made");
}

/// Rests an order of a maker's.
fn rest(site: &Site, who: Address, buys: bool, price: f64, fp: f64) {
    let call = FloorBook::placeOrderCall {
        isBuy: buys,
        tick: U256::from((price * TICKS) as u64),
        lots: U256::from((fp * LOTS) as u64),
        kind: 1,
        expiry: 0,
        maxFills: U256::ZERO,
        stopOnSelf: false,
        deadline: U256::MAX,
    };
    site.act(who, site.at("FloorBook"), &call);
}

/// Somebody takes what a maker offers near [`MARK`], which makes room for a higher one.
fn take_asks(site: &Site) {
    let call = FloorBook::placeOrderCall {
        isBuy: true,
        tick: U256::from(((MARK + 0.1) * TICKS) as u64),
        lots: U256::from((2.0 * LOTS) as u64),
        kind: 2,
        expiry: 0,
        maxFills: U256::from(20),
        stopOnSelf: false,
        deadline: U256::MAX,
    };
    site.act(account("long"), site.at("FloorBook"), &call);
}

/// A holder locks NFTs, sells FP against them and takes the cash out; a long buys; a maker quotes.
fn enter(site: &Site) {
    let (holder, long, maker) = (account("holder"), account("long"), account("maker"));
    let market = site.at("FloorMarket");
    admit(site, long, 100.0);
    deposit(site, long, 100.0);
    admit(site, maker, 100.0);
    deposit(site, maker, 100.0);
    rest(site, maker, true, MARK - 0.05, 2.0);
    rest(site, maker, false, MARK + 0.05, 2.0);
    admit(site, holder, 0.0);
    let ids: Vec<U256> = (1..=NFTS).map(U256::from).collect();
    for id in &ids {
        site.act(site.owner, site.at("Nft"), &WriterPosition::mintCall { to: holder, id: *id });
    }
    site.act(holder, market, &FloorMarket::depositNftCall { account: holder, ids, proofs: Vec::new() });
    sell(site, holder, SHORT);
    let amount = site.ask(market, &FloorMarket::maxWithdrawCall { account: holder }).amount;
    let call = FloorMarket::withdrawCashCall { account: holder, amount, to: holder, deadline: U256::MAX };
    site.act(holder, market, &call);
}

/// Days go by until so many auctions were begun.
async fn until_kicked(site: &Site, keeper: &mut Keeper, time: &mut u64, kicks: u64) {
    let most = *time + 20 * DAY;
    while done(keeper, "floor", "kick") < kicks {
        *time += DAY / 6;
        assert!(*time < most, "twenty days, and nobody was liquidated");
        site.be_at(*time);
        settle(keeper).await;
    }
}

/// An auction's price falls until it is over.
async fn until_sold(site: &Site, keeper: &mut Keeper, time: &mut u64) {
    let call = FloorMarket::auctionsCall { from: U256::ONE, limit: U256::from(100) };
    let most = *time + DAY;
    while !site.ask(site.at("FloorMarket"), &call).list.is_empty() {
        *time += 600;
        assert!(*time < most, "the auction has no end");
        site.be_at(*time);
        settle(keeper).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_alone_pays_funding_kicks_sells_into_bids_and_takes_within_its_limits() {
    let Some(site) = market("floor") else { return };
    let me = key(1);
    let (market, index) = (site.at("FloorMarket"), site.at("FloorIndex"));
    site.equip(me.address());
    let call = TestToken::mintCall { to: me.address(), value: wad(1_000.0) };
    site.act(me.address(), site.at("Cash"), &call);
    // One NFT, at most at a tenth above the index; bids pay no more than the index, so they come later.
    let jobs = r#"
        [profit]
        upkeep-ether-a-day = "100"
        [tokens.Cash]
        ether = "1"
        [floor]
        [floor.inventory]
        max-nfts = 1
        max-price-ppm = 1_100_000
        cash-a-day = "20"
    "#;
    let config = config(&site.node.url(), &site.file(), jobs);
    let mut keeper_ = keeper(&config, me.clone()).await;

    // Bids count once they are of age; the index is made of them, without anybody else's doing.
    let bidder = account("bidder");
    admit(&site, bidder, 1_000.0);
    site.be_at(BEGINNING + 300);
    bid(&site, bidder, MARK, 10);
    for moment in [2_400, 4_500, 6_600] {
        site.be_at(BEGINNING + moment);
        settle(&mut keeper_).await;
    }
    let told = site.ask(index, &FloorIndex::getIndexCall {});
    assert_eq!((told.spot, told.status), (wad(MARK), 0), "the index is not the bid");
    assert!(done(&keeper_, "floor", "catch-up") > 0);
    enter(&site);

    // The floor doubles. The mark stays, so shorts pay longs: in kind, as the holder has no cash.
    site.be_at(BEGINNING + DAY + 300);
    bid(&site, bidder, BID, 12);
    let holder = account("holder");
    let short = || site.ask(market, &FloorMarket::getAccountCall { owner: holder }).fp;
    let nfts = |who| {
        let held = site.ask(site.at("Nft"), &WriterPosition::balanceOfCall { owner: who });
        held.saturating_to::<u64>()
    };
    let before = short();
    let mut time = BEGINNING + DAY + 300;
    while time < BEGINNING + 2 * DAY {
        settle(&mut keeper_).await;
        time += DAY / 12;
        site.be_at(time);
    }
    // Somebody begins a payment and leaves it half made: no account can be seen until the keeper has made it.
    keep_prices(&site, bidder);
    let is_pending = || site.ask(market, &FloorMarket::getMarketCall {}).paymentPending;
    let one = FloorMarket::pokeFundingCall { maxSteps: U256::ONE };
    let begun = (0..8).any(|_| {
        site.act(bidder, market, &one);
        is_pending()
    });
    assert!(begun, "no payment was left half made");
    settle(&mut keeper_).await;
    assert!(!is_pending(), "the payment was not finished");
    until_kicked(&site, &mut keeper_, &mut time, 1).await;
    assert!(short() < before, "funding was not paid in kind");
    assert!(done(&keeper_, "floor", "poke-funding") >= 2);
    assert_eq!((nfts(me.address()), nfts(bidder)), (0, 0), "an auction begins above what anybody pays");

    // The auction's price falls: the keeper takes what it may before bids pay it.
    until_sold(&site, &mut keeper_, &mut time).await;
    assert_eq!((nfts(me.address()), nfts(bidder)), (1, 0));
    assert_eq!(done(&keeper_, "floor", "take"), 1);

    // The holder goes on paying in kind. The next time the keeper has all it may have, and bids take it.
    until_kicked(&site, &mut keeper_, &mut time, 2).await;
    until_sold(&site, &mut keeper_, &mut time).await;
    assert_eq!(nfts(me.address()), 1, "its limit is one");
    assert!(nfts(bidder) >= 1, "bids bought none");
    assert_eq!(done(&keeper_, "floor", "take"), 1);
    assert_eq!(done(&keeper_, "floor", "take-into-bids"), nfts(bidder));
    let liquidatable = site.ask(market, &FloorMarket::isLiquidatableCall { account: holder });
    assert!(!liquidatable.liquidatable, "{liquidatable:?}");
    end(&site, time).await;
}

/// The market is shut. Nobody redeems: a keeper with more money buys what NFTs pay for shorts, closes all accounts, and has
/// everybody paid.
async fn end(site: &Site, shut_at: u64) {
    let (market, me) = (site.at("FloorMarket"), key(2));
    site.equip(me.address());
    let call = TestToken::mintCall { to: me.address(), value: wad(1_000.0) };
    site.act(me.address(), site.at("Cash"), &call);
    let jobs = r#"
        [profit]
        upkeep-ether-a-day = "100"
        [floor]
        [floor.inventory]
        max-nfts = 100
        cash-a-day = "1000"
    "#;
    let mut rich = keeper(&config(&site.node.url(), &site.file(), jobs), me).await;
    settle(&mut rich).await;
    site.act(site.owner, market, &FloorMarket::shutDownCall {});
    let mut owners =
        site.ask(market, &FloorMarket::accountsCall { from: U256::ONE, limit: U256::from(100) }).list;
    owners.push(Address::ZERO);
    let claim = |account| site.ask(market, &FloorMarket::claimableCall { account });
    let is_over = || owners.iter().all(|owner| claim(*owner).closed && claim(*owner).due.is_zero());
    let mut time = shut_at + 15 * DAY;
    while !is_over() {
        site.be_at(time);
        settle(&mut rich).await;
        time += DAY / 4;
        let open: Vec<_> = owners.iter().filter(|owner| !claim(**owner).closed).collect();
        assert!(time < shut_at + 60 * DAY, "the end has no end: {open:?} are not closed");
    }
    assert!(done(&rich, "floor", "buy-unredeemed") > 0 && done(&rich, "floor", "distribute") > 0);
    let paid = site.ask(site.at("Cash"), &TestToken::balanceOfCall { account: account("long") });
    assert!(!paid.is_zero() && claim(account("long")).paid == paid, "the long was not paid");
}

/// Has the index and the order book's mark look at what is bid and quoted, without a keeper.
fn keep_prices(site: &Site, who: Address) {
    site.act(who, site.at("BidBook"), &BidBook::catchUpCall { steps: U256::from(60) });
    site.act(who, site.at("FloorIndex"), &FloorIndex::updateCall {});
    site.act(who, site.at("FloorBook"), &FloorBook::pokeCall {});
}

/// Hours go by in which somebody sees to prices and nobody to accounts.
fn pass_without_keeper(site: &Site, who: Address, time: &mut u64, hours: u64) {
    for _ in 0..hours {
        *time += 3_600;
        site.be_at(*time);
        keep_prices(site, who);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_closes_who_is_bankrupt_takes_over_who_nearly_is_and_trades_away_what_it_got() {
    let Some(site) = market("floor-cash") else { return };
    let (market, me) = (site.at("FloorMarket"), key(1));
    admit(&site, me.address(), 1_000.0);
    deposit(&site, me.address(), 500.0);
    let jobs = r#"
        [profit]
        upkeep-ether-a-day = "100"
        [tokens.Cash]
        ether = "1"
        [floor]
        [floor.inventory]
        max-fp = "100"
        unload-slippage-ppm = 50_000
    "#;
    let mut keeper_ = keeper(&config(&site.node.url(), &site.file(), jobs), me.clone()).await;
    let [bidder, gambler, cautious, maker] = ["bidder", "gambler", "cautious", "maker"].map(account);
    admit(&site, bidder, 1_000.0);
    let mut time = BEGINNING + 300;
    site.be_at(time);
    bid(&site, bidder, MARK, 10);
    time += 2_100;
    site.be_at(time);
    pass_without_keeper(&site, bidder, &mut time, 2);
    enter(&site);
    // Both are short of two FP against nothing but cash.
    for (who, cash) in [(gambler, 4.2), (cautious, 6.5)] {
        admit(&site, who, cash);
        deposit(&site, who, cash);
        sell(&site, who, 2.0);
    }

    // NFTs are worth two thirds more, and so is FP, before any keeper comes: one owes more than there is, the other nearly.
    bid(&site, bidder, HIGHER, 10);
    pass_without_keeper(&site, bidder, &mut time, 2);
    take_asks(&site);
    rest(&site, maker, true, HIGHER - 0.05, 5.0);
    rest(&site, maker, false, HIGHER + 0.05, 5.0);
    pass_without_keeper(&site, bidder, &mut time, 4);
    settle(&mut keeper_).await;

    assert!(done(&keeper_, "floor", "take-over") > 0, "nobody was taken over");
    assert_eq!(done(&keeper_, "floor", "close-bankrupt"), 1);
    assert!(done(&keeper_, "floor", "unload") > 0, "it kept what it took over");
    let has = |owner| site.ask(market, &FloorMarket::getAccountCall { owner });
    let (left, kept, mine) = (has(gambler), has(cautious), has(me.address()));
    assert!(left.fp.is_zero() && left.cash.is_zero(), "{left:?}");
    assert!(!kept.liquidatable && kept.cash.is_positive(), "{kept:?}");
    assert!(mine.fp.unsigned_abs() < wad(0.05), "no more than the book's least order: {mine:?}");
    assert!(mine.cash > I256::try_from(wad(499.0)).unwrap(), "{mine:?}");
}
