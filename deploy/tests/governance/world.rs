//! A node with everything on it that governs and is governed, and everybody who votes.

use std::{collections::BTreeMap, fs, path::PathBuf};

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::Filter,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolEvent},
};
use anyhow::Result;
use devnet::{Chain, Clock, Config as ChainConfig, Receipt, TxRequest, rpc};
use everfloor_deploy::{
    apply::{self, Report},
    bindings::{
        TimelockController::{self, CallScheduled},
        VoteToken,
    },
    book::Book,
    client::{Account, Call, Client},
    config::Config,
    errors::Refusal,
    governance::{self, Action, Contracts, Governance, Proposal, Vote},
    programs::{self, Built},
};

pub const DAY: u32 = 86_400;
/// Who is who among the node's accounts.
pub const DEPLOYER: usize = 0;
pub const MANY: usize = 1; // 60 per cent of the votes
pub const SOME: usize = 2; // 39
pub const FEW: usize = 3; // 1, the threshold
pub const GUARDIAN: usize = 4;
pub const STRANGER: usize = 5;

/// A node, what is deployed on it, and everybody's keys.
pub struct World {
    pub node: rpc::Handle,
    pub client: Client,
    pub config: Config,
    pub built: Built,
    pub accounts: Vec<Account>,
    pub folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The committed configuration with a governance of these accounts.
fn governed(accounts: &[Account], products: fn(Config) -> Config) -> Config {
    let mut config = products(Config::parse(include_str!("../../devnet.toml")).unwrap());
    let parts = [(MANY, "600000"), (SOME, "390000"), (FEW, "10000")];
    let holders = parts.map(|(place, amount)| (accounts[place].address(), amount.to_owned()));
    config.governance = Some(Governance {
        token_name: "Everfloor Vote".into(),
        token_symbol: "EVOTE".into(),
        supply: "1000000".into(),
        holders: BTreeMap::from(holders),
        voting_delay: DAY,
        voting_period: 3 * DAY,
        vote_extension: DAY,
        quorum_percent: 4,
        proposal_threshold: "10000".into(),
        timelock_delay: 2 * DAY,
        guardian: Some(accounts[GUARDIAN].address()),
    });
    config
}

/// What was built and compiled; none, loudly, if something is missing.
fn built(config: &Config) -> Option<Built> {
    let loaded = Built::load(&programs::default_folder(), &governance::default_folder(), config);
    if let Err(error) = &loaded {
        eprintln!("SKIPPED, NOTHING WAS TESTED: {error:#}");
    }
    loaded.ok()
}

impl World {
    async fn new(name: &str, products: fn(Config) -> Config) -> Option<Self> {
        let chain = Chain::new(ChainConfig { clock: Clock::Steps(1), ..ChainConfig::default() });
        let keys = chain.accounts().into_iter();
        let signer = |(_, key): (Address, B256)| Account::new(PrivateKeySigner::from_bytes(&key).unwrap());
        let accounts: Vec<Account> = keys.map(signer).collect();
        let config = governed(&accounts, products);
        let built = built(&config)?;
        let folder = std::env::temp_dir().join(format!("everfloor-governance-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let node = rpc::serve(chain, "127.0.0.1:0").unwrap();
        let client = Client::connect(&node.url()).await.unwrap();
        Some(Self { node, client, config, built, accounts, folder })
    }

    /// The perpetuals, deployed, handed over, and every holder's votes counting.
    pub async fn governed(name: &str) -> Option<Self> {
        Self::voting(name, Config::only_perps).await
    }

    /// All products, likewise.
    pub async fn whole(name: &str) -> Option<Self> {
        Self::voting(name, |all| all).await
    }

    async fn voting(name: &str, products: fn(Config) -> Config) -> Option<Self> {
        let mut world = Self::new(name, products).await?;
        world.deploy(&mut |_| ()).await.unwrap();
        let token = world.contracts().token;
        for who in [MANY, SOME, FEW] {
            let delegatee = world.address(who);
            world.done(who, &Call::new(token, &VoteToken::delegateCall { delegatee })).await;
        }
        Some(world)
    }

    /// The perpetuals, deployed up to the moment between the handover's scheduling and its execution, when the deployer has nothing
    /// to pay with.
    pub async fn interrupted(name: &str) -> Option<Self> {
        let mut world = Self::new(name, Config::only_perps).await?;
        let file = world.folder.join("book.json");
        let Self { node, client, config, built, accounts, .. } = &mut world;
        let account = &mut accounts[DEPLOYER];
        let (deployer, balance) = (account.address(), U256::from(10).pow(U256::from(20)));
        let mut poor = |report: &Report| {
            if report.name == "handover scheduled" {
                node.with_chain(|chain| chain.set_balance(deployer, U256::ZERO));
            }
        };
        let cut = apply::deploy(client, account, config, built, &file, &mut poor).await;
        let error = format!("{:#}", cut.unwrap_err());
        assert!(error.contains("step: handover"), "{error}");
        node.with_chain(|chain| chain.set_balance(deployer, balance));
        client.synchronise(account).await.unwrap();
        Some(world)
    }

    /// The execution of the only operation that was scheduled, as anybody can read it from its events.
    pub async fn handover(&self) -> Call {
        let timelock = self.contracts().timelock;
        let filter = Filter::new().address(timelock).from_block(0);
        let logs = self.client.provider().get_logs(&filter).await.unwrap();
        let calls = logs.iter().filter_map(|log| CallScheduled::decode_log(&log.inner).ok());
        let calls: Vec<_> = calls.map(|log| log.data).collect();
        let execute = TimelockController::executeBatchCall {
            targets: calls.iter().map(|call| call.target).collect(),
            values: calls.iter().map(|call| call.value).collect(),
            payloads: calls.iter().map(|call| call.data.clone()).collect(),
            predecessor: B256::ZERO,
            salt: B256::ZERO,
        };
        Call::new(timelock, &execute)
    }

    /// What the deploy tool does.
    pub async fn deploy(&mut self, progress: &mut dyn FnMut(&Report)) -> Result<Book> {
        let file = self.folder.join("book.json");
        let account = &mut self.accounts[DEPLOYER];
        apply::deploy(&self.client, account, &self.config, &self.built, &file, progress).await
    }

    pub fn book(&self) -> Book {
        Book::read(&self.folder.join("book.json")).unwrap()
    }

    pub fn contracts(&self) -> Contracts {
        Contracts::of(&self.book()).unwrap()
    }

    pub fn contract(&self, name: &str) -> Address {
        self.book().contract(name).unwrap()
    }

    pub fn address(&self, who: usize) -> Address {
        self.accounts[who].address()
    }

    pub fn pass(&self, seconds: u32) {
        self.node.with_chain(|chain| chain.warp(u64::from(seconds)));
    }

    pub async fn done(&mut self, who: usize, call: &Call) {
        self.client.send(&mut self.accounts[who], call).await.unwrap();
    }

    /// A call that must be refused with this error.
    pub async fn refused(&mut self, who: usize, call: &Call, error: &str) -> String {
        let told = self.client.send(&mut self.accounts[who], call).await.unwrap_err().to_string();
        assert!(told.contains(&format!("{error} {{")) || told.ends_with(error), "wanted {error}: {told}");
        told
    }

    pub async fn view<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        self.client.view(to, &call).await.unwrap()
    }

    /// A proposal of the smallest holder's, and the moment at which voting begins.
    pub async fn proposed(&mut self, actions: Vec<Action>, why: &str) -> Proposal {
        let governor = self.contracts().governor;
        let proposal = Proposal::new(actions, why).unwrap();
        self.done(FEW, &proposal.propose(governor)).await;
        self.pass(DAY + 1);
        proposal
    }

    /// The same, voted for by the largest holder and queued.
    pub async fn queued(&mut self, actions: Vec<Action>, why: &str) -> Proposal {
        let governor = self.contracts().governor;
        let proposal = self.proposed(actions, why).await;
        self.done(MANY, &proposal.vote(governor, Vote::For)).await;
        self.pass(3 * DAY);
        self.done(STRANGER, &proposal.queue(governor)).await;
        proposal
    }

    /// The same, executed, by anybody.
    pub async fn carried(&mut self, actions: Vec<Action>, why: &str) -> Proposal {
        let governor = self.contracts().governor;
        let proposal = self.queued(actions, why).await;
        self.pass(2 * DAY);
        self.done(STRANGER, &proposal.execute(governor)).await;
        proposal
    }

    /// Somebody's transaction without a key, which has to succeed.
    pub fn act<C: SolCall>(&self, from: Address, to: Address, call: &C) -> C::Return {
        let (to, data) = (Some(to), call.abi_encode().into());
        let receipt = self.carry(TxRequest { from, to, data, ..TxRequest::default() });
        C::abi_decode_returns(&receipt.output).unwrap()
    }

    /// The same, whatever it is.
    pub fn carry(&self, request: TxRequest) -> Receipt {
        let asked = format!("{:?} {}", request.to, request.data);
        let receipt = self.node.with_chain(|chain| {
            chain.set_balance(request.from, U256::from(10).pow(U256::from(20)));
            chain.send(request).unwrap()
        });
        assert!(receipt.success, "{}: {asked}", Refusal::decode(&receipt.output));
        receipt
    }
}
