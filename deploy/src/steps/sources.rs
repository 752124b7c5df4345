//! Tokens, price sources and feeds, which several products have.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use anyhow::Result;
use everfloor_oracle_rules::Status;

use super::{Check, List, Made, Site, Wire};
use crate::{
    bindings::{PostedAggregator, PriceFeed},
    config::Oracle,
    programs::{AGGREGATOR, TEST_COLLECTION, TEST_TOKEN},
};

/// Where a feed and its source are in the address book.
#[derive(Clone)]
pub(super) struct Names {
    /// The posted source, where there is one.
    pub(super) source: String,
    /// The feed.
    pub(super) feed: String,
}

impl Names {
    /// With a prefix.
    pub(super) fn of(prefix: &str) -> Self {
        Self { source: format!("{prefix}PostedAggregator"), feed: format!("{prefix}PriceFeed") }
    }
}

impl<'a> List<'a> {
    /// A test token, unless one is configured.
    pub(super) fn token(&mut self, name: &str, program: &'static str, configured: Option<Address>) {
        if configured.is_none() {
            self.contract(name, move |_| Ok(Made::bare(program)));
        }
    }

    /// A test token of 18 decimals, unless one is configured.
    pub(super) fn test_token(&mut self, name: &str, configured: Option<Address>) {
        self.token(name, TEST_TOKEN, configured);
    }

    /// A collection whose NFTs the deployer makes, unless one is configured.
    pub(super) fn collection(&mut self, name: &str, configured: Option<Address>) {
        if configured.is_none() {
            self.contract(name, move |site| {
                Ok(Made::constructed(TEST_COLLECTION, &site.deployer.abi_encode()))
            });
        }
    }

    /// A price source and its feed; what follows from steps' names is told apart by `what`.
    pub(super) fn feed(&mut self, oracle: &'a Oracle, names: &Names, what: &str) {
        if oracle.source.is_none() {
            self.posted(oracle, &names.source, what);
        }
        let source = names.source.clone();
        self.proxy(&names.feed, "price-feed", move |site| {
            let settings = oracle.settings(site.either(oracle.source, &source)?)?;
            let checks = vec![Check::is(PriceFeed::settingsCall {}, settings.clone())];
            Ok((PriceFeed::initializeCall { owner: site.deployer, settings }, checks))
        });
    }

    /// The posted aggregator with its first price.
    fn posted(&mut self, oracle: &'a Oracle, name: &str, what: &str) {
        self.contract(name, move |site| {
            let initialise = PostedAggregator::initializeCall {
                owner: site.deployer,
                reporter: site.deployer,
                decimals: oracle.decimals,
                maxDeviationPpm: oracle.max_step_ppm,
                description: oracle.description_word(),
            };
            let decimals = Check::is(PostedAggregator::decimalsCall {}, oracle.decimals);
            Ok(Made { checks: vec![decimals], ..Made::called(AGGREGATOR, &initialise) })
        });
        let name = name.to_owned();
        self.step(format!("{what}first price"), move |site| {
            let source = site.contract(&name)?;
            let posted = Check::that(PostedAggregator::latestRoundDataCall {}, "a price", |_| true);
            let post = PostedAggregator::postCall { answer: oracle.first_answer()? };
            Ok(Wire::once(source, &post, posted.of(&name, source)))
        });
    }

    /// Who posts from now on, where prices are posted. After everything that needs the first price: until then the deployer
    /// may have to post it again.
    pub(super) fn reporter(&mut self, oracle: &'a Oracle, names: &Names, what: &str) {
        if oracle.source.is_some() {
            return;
        }
        let name = names.source.clone();
        self.step(format!("{what}reporter"), move |site| {
            let (source, reporter) = (site.contract(&name)?, oracle.reporter.unwrap_or(site.deployer));
            let appointed = Check::is(PostedAggregator::reporterCall {}, reporter).of(&name, source);
            Ok(Wire::once(source, &PostedAggregator::setReporterCall { reporter }, appointed))
        });
    }
}

/// For what can only be made at a good price: the first price once more, if it has aged since it was posted, as in a run that
/// goes on after a day. Nothing where prices are not posted.
pub(super) fn renewed(oracle: &Oracle, names: &Names, site: &Site<'_>) -> Result<Option<Wire>> {
    if oracle.source.is_some() {
        return Ok(None);
    }
    let (source, feed) = (site.contract(&names.source)?, site.contract(&names.feed)?);
    let good =
        Check::that(PriceFeed::readCall {}, "a good price", |found| found.status <= Status::Deviating as u8);
    let post = PostedAggregator::postCall { answer: oracle.first_answer()? };
    Ok(Some(Wire::all(source, &post, vec![good.of(&names.feed, feed)])))
}

/// A number as contracts count.
pub(super) fn word(number: u64) -> U256 {
    U256::from(number)
}
