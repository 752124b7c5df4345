//! A chain in this process, programs and contracts on it, and the one way in which anybody does anything there: a
//! transaction in a block. What the stages of long replays have in common.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256, Bytes, Log, U256, keccak256},
    sol_types::{SolCall, SolEvent, SolValue},
};
use anyhow::{Context, Result, ensure};
use devnet::{
    CallRequest, Chain, Clock, Config, TxRequest,
    deploy::{Packed, STYLUS_DEPLOYER, init_code},
};

use crate::{
    bindings::{ARB_WASM, ArbWasm, StylusDeployer, stylus_constructorCall},
    book::{Book, Entry},
    errors::Refusal,
    programs,
};

/// A system on a chain of its own that nobody has used yet: to be served as a node, say.
#[derive(Debug)]
pub struct Deployed {
    /// The chain. Its time stands still unless somebody moves it.
    pub chain: Chain,
    /// Where everything is.
    pub book: Book,
    /// Governs everything, makes tokens, posts prices.
    pub owner: Address,
}

/// One, in 18 decimals.
pub(crate) const WAD: u128 = 1_000_000_000_000_000_000;
/// Gas money of everybody.
const GAS_MONEY: u128 = 1_000 * WAD;
/// Most gas of a view: a node of one's own has no limit to speak of.
const VIEW_GAS: u64 = 1_000_000_000;

/// What a transaction answered, with its logs; or why it was refused.
pub(crate) type Sent<T> = std::result::Result<(T, Vec<Log>), Refusal>;

/// The chain.
pub(crate) struct Local {
    chain: Chain,
    folder: PathBuf,
    programs: BTreeMap<&'static str, Address>,
    /// Hashes of the codes that were deployed.
    codes: BTreeSet<B256>,
    /// Transactions sent, and the gas they used.
    pub transactions: u64,
    /// See above.
    pub gas: u128,
}

impl Local {
    /// A chain that begins at a time, for the built programs of a folder.
    pub fn new(folder: &Path, genesis_time: u64) -> Self {
        let chain = Chain::new(Config { genesis_time, clock: Clock::Steps(0), ..Config::default() });
        let (programs, codes) = (BTreeMap::new(), BTreeSet::new());
        Self { chain, folder: folder.to_owned(), programs, codes, transactions: 0, gas: 0 }
    }

    // ---- programs ----

    /// The code of a program that is about to be deployed.
    fn code(&mut self, name: &str) -> Result<Vec<u8>> {
        let Packed { code, .. } = programs::read(&self.folder, name)?;
        self.codes.insert(keccak256(&code));
        Ok(code)
    }

    fn deployer(&self) -> Result<Address> {
        Ok(self.chain.accounts().first().context("a chain without accounts")?.0)
    }

    /// Deploys a program.
    pub fn program(&mut self, name: &str) -> Result<Address> {
        let (code, deployer) = (self.code(name)?, self.deployer()?);
        let at = self.chain.deploy_code(deployer, &code).map_err(broken).context(name.to_owned())?;
        self.cache(at).context(name.to_owned())?;
        Ok(at)
    }

    /// Deploys programs that others point to, and remembers where they are.
    pub fn point_to(&mut self, names: impl IntoIterator<Item = &'static str>) -> Result<()> {
        for name in names {
            let at = self.program(name)?;
            self.programs.insert(name, at);
        }
        Ok(())
    }

    /// Where such a program is.
    pub fn at(&self, name: &str) -> Result<Address> {
        self.programs.get(name).copied().with_context(|| format!("{name} is not deployed"))
    }

    /// Keeps a program ready.
    pub fn cache(&mut self, at: Address) -> Result<()> {
        self.chain.cache_program(at).map_err(broken)
    }

    /// Creates a proxy of a program, initialised in the same transaction.
    pub fn proxy(&mut self, name: &str, init: Vec<u8>) -> Result<Address> {
        let arguments = (self.at(name)?, Bytes::from(init)).abi_encode_params();
        self.construct(programs::PROXY, &arguments).with_context(|| format!("the proxy of {name}"))
    }

    /// Creates a program that has a constructor, and calls it, in one transaction.
    pub fn construct(&mut self, name: &str, arguments: &[u8]) -> Result<Address> {
        let init = [&stylus_constructorCall::SELECTOR[..], arguments].concat();
        let call = StylusDeployer::deployCall {
            bytecode: init_code(&self.code(name)?),
            initData: init.into(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let request = TxRequest {
            from: self.deployer()?,
            to: Some(STYLUS_DEPLOYER),
            // More than activation costs; the deployer returns what it does not need.
            value: U256::from(WAD),
            data: call.abi_encode().into(),
            ..TxRequest::default()
        };
        let receipt = self.chain.send(request).map_err(broken)?;
        ensure!(receipt.success, "{}", Refusal::decode(&receipt.output));
        let created =
            receipt.logs.iter().find_map(|log| StylusDeployer::ContractDeployed::decode_log(log).ok());
        Ok(created.context("the deployer named nothing")?.deployedContract)
    }

    /// Prolongs the life of every program: the chain forgets one that nobody has prolonged or activated for a year.
    pub fn keep_alive(&mut self) -> Result<()> {
        for codehash in self.codes.clone() {
            let request = TxRequest {
                from: self.deployer()?,
                to: Some(ARB_WASM),
                // More than it costs; the chain returns what it does not need.
                value: U256::from(WAD),
                data: ArbWasm::codehashKeepaliveCall { codehash }.abi_encode().into(),
                ..TxRequest::default()
            };
            let receipt = self.chain.send(request).map_err(broken)?;
            ensure!(receipt.success, "{codehash} was not kept alive: {}", Refusal::decode(&receipt.output));
        }
        Ok(())
    }

    /// Gives the chain away, with the addresses of these contracts and of the programs behind them.
    pub fn give_away(self, owner: Address, contracts: &[(&str, Address)]) -> Deployed {
        let entry = |address: Address| Entry { address, code_hash: keccak256(self.chain.code(address)) };
        let book = Book {
            network: "devnet".into(),
            chain_id: self.chain.chain_id(),
            programs: self.programs.iter().map(|(name, at)| ((*name).to_owned(), entry(*at))).collect(),
            contracts: contracts.iter().map(|(name, at)| ((*name).to_owned(), entry(*at))).collect(),
            ..Book::default()
        };
        Deployed { chain: self.chain, book, owner }
    }

    // ---- doing ----

    /// Gives an account gas money.
    pub fn equip(&mut self, who: Address) {
        self.chain.set_balance(who, U256::from(GAS_MONEY));
    }

    /// Sends a transaction; a refusal is an answer.
    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<Sent<C::Return>> {
        let request =
            TxRequest { from, to: Some(to), data: call.abi_encode().into(), ..TxRequest::default() };
        let receipt = self.chain.send(request).map_err(broken)?;
        self.transactions += 1;
        self.gas += u128::from(receipt.gas_used);
        if !receipt.success {
            let why = receipt.error.unwrap_or_default();
            ensure!(why.starts_with("execution reverted"), "{} did not revert: {why}", C::SIGNATURE);
            return Ok(Err(Refusal::decode(&receipt.output)));
        }
        Ok(Ok((C::abi_decode_returns(&receipt.output)?, receipt.logs)))
    }

    /// The time of the next block.
    pub fn now(&self) -> u64 {
        self.chain.next_timestamp()
    }

    /// Lets time pass up to a moment.
    pub fn be_at(&mut self, time: u64) -> Result<()> {
        let now = self.now();
        self.chain.warp(time.checked_sub(now).with_context(|| format!("time {time} is past: it is {now}"))?);
        Ok(())
    }

    /// What a contract would answer somebody.
    pub fn ask<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<C::Return> {
        let request = CallRequest {
            from,
            to: Some(to),
            data: call.abi_encode().into(),
            gas: Some(VIEW_GAS),
            ..CallRequest::default()
        };
        let outcome = self.chain.call_with(&request).map_err(broken)?;
        ensure!(outcome.success, "{}: {}", C::SIGNATURE, Refusal::decode(&outcome.output));
        Ok(C::abi_decode_returns(&outcome.output)?)
    }
}

/// A stage on such a chain: how anybody acts there. What it notes of a transaction is its own.
pub(crate) trait Acts {
    /// Sends a transaction, and notes what it did; a refusal is an answer.
    fn send<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<std::result::Result<C::Return, Refusal>>;

    /// Refusals that are part of the game, by name.
    fn refusals(&mut self) -> &mut BTreeMap<String, u64>;

    /// Counts a refusal.
    fn refused(&mut self, name: &str) {
        *self.refusals().entry(name.to_owned()).or_default() += 1;
    }

    /// Sends a transaction that has to succeed.
    fn must<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<C::Return> {
        let sent = self.send(from, to, call)?;
        sent.map_err(|refusal| anyhow::anyhow!("{} was refused: {refusal}", C::SIGNATURE))
    }

    /// Sends a transaction that may be refused with one of these errors; any other ends the replay.
    fn may<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
        tolerated: &[&str],
    ) -> Result<Option<C::Return>> {
        match self.send(from, to, call)? {
            Ok(done) => Ok(Some(done)),
            Err(refusal) => {
                let known = tolerated.contains(&refusal.name.as_str());
                ensure!(known, "{} was refused: {refusal}", C::SIGNATURE);
                self.refused(&refusal.name);
                Ok(None)
            }
        }
    }
}

fn broken(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
