//! What a configuration names and does not make is looked at before anything is sent: tokens and their decimals, price
//! sources, collections; and the chain's own contracts that deployment talks to.

use alloy::{primitives::Address, sol, sol_types::SolCall};
use anyhow::{Context, Result, bail, ensure};

use crate::{
    bindings::{CREATE2_FACTORY, PostedAggregator, STYLUS_DEPLOYER, TestToken},
    client::Client,
    config::{Config, DOLLAR, Floor, Oracle, Puts},
};

sol! {
    /// What says of a contract what it is (ERC-165).
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// ERC-721's, by ERC-165.
const COLLECTION: [u8; 4] = [0x80, 0xac, 0x58, 0xcd];
/// Decimals of all tokens but the perpetuals' collateral.
const WHOLE: u8 = 18;

/// Refuses the first thing that is not there or is something else.
pub async fn check(client: &Client, config: &Config) -> Result<()> {
    ensure!(
        client.has_code(STYLUS_DEPLOYER).await?,
        "the chain has no StylusDeployer at {STYLUS_DEPLOYER}: is it a chain with Stylus?"
    );
    let factory = config.governance.is_none() || client.has_code(CREATE2_FACTORY).await?;
    ensure!(factory, "the chain has no CREATE2 factory at {CREATE2_FACTORY}, which creates governance");
    if let Some(perps) = &config.perps {
        token(client, "collateral", perps.collateral, DOLLAR).await?;
        source(client, "oracle", &perps.oracle).await?;
    }
    if let Some(puts) = &config.puts {
        check_puts(client, puts).await?;
    }
    for (name, floor) in &config.floor {
        check_floor(client, floor).await.with_context(|| format!("floor.{name}"))?;
    }
    Ok(())
}

async fn check_puts(client: &Client, puts: &Puts) -> Result<()> {
    token(client, "puts.collateral", puts.collateral, WHOLE).await?;
    token(client, "puts.underlying", puts.underlying, WHOLE).await?;
    token(client, "puts.reward-token", puts.reward_token, WHOLE).await?;
    source(client, "puts.first", &puts.first).await?;
    match &puts.second {
        Some(second) => source(client, "puts.second", second).await,
        None => Ok(()),
    }
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

async fn source(client: &Client, name: &str, oracle: &Oracle) -> Result<()> {
    if let Some(feed) = oracle.sequencer_feed {
        ensure!(client.has_code(feed).await?, "{name}.sequencer-feed {feed} is no contract");
    }
    let Some(source) = oracle.source else { return Ok(()) };
    ensure!(client.has_code(source).await?, "{name}.source {source} is no contract");
    let call = PostedAggregator::latestRoundDataCall {};
    match client.ask(source, call.abi_encode().into()).await? {
        Ok(answer) if PostedAggregator::latestRoundDataCall::abi_decode_returns(&answer).is_ok() => Ok(()),
        _ => bail!("{name}.source {source} has no price"),
    }
}
