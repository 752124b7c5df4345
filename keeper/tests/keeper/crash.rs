//! A crash replayed with two keepers and none of the replay's own: after each of their turns nothing is left that could
//! be liquidated, whatever happened to one of them in the middle of its work.

use std::fs;

use crate::common::{Folder, config, is_built, keeper};
use alloy::{
    primitives::{Address, U256},
    providers::{Provider, RootProvider},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use anyhow::{Context, Result, ensure};
use everfloor_bindings::ClearingHouse;
use everfloor_deploy::demo::{self, Options, Outsiders, Scene};
use everfloor_keeper::{
    config::Config,
    keeper::{Keeper, Round, Stop},
};
use futures::future::LocalBoxFuture;
use tokio::sync::watch;

/// Dollars of each keeper: what the curve does not take, they take over.
const CAPITAL: u128 = 400_000;
/// So often one of them is killed with work before it.
const KILLS: usize = 6;
/// Turns within which two keepers must have done everything there is to do.
const TURNS: usize = 40;

const JOBS: &str = r#"
    [profit]
    subsidise = true
    upkeep-ether-a-day = "1000"
    [tokens.TestDollar]
    ether-price-feed = "PriceFeed"
    [perp]
    least-insurance = "0"
    least-reward = "0"
    [perp.takeover]
    max-notional = "1000000"
    least-discount-ppm = 0
"#;

/// Two keepers at once.
struct Two {
    config: Config,
    keys: Vec<PrivateKeySigner>,
    keepers: Vec<Keeper>,
    eyes: Eyes,
    stop: (watch::Sender<bool>, Stop),
    work: Work,
}

/// What they did.
#[derive(Debug, Default)]
struct Work {
    turns: usize,
    done: usize,
    failed: usize,
    killed: usize,
    with_something_to_liquidate: usize,
}

/// Looks at the chain without them.
struct Eyes {
    provider: RootProvider,
    house: Address,
}

impl Eyes {
    async fn liquidatable(&self) -> Result<Vec<Address>> {
        let call = ClearingHouse::liquidatableCall {
            marketId: U256::ONE,
            from: U256::ZERO,
            count: U256::from(1_000),
        };
        let request =
            everfloor_keeper::chain::request(Address::ZERO, self.house, call.abi_encode().into(), U256::ZERO);
        let answer = self.provider.call(request).latest().await?;
        Ok(ClearingHouse::liquidatableCall::abi_decode_returns(&answer)?.accounts)
    }

    /// Waits until an account has sent a transaction.
    async fn saw_transaction(&self, of: Address) -> Result<()> {
        let before = self.provider.get_transaction_count(of).await?;
        while self.provider.get_transaction_count(of).await? == before {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

impl Two {
    async fn begin_with(scene: Scene) -> Result<Self> {
        let config = config(&scene.url, &scene.addresses, JOBS);
        let book = everfloor_keeper::book::Book::read(&scene.addresses)?;
        let house = book.contract("ClearingHouse").context("no clearing house")?;
        let eyes = Eyes { provider: RootProvider::new_http(scene.url.parse()?), house };
        let mut keepers = Vec::new();
        for key in &scene.keys {
            keepers.push(keeper(&config, key.clone()).await);
        }
        let keys = scene.keys;
        Ok(Self { config, keys, keepers, eyes, stop: Stop::new(), work: Work::default() })
    }

    /// Both work until neither finds anything.
    async fn work(&mut self) -> Result<()> {
        let some = self.eyes.liquidatable().await?.len();
        self.work.with_something_to_liquidate += usize::from(some > 0);
        if some > 1 && self.work.killed < KILLS {
            self.kill_one().await?;
        }
        for _ in 0..TURNS {
            self.work.turns += 1;
            let stop = &self.stop.1;
            let [one, other] = self.keepers.as_mut_slice() else { panic!("two keepers") };
            let (one, other) = tokio::try_join!(one.settle(stop), other.settle(stop))?;
            for Round { done, failed, errors, .. } in [&one, &other] {
                ensure!(*errors == 0, "a job could not look, or work could not be tried");
                self.work.done += done;
                self.work.failed += failed;
            }
            if one.done + other.done == 0 {
                let left = self.eyes.liquidatable().await?;
                ensure!(left.is_empty(), "left: {left:?}");
                return Ok(());
            }
        }
        anyhow::bail!("there is no end to it")
    }

    /// One is dropped as soon as a transaction of its own is in the chain, whatever it was about to do next, and begins
    /// anew with nothing but its key and its configuration.
    async fn kill_one(&mut self) -> Result<()> {
        let place = self.work.killed % self.keys.len();
        let key = self.keys[place].clone();
        let mut doomed = self.keepers.remove(place);
        tokio::select! {
            biased;
            seen = self.eyes.saw_transaction(key.address()) => {
                seen?;
                self.work.killed += 1;
            }
            // There was nothing for it to do: the other's work, or none.
            round = doomed.settle(&self.stop.1) => {
                round?;
            }
        }
        drop(doomed);
        self.keepers.insert(place, keeper(&self.config, key).await);
        Ok(())
    }
}

/// Keepers that begin when the market is there.
#[derive(Default)]
struct Keepers(Option<Two>);

impl Outsiders for Keepers {
    fn capital(&self) -> u128 {
        CAPITAL
    }

    fn begin(&mut self, scene: Scene) -> LocalBoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.0 = Some(Two::begin_with(scene).await?);
            Ok(())
        })
    }

    fn keep(&mut self) -> LocalBoxFuture<'_, Result<()>> {
        Box::pin(async move { self.0.as_mut().context("nobody has begun")?.work().await })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keepers_leave_nothing_to_liquidate_and_lose_nothing_when_killed() {
    if !is_built("clearing-house") {
        return;
    }
    let folder = Folder::new("crash");
    let prices = folder.0.join("prices.csv");
    // Black Thursday's fall in few steps, and some of the way back.
    let rows = ["193", "180", "158", "121", "118", "139"];
    fs::write(&prices, format!("close\n{}\n", rows.join("\n"))).unwrap();
    let options = Options {
        prices: Some(prices),
        port: Some(0),
        out: folder.0.join("out"),
        quiet: true,
        ..Options::default()
    };
    println!("seed {}", options.seed);
    let mut keepers = Keepers::default();
    let outcome = demo::run_with(&options, Some(&mut keepers)).await.unwrap();
    let work = &keepers.0.as_ref().unwrap().work;
    println!("{work:?}, {} liquidations", outcome.liquidations);
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    assert!(outcome.liquidations > 20, "a fall of 40 % liquidates {}", outcome.liquidations);
    assert!(work.killed > 0 && work.with_something_to_liquidate > 5, "{work:?}");
}
