//! The perpetuals' steps: token, feed, insurance, clearing house, market.

use alloy::primitives::Address;
use anyhow::Result;

use super::{
    Check, List, Site, Task, Wire,
    sources::{Names, renewed, word},
};
use crate::{
    bindings::{ClearingHouse, InsuranceFund},
    config::Perps,
    programs::{TEST_DOLLAR, parts},
};

const TOKEN: &str = "TestDollar";
const FUND: &str = "InsuranceFund";
const HOUSE: &str = "ClearingHouse";
/// The one market's number: the clearing house counts from it.
const MARKET: u64 = 1;

impl<'a> List<'a> {
    pub(super) fn perps(&mut self, perps: &'a Perps) {
        self.token(TOKEN, TEST_DOLLAR, perps.collateral);
        let names = Names::of("");
        self.feed(&perps.oracle, &names, "");
        self.proxy(FUND, "insurance-fund", move |site| {
            let token = site.either(perps.collateral, TOKEN)?;
            let checks = vec![Check::is(InsuranceFund::quoteTokenCall {}, token)];
            Ok((InsuranceFund::initializeCall { owner: site.deployer, quoteToken: token }, checks))
        });
        self.proxy(HOUSE, "clearing-house", move |site| {
            let programs = parts(site.book)?;
            let checks = vec![Check::is(ClearingHouse::programsCall {}, programs.clone())];
            Ok((ClearingHouse::initializeCall { owner: site.deployer, programs }, checks))
        });
        self.step("insurance fund -> clearing house", move |site| {
            let (fund, house) = (site.contract(FUND)?, site.contract(HOUSE)?);
            let done = Check::is(InsuranceFund::clearingHouseCall {}, house).of(FUND, fund);
            Ok(Wire::once(fund, &InsuranceFund::setClearingHouseCall { clearingHouse: house }, done))
        });
        self.step("clearing house -> collateral, insurance fund", move |site| wire_collateral(perps, site));
        self.perps_roles();
        let here = names.clone();
        self.step(format!("market {}", perps.market.symbol), move |site| market(perps, &here, site));
        self.reporter(&perps.oracle, &names, "");
        self.step("market's share of the insurance", move |site| {
            let (fund, cap) = (site.contract(FUND)?, perps.shared_cap()?);
            let id = word(*site.book.markets.get(&perps.market.symbol).unwrap_or(&MARKET));
            let done = Check::is(InsuranceFund::sharedCapCall { marketId: id }, cap).of(FUND, fund);
            Ok(Wire::once(fund, &InsuranceFund::setSharedCapCall { marketId: id, cap }, done))
        });
    }

    fn perps_roles(&mut self) {
        self.guardian("guardian", HOUSE);
        let council = self.config.council;
        self.step("council", move |site| {
            if council.is_none() && site.is_planned(HOUSE) {
                return Ok(Task::Nothing("none is configured"));
            }
            let (house, council) = (site.contract(HOUSE)?, council.unwrap_or_default());
            let done = Check::is(ClearingHouse::councilCall {}, council).of(HOUSE, house);
            Ok(Wire::once(house, &ClearingHouse::setCouncilCall { council }, done))
        });
    }
}

fn wire_collateral(perps: &Perps, site: &Site<'_>) -> Result<Task> {
    let (house, fund) = (site.contract(HOUSE)?, site.contract(FUND)?);
    let token = site.either(perps.collateral, TOKEN)?;
    let call = ClearingHouse::setCollateralCall { quoteToken: token, insuranceFund: fund };
    let done = vec![Check::is(ClearingHouse::quoteTokenCall {}, token).of(HOUSE, house)];
    let checks = vec![Check::is(ClearingHouse::insuranceFundCall {}, fund).of(HOUSE, house)];
    Ok(Task::Wire(Wire { checks, ..Wire::all(house, &call, done) }))
}

fn market(perps: &Perps, names: &Names, site: &Site<'_>) -> Result<Task> {
    let (house, feed): (Address, Address) = (site.contract(HOUSE)?, site.contract(&names.feed)?);
    let (market, params) = (&perps.market, perps.market.params()?);
    let reserve = market.reserve()?;
    let create = ClearingHouse::createMarketCall {
        feed,
        baseReserve: reserve,
        quoteReserve: reserve,
        peg: market.peg()?,
        params: params.clone(),
    };
    let id = site.book.markets.get(&market.symbol).copied().unwrap_or(MARKET);
    // At least, not exactly: only the owner makes markets, so those after ours are governance's, and a run that has lost its
    // book finds ours among them. A fresh deployment has ours alone: it is made only where the chain says that there is none,
    // and whether the one of this number is ours is looked at each time.
    let there = Check::that(ClearingHouse::marketCountCall {}, format!("{id} at least"), move |count| {
        *count >= word(id)
    });
    let should = format!("{params:?} with the feed {feed}");
    let as_configured =
        Check::that(ClearingHouse::getParamsCall { marketId: word(id) }, should, move |found| {
            found.feed == feed && found.params == params
        });
    Ok(Task::Wire(Wire {
        before: renewed(&perps.oracle, names, site)?.into_iter().collect(),
        checks: vec![as_configured.of(HOUSE, house)],
        market: Some((market.symbol.clone(), id)),
        ..Wire::all(house, &create, vec![there.of(HOUSE, house)])
    }))
}
