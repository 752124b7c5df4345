//! What the tests have in common: folders of their own, keys, keepers with a configuration.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256, U256},
    signers::local::PrivateKeySigner,
};
use everfloor_keeper::{config::Config, keeper::Keeper};

/// The chain's identifier of a development node.
pub const CHAIN: u64 = 412_346;

/// A folder of a test's own, gone when it is dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("everfloor-keeper-{name}-{}", std::process::id()));
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

/// A key of a test's own.
pub fn key(number: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(number)).unwrap()
}

/// A configuration with a node and jobs; gas is paid whatever work brings, as far as nothing else is said.
pub fn config(url: &str, book: &Path, rest: &str) -> Config {
    let text = format!(
        r#"
        [network]
        rpc = "{url}"
        chain-id = {CHAIN}
        book = "{}"
        poll-millis = 1
        [account]
        key-env = "KEEPER_KEY"
        {rest}
        "#,
        book.display()
    );
    Config::parse(&text).unwrap()
}

/// A keeper, or the reason why there is none.
pub async fn keeper(config: &Config, key: PrivateKeySigner) -> Keeper {
    Keeper::open(config, key, false).await.unwrap().0
}

/// Gas money of everybody in a test.
pub const GAS_MONEY: u128 = 1_000_000_000_000_000_000_000;

/// Gives an account of a chain gas money.
pub fn equip(chain: &mut devnet::Chain, who: Address) {
    chain.set_balance(who, U256::from(GAS_MONEY));
}

/// How often keepers' work came to an outcome.
pub fn outcomes(keeper: &Keeper, job: &'static str, action: &'static str, outcome: &'static str) -> u64 {
    let work = everfloor_keeper::metrics::Work { job, action, outcome };
    keeper.metrics().work.get_or_create(&work).get()
}
