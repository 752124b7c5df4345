//! What a configuration names and does not make is looked at before anything is sent: tokens and their decimals, price
//! sources, collections; and the chain's own contracts that deployment talks to.
//!
//! A source is held against all that its feed, and what is made of that, will hold it against, as long as that is still to
//! be made: a network that stands is not in the way of a run because a price is late, or has moved.

use alloy::{
    primitives::{Address, U256, utils::format_ether},
    sol,
    sol_types::SolCall,
};
use anyhow::{Context, Result, ensure};
use everfloor_oracle_rules::{Bounds, MAX_DECIMALS, RoundCheck, Sample, sequencer_is_up};

use crate::{
    bindings::{CREATE2_FACTORY, PostedAggregator, STYLUS_DEPLOYER, TestToken},
    book::Book,
    client::Client,
    config::{Config, DOLLAR, Floor, Market, Oracle, Perps, Puts, within},
    steps::HISTORY,
};

sol! {
    /// What says of a contract what it is (ERC-165).
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// ERC-721's, by ERC-165.
const COLLECTION: [u8; 4] = [0x80, 0xac, 0x58, 0xcd];
/// Decimals of all tokens but the perpetuals' collateral.
const WHOLE: u8 = 18;
/// A whole, in parts per million.
const MILLION: u64 = 1_000_000;

/// Refuses the first thing that is not there or is something else.
pub async fn check(client: &Client, config: &Config, book: &Book) -> Result<()> {
    ensure!(
        client.has_code(STYLUS_DEPLOYER).await?,
        "the chain has no StylusDeployer at {STYLUS_DEPLOYER}: is it a chain with Stylus?"
    );
    let factory = config.governance.is_none() || client.has_code(CREATE2_FACTORY).await?;
    ensure!(factory, "the chain has no CREATE2 factory at {CREATE2_FACTORY}, which creates governance");
    if let Some(perps) = &config.perps {
        check_perps(client, perps, book).await?;
    }
    if let Some(puts) = &config.puts {
        check_puts(client, puts, book).await?;
    }
    for (name, floor) in &config.floor {
        check_floor(client, floor).await.with_context(|| format!("floor.{name}"))?;
    }
    Ok(())
}

async fn check_perps(client: &Client, perps: &Perps, book: &Book) -> Result<()> {
    token(client, "collateral", perps.collateral, DOLLAR).await?;
    source(client, "oracle", &perps.oracle).await?;
    if book.markets.contains_key(&perps.market.symbol) {
        return Ok(());
    }
    match price(client, "oracle", &perps.oracle).await? {
        Some(price) => beside(&perps.market, price),
        None => Ok(()),
    }
}

/// Refuses a market that would open further from the oracle than anybody may trade it.
fn beside(market: &Market, oracle: u128) -> Result<()> {
    let (opening, oracle) = (market.peg()?, U256::from(oracle));
    let allowed = oracle.saturating_mul(U256::from(market.max_divergence_ppm)) / U256::from(MILLION);
    ensure!(
        opening.abs_diff(oracle) <= allowed,
        "the market would open at {} while the oracle says {}: max-divergence-ppm is {}",
        market.price,
        format_ether(oracle),
        market.max_divergence_ppm
    );
    Ok(())
}

async fn check_puts(client: &Client, puts: &Puts, book: &Book) -> Result<()> {
    token(client, "puts.collateral", puts.collateral, WHOLE).await?;
    token(client, "puts.underlying", puts.underlying, WHOLE).await?;
    token(client, "puts.reward-token", puts.reward_token, WHOLE).await?;
    let second = puts.second.as_ref().map(|oracle| ("puts.second", oracle));
    for (name, oracle) in [("puts.first", &puts.first)].into_iter().chain(second) {
        source(client, name, oracle).await?;
        if !book.contracts.contains_key(HISTORY) {
            price(client, name, oracle).await?;
        }
    }
    Ok(())
}

async fn check_floor(client: &Client, floor: &Floor) -> Result<()> {
    token(client, "cash", floor.cash, WHOLE).await?;
    token(client, "reward-token", floor.reward_token, WHOLE).await?;
    let Some(collection) = floor.collection else { return Ok(()) };
    let is = client.view(collection, &supportsInterfaceCall { interfaceId: COLLECTION.into() }).await;
    ensure!(is.unwrap_or(false), "collection {collection} is no ERC-721");
    Ok(())
}

async fn token(client: &Client, name: &str, at: Option<Address>, wanted: u8) -> Result<()> {
    let Some(at) = at else { return Ok(()) };
    ensure!(client.has_code(at).await?, "{name} {at} is no contract");
    let found = client.view(at, &TestToken::decimalsCall {}).await;
    let found = found.with_context(|| format!("{name} {at} is no token"))?;
    ensure!(found == wanted, "{name} {at} has {found} decimals, and must have {wanted}");
    Ok(())
}

/// What is named is there, and what answers with prices does.
async fn source(client: &Client, name: &str, oracle: &Oracle) -> Result<()> {
    if let Some(feed) = oracle.sequencer_feed {
        ensure!(client.has_code(feed).await?, "{name}.sequencer-feed {feed} is no contract");
    }
    let Some(source) = oracle.source else { return Ok(()) };
    ensure!(client.has_code(source).await?, "{name}.source {source} is no contract");
    let call = PostedAggregator::latestRoundDataCall {};
    let answer = client.ask(source, call.abi_encode().into()).await?;
    let is =
        answer.is_ok_and(|data| PostedAggregator::latestRoundDataCall::abi_decode_returns(&data).is_ok());
    ensure!(is, "{name}.source {source} has no price");
    Ok(())
}

/// The price of a source that is named, if its feed would find it good; none of one that is made.
async fn price(client: &Client, name: &str, oracle: &Oracle) -> Result<Option<u128>> {
    let latest = PostedAggregator::latestRoundDataCall {};
    if let Some(feed) = oracle.sequencer_feed {
        let found = client.view(feed, &latest).await.with_context(|| format!("{name}.sequencer-feed"))?;
        let (now, grace) = (client.time().await?, oracle.sequencer_grace.into());
        ensure!(
            sequencer_is_up(found.answer, found.startedAt, now, grace),
            "{name}.sequencer-feed {feed} does not say that the sequencer has been up for {grace} s"
        );
    }
    let Some(source) = oracle.source else { return Ok(None) };
    let named = || format!("{name}.source {source}");
    let decimals = client.view(source, &PostedAggregator::decimalsCall {}).await.with_context(named)?;
    within("decimals", decimals, 0, MAX_DECIMALS).with_context(named)?;
    let round = client.view(source, &latest).await.with_context(named)?;
    let (now, settings) = (client.time().await?, oracle.settings(source)?);
    let rules = RoundCheck { decimals, not_before: 0, heartbeat: oracle.heartbeat.into() };
    let sample = rules.sample(round.answer, round.updatedAt, now).ok();
    let Sample { price, time } = sample.with_context(|| {
        let (answer, time) = (round.answer, round.updatedAt);
        format!("{}: {answer} with {decimals} decimals, of {time} while it is {now}, is no price", named())
    })?;
    let bounds = Bounds { min: settings.minPrice.saturating_to(), max: settings.maxPrice.saturating_to() };
    ensure!(
        bounds.believe(Sample { price, time }).is_ok(),
        "{}: the price is {}, not within min-price {} and max-price {}",
        named(),
        format_ether(price),
        oracle.min_price,
        oracle.max_price
    );
    let age = now.saturating_sub(time);
    ensure!(
        !rules.is_stale(time, now),
        "{}: the price is {age} s old, heartbeat is {}",
        named(),
        oracle.heartbeat
    );
    Ok(Some(price))
}
