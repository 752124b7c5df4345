//! The deployment and the replay, whole, on a node in this process. They need the built programs and say so if there
//! are none.
#![allow(missing_docs, reason = "a test")]

use std::{fs, path::PathBuf};

use alloy::signers::local::PrivateKeySigner;
use devnet::{Chain, Config as ChainConfig, rpc};
use everfloor_deploy::{
    apply::{self, Outcome},
    bindings::ClearingHouse,
    client::{Account, Call, Client},
    config::Config,
    demo::{self, Options},
    governance,
    programs::{self, Built},
};

/// A folder of this test's own, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("everfloor-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The built programs; none, loudly, if they are not built.
fn built(config: &Config) -> Option<Built> {
    let loaded = Built::load(&programs::default_folder(), &governance::default_folder(), config);
    if let Err(error) = &loaded {
        eprintln!("SKIPPED, NOTHING WAS TESTED: {error:#}");
    }
    loaded.ok()
}

fn devnet_config() -> Config {
    Config::parse(include_str!("../devnet.toml")).unwrap().only_perps()
}

fn key(node: &rpc::Handle, place: usize) -> Account {
    let (_, key) = node.with_chain(|chain| chain.accounts())[place];
    Account::new(PrivateKeySigner::from_bytes(&key).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_crash_is_replayed_and_every_unit_is_accounted_for() {
    if built(&devnet_config()).is_none() {
        return;
    }
    let folder = Folder::new("replay");
    let prices = folder.0.join("prices.csv");
    let rows = ["200", "196", "188", "160", "121", "118", "139", "150"];
    fs::write(&prices, format!("close\n{}\n", rows.join("\n"))).unwrap();
    let options = Options {
        prices: Some(prices),
        port: Some(0),
        out: folder.0.join("out"),
        quiet: true,
        ..Options::default()
    };
    println!("seed {}", options.seed);
    let outcome = demo::run(&options).await.unwrap();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    assert!(outcome.traders >= 30);
    assert!(outcome.liquidations > 0, "a fall of 40 % liquidates nobody");
    let report = fs::read_to_string(&outcome.report).unwrap();
    assert!(report.contains("prices.csv") && !report.contains("FAILS"));
    assert!(options.out.join("addresses.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn deploying_again_sends_nothing() {
    let config = devnet_config();
    let Some(programs) = built(&config) else { return };
    let folder = Folder::new("again");
    let file = folder.0.join("book.json");
    let node = rpc::serve(Chain::new(ChainConfig::default()), "127.0.0.1:0").unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    let mut done = Vec::new();
    for _ in 0..2 {
        let mut sent = 0;
        let mut count = |step: &apply::Report| sent += usize::from(matches!(step.outcome, Outcome::Done(_)));
        apply::deploy(&client, &mut key(&node, 0), &config, &programs, &file, &mut count).await.unwrap();
        done.push((sent, node.with_chain(|chain| chain.block_number())));
    }
    assert!(done[0].0 > 10);
    assert_eq!(done[1], (0, done[0].1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_was_cut_short_goes_on_where_it_stopped() {
    let config = devnet_config();
    let Some(programs) = built(&config) else { return };
    let folder = Folder::new("short");
    let file = folder.0.join("book.json");
    let node = rpc::serve(Chain::new(ChainConfig::default()), "127.0.0.1:0").unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    // Without the proxy's program the run ends in the middle.
    let mut few = programs.clone();
    few.programs.retain(|program| program.name != programs::PROXY);
    let mut owner = key(&node, 0);
    let error = apply::deploy(&client, &mut owner, &config, &few, &file, &mut |_| ()).await.unwrap_err();
    assert!(format!("{error:#}").contains("contract PriceFeed"), "{error:#}");
    let mut kept = 0;
    let mut count = |step: &apply::Report| kept += usize::from(step.outcome == Outcome::Kept);
    apply::deploy(&client, &mut owner, &config, &programs, &file, &mut count).await.unwrap();
    assert!(kept >= 9, "only {kept} steps were kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_another_chain_is_refused_before_anything_is_sent() {
    let config = devnet_config();
    let Some(programs) = built(&config) else { return };
    let folder = Folder::new("other");
    let chain = Chain::new(ChainConfig { chain_id: 1, ..ChainConfig::default() });
    let node = rpc::serve(chain, "127.0.0.1:0").unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    let file = folder.0.join("book.json");
    let error =
        apply::deploy(&client, &mut key(&node, 0), &config, &programs, &file, &mut |_| ()).await.unwrap_err();
    assert!(error.to_string().contains("chain 1"), "{error}");
    assert_eq!(node.with_chain(|chain| chain.block_number()), 0);
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_transaction_names_the_error_of_the_contract() {
    let config = devnet_config();
    let Some(programs) = built(&config) else { return };
    let folder = Folder::new("refused");
    let node = rpc::serve(Chain::new(ChainConfig::default()), "127.0.0.1:0").unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    let file = folder.0.join("book.json");
    let mut owner = key(&node, 0);
    let book = apply::deploy(&client, &mut owner, &config, &programs, &file, &mut |_| ()).await.unwrap();
    let house = book.contract("ClearingHouse").unwrap();
    let mut stranger = key(&node, 1);
    let call = Call::new(house, &ClearingHouse::setGuardianCall { guardian: stranger.address() });
    let error = client.send(&mut stranger, &call).await.unwrap_err().to_string();
    assert!(error.contains("NotOwner"), "{error}");
}
