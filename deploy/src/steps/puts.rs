//! The put pool's steps: tokens, both feeds, history, volatility, the pool with its positions, bonding with dpxETH.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use anyhow::Result;
use everfloor_oracle_rules::volatility::sigma_up;

use super::{
    Check, List, Made, Site, Wire,
    sources::{Names, renewed},
};
use crate::{
    bindings::{
        Bonding, DpxEth,
        IBonding::BondingPeers,
        IPutPool::{PoolParams, PoolPeers},
        PriceHistory, PutPool, VolatilitySource, WriterPosition,
    },
    config::Puts,
    programs::pool_programs,
};

const COLLATERAL: &str = "puts.collateral.TestToken";
const UNDERLYING: &str = "puts.underlying.TestToken";
const REWARDS: &str = "puts.rewards.TestToken";
/// What the put pool's prices come from; only its creation needs good ones.
pub(crate) const HISTORY: &str = "puts.PriceHistory";
const VOLATILITY: &str = "puts.VolatilitySource";
const POOL: &str = "puts.PutPool";
const POSITIONS: &str = "puts.WriterPosition";
const BONDING: &str = "puts.Bonding";
const SYNTHETIC: &str = "puts.DpxEth";
/// Whose epochs they are, in the address book.
const EPOCHS: &str = "puts";

impl<'a> List<'a> {
    pub(super) fn puts(&mut self, puts: &'a Puts) {
        self.test_token(COLLATERAL, puts.collateral);
        self.test_token(UNDERLYING, puts.underlying);
        self.test_token(REWARDS, puts.reward_token);
        let (first, second) = (Names::of("puts.first."), Names::of("puts.second."));
        self.feed(&puts.first, &first, "puts: first source's ");
        if let Some(oracle) = &puts.second {
            self.feed(oracle, &second, "puts: second source's ");
        }
        self.history(puts, first.clone(), second.clone());
        self.reporter(&puts.first, &first, "puts: first source's ");
        if let Some(oracle) = &puts.second {
            self.reporter(oracle, &second, "puts: second source's ");
        }
        self.volatility(puts);
        self.genesis(EPOCHS, puts.pool.genesis);
        self.pool(puts);
        self.volatility_reporter(puts);
        self.bonding(puts);
        self.contract("puts.BlackScholes", move |_| Ok(Made::bare("black-scholes")));
    }

    fn history(&mut self, puts: &'a Puts, first: Names, second: Names) {
        self.proxy_after(HISTORY, "price-history", move |site| {
            let primary = site.contract(&first.feed)?;
            let mut before: Vec<Wire> = renewed(&puts.first, &first, site)?.into_iter().collect();
            let other = match &puts.second {
                Some(oracle) => {
                    before.extend(renewed(oracle, &second, site)?);
                    site.contract(&second.feed)?
                }
                None => Address::ZERO,
            };
            let settings = puts.history.settings(primary, other);
            let checks = vec![Check::is(PriceHistory::settingsCall {}, settings.clone())];
            Ok((PriceHistory::initializeCall { owner: site.deployer, settings }, before, checks))
        });
    }

    fn volatility(&mut self, puts: &'a Puts) {
        self.proxy(VOLATILITY, "volatility-source", move |site| {
            let settings = puts.volatility.settings(site.contract(HISTORY)?)?;
            let checks = vec![Check::is(VolatilitySource::settingsCall {}, settings.clone())];
            let (owner, reporter) = (site.deployer, site.deployer);
            Ok((VolatilitySource::initializeCall { owner, reporter, settings }, checks))
        });
        self.step("puts: first volatility", move |site| {
            let source = site.contract(VOLATILITY)?;
            let posted =
                Check::that(VolatilitySource::volatilityCall {}, "posted", |found| found.updatedAt > 0);
            let post = VolatilitySource::postCall { sigma: puts.volatility.first()? };
            Ok(Wire::once(source, &post, posted.of(VOLATILITY, source)))
        });
    }

    /// Who posts from now on: after the pool is there, which opens at the first volatility.
    fn volatility_reporter(&mut self, puts: &'a Puts) {
        self.step("puts: volatility's reporter", move |site| {
            let source = site.contract(VOLATILITY)?;
            let reporter = puts.volatility.reporter.unwrap_or(site.deployer);
            let done = Check::is(VolatilitySource::reporterCall {}, reporter).of(VOLATILITY, source);
            Ok(Wire::once(source, &VolatilitySource::setReporterCall { reporter }, done))
        });
    }

    fn pool(&mut self, puts: &'a Puts) {
        self.proxy(POOL, "put-pool", move |site| {
            let (peers, programs) = (pool_peers(puts, site)?, pool_programs(site.book)?);
            let params = puts.pool.params(site.genesis(EPOCHS)?)?;
            let checks = vec![
                Check::is(PutPool::peersCall {}, peers.clone()),
                Check::is(PutPool::programsCall {}, programs.clone()),
                Check::is(PutPool::paramsCall {}, params.clone()),
                opening(puts, &params)?,
            ];
            Ok((PutPool::initializeCall { owner: site.deployer, peers, params, programs }, checks))
        });
        self.contract(POSITIONS, move |site| {
            let pool = site.contract(POOL)?;
            let checks = vec![Check::is(WriterPosition::poolCall {}, pool)];
            Ok(Made { checks, ..Made::constructed("writer-position", &pool.abi_encode()) })
        });
        self.step("puts: pool -> positions", move |site| {
            let (pool, positions) = (site.contract(POOL)?, site.contract(POSITIONS)?);
            let done = Check::is(PutPool::positionsCall {}, positions).of(POOL, pool);
            Ok(Wire::once(pool, &PutPool::setPositionsCall { positions }, done))
        });
        self.guardian("puts: pool's guardian", POOL);
    }

    fn bonding(&mut self, puts: &'a Puts) {
        self.proxy(BONDING, "bonding", move |site| {
            let (pool, params) = (site.contract(POOL)?, puts.bonding.params()?);
            let checks = vec![Check::is(Bonding::paramsCall {}, params.clone())];
            Ok((Bonding::initializeCall { owner: site.deployer, pool, params }, checks))
        });
        self.step("puts: pool -> bonding", move |site| {
            let (pool, bonding) = (site.contract(POOL)?, site.contract(BONDING)?);
            let done = Check::is(PutPool::buyerCall {}, bonding).of(POOL, pool);
            Ok(Wire::once(pool, &PutPool::setBuyerCall { buyer: bonding }, done))
        });
        self.contract(SYNTHETIC, move |site| {
            let bonding = site.contract(BONDING)?;
            let checks = vec![Check::is(DpxEth::minterCall {}, bonding)];
            Ok(Made { checks, ..Made::constructed("dpx-eth", &bonding.abi_encode()) })
        });
        self.step("puts: bonding -> dpxETH", move |site| {
            let (bonding, synthetic) = (site.contract(BONDING)?, site.contract(SYNTHETIC)?);
            let PoolPeers { collateral, underlying, history, .. } = pool_peers(puts, site)?;
            let peers =
                BondingPeers { pool: site.contract(POOL)?, collateral, underlying, history, synthetic };
            let done = Check::is(Bonding::peersCall {}, peers).of(BONDING, bonding);
            Ok(Wire::once(bonding, &Bonding::setSyntheticCall { synthetic }, done))
        });
        self.guardian("puts: bonding's guardian", BONDING);
    }
}

/// A pool opens at what its volatility source says when it is created, and anybody can have it created at another moment than
/// ours. So it stays for the first epoch; the next follow the source, whatever was posted first.
fn opening(puts: &Puts, params: &PoolParams) -> Result<Check> {
    let source = puts.volatility.settings(Address::ZERO)?;
    let [first, lowest, highest] =
        [puts.volatility.first()?, source.minSigma, source.maxSigma].map(|sigma| sigma.saturating_to());
    // Nothing has been realised when a pool is created in its turn.
    let posted = U256::from(sigma_up(first, 0, lowest, highest));
    let wanted = posted.max(params.sigmaMin).min(params.sigmaMax);
    Ok(Check::unless(PutPool::poolStateCall {}, move |pool| {
        let (epoch, found) = (pool.epoch, pool.sigma);
        (epoch.is_zero() && found != wanted).then(|| {
            format!("opened at a volatility of {found}, its source's when it was created, not at {wanted}")
        })
    }))
}

fn pool_peers(puts: &Puts, site: &Site<'_>) -> Result<PoolPeers> {
    Ok(PoolPeers {
        collateral: site.either(puts.collateral, COLLATERAL)?,
        underlying: site.either(puts.underlying, UNDERLYING)?,
        rewardToken: site.either(puts.reward_token, REWARDS)?,
        treasury: puts.treasury.unwrap_or(site.deployer),
        history: site.contract(HISTORY)?,
        volatilitySource: site.contract(VOLATILITY)?,
    })
}
