//! Reads every wire of a deployment back from the chain and compares it with the configuration and the address book.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use anyhow::{Context, Result, ensure};

use crate::{
    bindings::{ClearingHouse, Erc1967Proxy, InsuranceFund, PostedAggregator, PriceFeed},
    book::Book,
    client::Client,
    config::Config,
    programs::parts,
};

/// Refuses the first wire that is not as configured.
pub async fn verify(client: &Client, config: &Config, book: &Book) -> Result<()> {
    let token = config.collateral.map_or_else(|| book.contract("TestDollar"), Ok)?;
    let source = config.oracle.source.map_or_else(|| book.contract("PostedAggregator"), Ok)?;
    let (feed, fund) = (book.contract("PriceFeed")?, book.contract("InsuranceFund")?);
    let house = book.contract("ClearingHouse")?;
    for (contract, program) in [
        ("PriceFeed", "price-feed"),
        ("InsuranceFund", "insurance-fund"),
        ("ClearingHouse", "clearing-house"),
    ] {
        let call = Erc1967Proxy::implementationCall {};
        is(client, contract, book.contract(contract)?, call, &book.program(program)?).await?;
    }
    is(client, "PriceFeed", feed, PriceFeed::settingsCall {}, &config.oracle.settings(source)?).await?;
    if let (None, Some(reporter)) = (config.oracle.source, config.oracle.reporter) {
        is(client, "PostedAggregator", source, PostedAggregator::reporterCall {}, &reporter).await?;
    }
    is(client, "InsuranceFund", fund, InsuranceFund::quoteTokenCall {}, &token).await?;
    is(client, "InsuranceFund", fund, InsuranceFund::clearingHouseCall {}, &house).await?;
    is(client, "ClearingHouse", house, ClearingHouse::quoteTokenCall {}, &token).await?;
    is(client, "ClearingHouse", house, ClearingHouse::insuranceFundCall {}, &fund).await?;
    let guardian = config.guardian.unwrap_or(Address::ZERO);
    is(client, "ClearingHouse", house, ClearingHouse::guardianCall {}, &guardian).await?;
    let council = config.council.unwrap_or(Address::ZERO);
    is(client, "ClearingHouse", house, ClearingHouse::councilCall {}, &council).await?;
    programs(client, book, house).await?;
    market(client, config, book, house, feed).await
}

async fn programs(client: &Client, book: &Book, house: Address) -> Result<()> {
    let found = client.view(house, &ClearingHouse::programsCall {}).await?;
    let wanted = parts(book)?;
    ensure!(found == wanted, "ClearingHouse has the programs {found:?}, the book says {wanted:?}");
    Ok(())
}

async fn market(client: &Client, config: &Config, book: &Book, house: Address, feed: Address) -> Result<()> {
    let symbol = &config.market.symbol;
    let id = book.markets.get(symbol).with_context(|| format!("the address book has no market {symbol}"))?;
    let found = client.view(house, &ClearingHouse::getParamsCall { marketId: U256::from(*id) }).await?;
    ensure!(found.feed == feed, "market {symbol} reads {}, not the feed {feed}", found.feed);
    let wanted = config.market.params()?;
    ensure!(found.params == wanted, "market {symbol} has {:?}, configured is {wanted:?}", found.params);
    Ok(())
}

/// One wire.
pub(crate) async fn is<C>(client: &Client, name: &str, at: Address, call: C, wanted: &C::Return) -> Result<()>
where
    C: SolCall,
    C::Return: PartialEq + std::fmt::Debug,
{
    let found = client.view(at, &call).await?;
    ensure!(found == *wanted, "{name}.{} is {found:?}, and should be {wanted:?}", C::SIGNATURE);
    Ok(())
}
