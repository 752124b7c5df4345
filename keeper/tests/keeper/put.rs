//! A put pool that nobody but a keeper sees to: it is observed, rolled and paid out, and its programs live on.

use std::slice::from_ref;

use alloy::primitives::{Address, I256, U256};
use everfloor_bindings::{
    Bonding, PostedAggregator, PutPool, TestToken, VolatilitySource,
    chain::{ARB_WASM, ArbWasm},
};
use everfloor_deploy::{programs, replay::puts};
use everfloor_keeper::keeper::Keeper;

use crate::common::{DAY, Site, WAD, account, config, done, is_built, keeper, key, settle};

/// The midnight of a day in 2022.
const BEGINNING: u64 = 1_641_168_000;
/// Days of an epoch.
const EPOCH: u64 = 30;
/// What one unit of the underlying costs at first, wei, and from the middle of the epoch on.
const PRICE: u128 = WAD / 50;
const LATER: u128 = WAD / 100;

/// Posts a price at both sources.
fn post(site: &Site, price: u128) {
    for source in ["FirstSource", "SecondSource"] {
        let call = PostedAggregator::postCall { answer: I256::try_from(price).unwrap() };
        site.act(site.owner, site.at(source), &call);
    }
}

/// Gives somebody a token, and lets contracts take it.
fn give(site: &Site, token: &str, to: Address, amount: u128, spenders: &[Address]) {
    site.act(to, site.at(token), &TestToken::mintCall { to, value: U256::from(amount) });
    for spender in spenders {
        let call = TestToken::approveCall { spender: *spender, value: U256::MAX };
        site.act(to, site.at(token), &call);
    }
}

/// A writer stands under the price with a thousand ether, and two hundred dpxETH are bonded on it.
fn enter(site: &Site) {
    let (writer, bonder, pool, bonding) =
        (account("writer"), account("bonder"), site.at("PutPool"), site.at("Bonding"));
    site.equip(writer);
    site.equip(bonder);
    give(site, "Weth", writer, 1_000 * WAD, from_ref(&pool));
    let assets = U256::from(1_000 * WAD);
    let call = PutPool::depositCall { assets, minShares: U256::ZERO, receiver: writer, deadline: U256::MAX };
    site.act(writer, pool, &call);
    give(site, "Weth", bonder, 1_000 * WAD, &[bonding, pool]);
    give(site, "Rdpx", bonder, 1_000_000 * WAD, from_ref(&bonding));
    let call = Bonding::bondCall {
        amount: U256::from(200 * WAD),
        maxUnderlying: U256::MAX,
        maxCollateral: U256::MAX,
        receiver: bonder,
        deadline: U256::MAX,
    };
    site.act(bonder, bonding, &call);
    site.act(bonder, pool, &PutPool::fundEscrowCall { amount: U256::from(100 * WAD) });
}

/// Hours at which the keeper looks on a day on which nothing is settled: at midnight and an hour before, when windows of
/// the volatility begin and end; and on one on which something is.
const QUIET: &[u64] = &[0, 23];
const BUSY: &[u64] = &[0, 3, 6, 9, 12, 15, 18, 21, 23];

/// A day: its price, and the keeper at some hours.
async fn day(site: &Site, keeper: &mut Keeper, time: u64, price: u128, hours: &[u64]) {
    for hour in hours {
        site.be_at(time + hour * 3_600);
        if *hour == 0 {
            post(site, price);
        }
        settle(keeper).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_alone_rolls_an_epoch_collects_its_payoff_and_keeps_the_programs_alive() {
    if !is_built("put-pool") {
        return;
    }
    let site = Site::serve(puts::deployed(&programs::default_folder(), BEGINNING, PRICE).unwrap(), "put");
    let me = key(1);
    site.equip(me.address());
    let jobs = "[profit]\nupkeep-ether-a-day = \"100\"\n[put]\n[programs]\nmax-fee = \"1\"";
    let config = config(&site.node.url(), &site.file(), jobs);
    let mut keeper_ = keeper(&config, me).await;

    // The oracle has an average once somebody has looked at it twice.
    day(&site, &mut keeper_, BEGINNING, PRICE, BUSY).await;
    enter(&site);
    for number in 1..EPOCH {
        let price = if number < EPOCH / 2 { PRICE } else { LATER };
        let hours = if number == EPOCH - 1 { BUSY } else { QUIET };
        day(&site, &mut keeper_, BEGINNING + number * DAY, price, hours).await;
    }
    let pool = site.at("PutPool");
    assert!(!site.ask(pool, &PutPool::epochInfoCall { epoch: U256::ZERO }).settled);
    site.be_at(BEGINNING + EPOCH * DAY);
    settle(&mut keeper_).await;

    let epoch = site.ask(pool, &PutPool::epochInfoCall { epoch: U256::ZERO });
    assert!(epoch.settled, "the epoch is over, and was not rolled");
    assert_eq!(epoch.settlementPrice, U256::from(LATER), "its window's average was observed whole");
    assert!(!epoch.payoff.is_zero(), "the price fell below the strike");
    assert_eq!(site.ask(pool, &PutPool::poolStateCall {}).payoffDue, U256::ZERO, "the payoff was collected");
    assert_eq!((done(&keeper_, "put", "roll"), done(&keeper_, "put", "collect")), (1, 1));
    let updates = done(&keeper_, "put", "update-volatility");
    assert!(
        (EPOCH - 2..=EPOCH + 1).contains(&updates),
        "{updates} updates of the volatility in {EPOCH} days"
    );
    let sigma = site.ask(site.at("VolatilitySource"), &VolatilitySource::sigmaPartsCall {});
    assert!(!sigma.realised.is_zero());
    let runway = everfloor_keeper::metrics::Named { of: pool.to_string() };
    assert!(keeper_.metrics().put_runway.get_or_create(&runway).get() > 0.0);
    assert_eq!(done(&keeper_, "programs", "keep-alive"), 0, "programs are young");

    // Ten months later a keeper that knows nothing of all this prolongs every program.
    drop(keeper_);
    site.be_at(BEGINNING + 320 * DAY);
    let mut keeper_ = keeper(&config, key(1)).await;
    settle(&mut keeper_).await;
    // Each that is prolonged makes the next dearer, until some are refused what they cost a moment ago: they are tried
    // again later.
    for hour in 1..=12 {
        site.be_at(BEGINNING + 320 * DAY + hour * 3_600);
        settle(&mut keeper_).await;
    }
    assert!(done(&keeper_, "programs", "keep-alive") >= site.programs().len() as u64);
    let mut short = Vec::new();
    for (name, entry) in &site.book.programs {
        let left = site.ask(ARB_WASM, &ArbWasm::programTimeLeftCall { program: entry.address });
        if left <= 300 * DAY {
            short.push((name, left / DAY));
        }
    }
    assert!(short.is_empty(), "not prolonged: {short:?}");
}
