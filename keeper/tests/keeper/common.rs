//! What the tests have in common: folders of their own, keepers with a configuration, a system on a node in this process.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use devnet::{CallRequest, Chain, TxRequest, rpc};
use everfloor_deploy::{errors::Refusal, programs, replay::Deployed};
use everfloor_keeper::{
    config::Config,
    keeper::{Keeper, Round, Stop},
    metrics::Work,
};

/// The chain's identifier of a development node.
pub const CHAIN: u64 = 412_346;
/// One, in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// Seconds of a day.
pub const DAY: u64 = 86_400;

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

/// Has keepers' logs written, if `KEEPER_LOGS` is set: for whoever looks why a test fails.
pub fn logs() {
    if std::env::var_os("KEEPER_LOGS").is_some() {
        // Another test may have begun it.
        let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false).try_init();
    }
}

/// Whether a program is built; says so, loudly, where it is not.
pub fn is_built(program: &str) -> bool {
    logs();
    let file = programs::default_folder().join(format!("{program}.wasm"));
    if !file.is_file() {
        eprintln!("SKIPPED, NOTHING WAS TESTED: the programs are not built: no {}", file.display());
    }
    file.is_file()
}

/// So much, in 18 decimals.
pub fn wad(amount: f64) -> U256 {
    U256::from((amount * 1e6) as u128 * (WAD / 1_000_000))
}

/// Somebody's address.
pub fn account(name: &str) -> Address {
    Address::from_slice(&keccak256(format!("keeper's tests: {name}"))[12..])
}

/// A key of a test's own.
pub fn key(number: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(number)).unwrap()
}

// ---- keepers ----

/// A configuration's text: a node, and what else it says.
pub fn config_text(url: &str, book: &Path, rest: &str) -> String {
    format!(
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
    )
}

/// The same, read.
pub fn config(url: &str, book: &Path, rest: &str) -> Config {
    Config::parse(&config_text(url, book, rest)).unwrap()
}

/// A keeper.
pub async fn keeper(config: &Config, key: PrivateKeySigner) -> Keeper {
    Keeper::open(config, key, false).await.unwrap().0
}

/// Lets a keeper do all there is to do now. It never fails, and nothing it sends reverts.
pub async fn settle(keeper: &mut Keeper) -> Round {
    let (_say, stop) = Stop::new();
    let round = keeper.settle(&stop).await.unwrap();
    assert_eq!((round.errors, round.failed), (0, 0), "{round:?}");
    round
}

/// How often a keeper's work came to an outcome.
pub fn outcomes(keeper: &Keeper, job: &'static str, action: &'static str, outcome: &'static str) -> u64 {
    keeper.metrics().work.get_or_create(&Work { job, action, outcome }).get()
}

/// How often it was done.
pub fn done(keeper: &Keeper, job: &'static str, action: &'static str) -> u64 {
    outcomes(keeper, job, action, "done")
}

// ---- a system on a node ----

/// A system on a node of its own. Whoever is not a keeper acts on the chain itself.
pub struct Site {
    pub node: rpc::Handle,
    pub owner: Address,
    pub folder: Folder,
    pub book: everfloor_deploy::book::Book,
}

impl Site {
    pub fn serve(deployed: Deployed, name: &str) -> Self {
        let Deployed { chain, book, owner } = deployed;
        let folder = Folder::new(name);
        book.save(&folder.0.join("book.json")).unwrap();
        let node = rpc::serve(chain, "127.0.0.1:0").unwrap();
        Self { node, owner, folder, book }
    }

    /// The address book's file.
    pub fn file(&self) -> PathBuf {
        self.folder.0.join("book.json")
    }

    /// Where a contract is.
    pub fn at(&self, name: &str) -> Address {
        self.book.contract(name).unwrap()
    }

    /// Every program behind the contracts.
    pub fn programs(&self) -> Vec<Address> {
        self.book.programs.values().map(|entry| entry.address).collect()
    }

    /// Gas money for somebody.
    pub fn equip(&self, who: Address) {
        self.node.with_chain(|chain| chain.set_balance(who, U256::from(1_000 * WAD)));
    }

    /// Lets time pass up to a moment, which is the last block's.
    pub fn be_at(&self, time: u64) {
        self.node.with_chain(|chain: &mut Chain| {
            chain.warp(time.checked_sub(chain.next_timestamp()).expect("time goes on"));
            chain.mine(1);
        });
    }

    /// Somebody's transaction, which has to succeed.
    pub fn act<C: SolCall>(&self, from: Address, to: Address, call: &C) -> C::Return {
        let request =
            TxRequest { from, to: Some(to), data: call.abi_encode().into(), ..TxRequest::default() };
        let receipt = self.node.with_chain(|chain| chain.send(request)).unwrap();
        assert!(receipt.success, "{}: {}", C::SIGNATURE, Refusal::decode(&receipt.output));
        C::abi_decode_returns(&receipt.output).unwrap()
    }

    /// What a contract answers.
    pub fn ask<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let data = call.abi_encode().into();
        let request = CallRequest { to: Some(to), data, gas: Some(1_000_000_000), ..CallRequest::default() };
        let outcome = self.node.with_chain(|chain| chain.call_with(&request)).unwrap();
        assert!(outcome.success, "{}: {}", C::SIGNATURE, Refusal::decode(&outcome.output));
        C::abi_decode_returns(&outcome.output).unwrap()
    }
}
