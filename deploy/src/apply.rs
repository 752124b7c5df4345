//! From nothing to a wired market, step by step.
//!
//! Every step has a name, looks whether it is done (by the address book and the chain), does it if not, and reads back
//! what it did. A step that fails names itself, and the next run goes on from there. Contracts behind proxies, and all
//! others that are initialised, are created and initialised in one transaction.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{Address, B256, Bytes, U256, address},
    providers::Provider,
    rpc::types::TransactionReceipt,
    sol_types::{SolCall, SolEvent, SolValue},
};
use anyhow::{Context, Result, ensure};

use crate::{
    bindings::{
        ARB_WASM, ARB_WASM_CACHE, ArbWasm, ArbWasmCache, ClearingHouse, Erc1967Proxy, InsuranceFund,
        PostedAggregator, PriceFeed, StylusDeployer, stylus_constructorCall,
    },
    book::{Book, Entry},
    client::{Account, Call, Client},
    config::{Config, DOLLAR},
    programs::{AGGREGATOR, IMPLEMENTATIONS, PROXY, Program, TEST_DOLLAR, parts},
};

/// Where StylusDeployer is on Arbitrum's chains and on devnet.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// Wei sent with what activates a program; the chain takes its data fee and gives the rest back.
const ACTIVATION_VALUE: U256 = U256::from_limbs([10_000_000_000_000_000, 0, 0, 0]);

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Sent and read back; gas of its transactions.
    Done(u64),
    /// There already.
    Kept,
    /// Left out, and why.
    Skipped(&'static str),
}

/// A step that has been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
}

/// A deployment under way.
pub struct Deployer<'a> {
    pub(crate) client: &'a Client,
    pub(crate) account: &'a mut Account,
    config: &'a Config,
    pub(crate) book: Book,
    file: PathBuf,
    programs: &'a [Program],
    progress: &'a mut dyn FnMut(&Step),
}

/// Deploys and wires what the book does not have yet; answers the book, with every wire read back.
pub async fn deploy(
    client: &Client,
    account: &mut Account,
    config: &Config,
    programs: &[Program],
    file: &Path,
    progress: &mut dyn FnMut(&Step),
) -> Result<Book> {
    let mut deployer = Deployer::open(client, account, config, programs, file, progress).await?;
    deployer.run().await?;
    crate::verify::verify(client, config, &deployer.book).await.context("verification")?;
    Ok(deployer.book)
}

/// The programs a configuration needs.
pub fn needed(config: &Config) -> Vec<&'static str> {
    let mut names = IMPLEMENTATIONS.to_vec();
    names.push(PROXY);
    if config.collateral.is_none() {
        names.push(TEST_DOLLAR);
    }
    if config.oracle.source.is_none() {
        names.push(AGGREGATOR);
    }
    names
}

impl<'a> Deployer<'a> {
    /// Checks the configuration and the node's chain, and opens the book.
    pub(crate) async fn open(
        client: &'a Client,
        account: &'a mut Account,
        config: &'a Config,
        programs: &'a [Program],
        file: &Path,
        progress: &'a mut dyn FnMut(&Step),
    ) -> Result<Self> {
        config.check()?;
        ensure!(
            client.chain_id() == config.chain_id,
            "the node is of chain {}, the configuration of chain {}",
            client.chain_id(),
            config.chain_id
        );
        client.synchronise(account).await?;
        let book = Book::open(file, &config.network, config.chain_id)?;
        Ok(Self { client, account, config, book, file: file.to_path_buf(), programs, progress })
    }
}

impl Deployer<'_> {
    async fn run(&mut self) -> Result<()> {
        for name in IMPLEMENTATIONS {
            self.program(name).await.with_context(|| format!("step: program {name}"))?;
        }
        let token = self.collateral().await?;
        let source = self.price_source().await?;
        let settings = self.config.oracle.settings(source)?;
        let owner = self.account.address();
        let feed = PriceFeed::initializeCall { owner, settings }.abi_encode();
        let feed = self.proxy("PriceFeed", "price-feed", feed).await?;
        let fund = InsuranceFund::initializeCall { owner, quoteToken: token }.abi_encode();
        let fund = self.proxy("InsuranceFund", "insurance-fund", fund).await?;
        let house = ClearingHouse::initializeCall { owner, programs: parts(&self.book)? };
        let house = self.proxy("ClearingHouse", "clearing-house", house.abi_encode()).await?;
        self.wire_fund(fund, house).await?;
        self.wire_collateral(house, token, fund).await?;
        self.wire_guardian(house).await?;
        self.wire_council(house).await?;
        self.market(house, feed, fund).await
    }

    // ---- programs ----

    async fn program(&mut self, name: &'static str) -> Result<()> {
        let step = format!("program {name}");
        if let Some(entry) = self.book.programs.get(name).copied()
            && self.stands(entry).await?
        {
            self.tell(step, Outcome::Kept);
            return Ok(());
        }
        let (address, gas) = self.create_and_activate(name).await?;
        let entry = self.entry(address).await?;
        self.book.programs.insert(name.to_owned(), entry);
        self.done(step, gas)
    }

    /// Creates a program that needs no initialising, and activates it.
    async fn create_and_activate(&mut self, name: &str) -> Result<(Address, u64)> {
        let program = self.built(name)?.clone();
        let receipt = self.send(&Call::create(program.init_code)).await?;
        let mut gas = receipt.gas_used;
        let address = receipt.contract_address.context("nothing was created")?;
        let version = ArbWasm::programVersionCall { program: address };
        if self.client.view(ARB_WASM, &version).await.is_err() {
            let activate = ArbWasm::activateProgramCall { program: address };
            let call = Call::new(ARB_WASM, &activate).with_value(ACTIVATION_VALUE);
            gas = gas.saturating_add(self.send(&call).await?.gas_used);
            self.client.view(ARB_WASM, &version).await.context("it was activated and is not active")?;
        }
        self.cache(address, program.code_hash).await?;
        Ok((address, gas))
    }

    /// Asks for caching where we may: it makes every call of the program cheaper.
    async fn cache(&mut self, program: Address, codehash: B256) -> Result<()> {
        let manager = ArbWasmCache::isCacheManagerCall { manager: self.account.address() };
        if !self.client.view(ARB_WASM_CACHE, &manager).await.unwrap_or(false) {
            return Ok(());
        }
        let cached = ArbWasmCache::codehashIsCachedCall { codehash };
        if !self.client.view(ARB_WASM_CACHE, &cached).await? {
            self.send(&Call::new(ARB_WASM_CACHE, &ArbWasmCache::cacheProgramCall { program })).await?;
        }
        Ok(())
    }

    /// Creates a program, activates it if need be, and calls it, in one transaction.
    async fn create_and_call(&mut self, name: &str, call: Vec<u8>) -> Result<(Address, u64)> {
        let program = self.built(name)?.clone();
        let deploy = StylusDeployer::deployCall {
            bytecode: program.init_code,
            initData: Bytes::from(call),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let call = Call::new(STYLUS_DEPLOYER, &deploy).with_value(ACTIVATION_VALUE);
        let receipt = self.send(&call).await?;
        let created = receipt
            .logs()
            .iter()
            .filter(|log| log.address() == STYLUS_DEPLOYER)
            .find_map(|log| StylusDeployer::ContractDeployed::decode_log(&log.inner).ok())
            .context("StylusDeployer tells of no contract")?;
        let address = created.data.deployedContract;
        self.cache(address, program.code_hash).await?;
        Ok((address, receipt.gas_used))
    }

    // ---- contracts ----

    /// A contract behind a proxy, initialised by the proxy's constructor.
    async fn proxy(&mut self, contract: &'static str, program: &str, initialise: Vec<u8>) -> Result<Address> {
        let implementation = self.book.program(program)?;
        let arguments = (implementation, Bytes::from(initialise)).abi_encode_params();
        let construct = [stylus_constructorCall::SELECTOR.as_slice(), &arguments].concat();
        let proxy = self.contract(contract, PROXY, construct).await?;
        let behind = self.client.view(proxy, &Erc1967Proxy::implementationCall {}).await?;
        ensure!(behind == implementation, "{contract} delegates to {behind}, not to {implementation}");
        Ok(proxy)
    }

    /// A contract created together with its first call.
    async fn contract(&mut self, contract: &'static str, program: &str, call: Vec<u8>) -> Result<Address> {
        let step = format!("contract {contract}");
        if let Some(address) = self.kept(contract, &step).await? {
            return Ok(address);
        }
        let made = self.create_and_call(program, call).await;
        let (address, gas) = made.with_context(|| format!("step: {step}"))?;
        self.note(contract, address, step, gas).await
    }

    async fn collateral(&mut self) -> Result<Address> {
        if let Some(token) = self.config.collateral {
            ensure!(self.client.has_code(token).await?, "collateral {token} is no contract");
            return Ok(token);
        }
        let step = "contract TestDollar".to_owned();
        if let Some(address) = self.kept("TestDollar", &step).await? {
            return Ok(address);
        }
        let made = self.create_and_activate(TEST_DOLLAR).await;
        let (address, gas) = made.with_context(|| format!("step: {step}"))?;
        self.note("TestDollar", address, step, gas).await
    }

    /// The posted aggregator with its first price, or the one configured.
    async fn price_source(&mut self) -> Result<Address> {
        let oracle = &self.config.oracle;
        if let Some(source) = oracle.source {
            ensure!(self.client.has_code(source).await?, "oracle source {source} is no contract");
            return Ok(source);
        }
        let (owner, answer) = (self.account.address(), oracle.first_answer()?);
        let initialise = PostedAggregator::initializeCall {
            owner,
            reporter: owner,
            decimals: oracle.decimals,
            maxDeviationPpm: oracle.max_step_ppm,
            description: oracle.description_word(),
        };
        let source = self.contract("PostedAggregator", AGGREGATOR, initialise.abi_encode()).await?;
        let posted = self.client.view(source, &PostedAggregator::latestRoundDataCall {}).await.is_ok();
        let post = Call::new(source, &PostedAggregator::postCall { answer });
        self.wire("first price", posted, post).await?;
        let reporter = oracle.reporter.unwrap_or(owner);
        let appointed = self.client.view(source, &PostedAggregator::reporterCall {}).await? == reporter;
        let appoint = Call::new(source, &PostedAggregator::setReporterCall { reporter });
        self.wire("reporter", appointed, appoint).await?;
        Ok(source)
    }

    // ---- wires ----

    async fn wire_fund(&mut self, fund: Address, house: Address) -> Result<()> {
        let wired = self.client.view(fund, &InsuranceFund::clearingHouseCall {}).await? == house;
        let call = Call::new(fund, &InsuranceFund::setClearingHouseCall { clearingHouse: house });
        self.wire("insurance fund -> clearing house", wired, call).await
    }

    async fn wire_collateral(&mut self, house: Address, token: Address, fund: Address) -> Result<()> {
        let wired = self.client.view(house, &ClearingHouse::quoteTokenCall {}).await? == token;
        let call = ClearingHouse::setCollateralCall { quoteToken: token, insuranceFund: fund };
        self.wire("clearing house -> collateral, insurance fund", wired, Call::new(house, &call)).await
    }

    async fn wire_guardian(&mut self, house: Address) -> Result<()> {
        let Some(guardian) = self.config.guardian else {
            self.tell("guardian".into(), Outcome::Skipped("none is configured"));
            return Ok(());
        };
        let wired = self.client.view(house, &ClearingHouse::guardianCall {}).await? == guardian;
        self.wire("guardian", wired, Call::new(house, &ClearingHouse::setGuardianCall { guardian })).await
    }

    async fn wire_council(&mut self, house: Address) -> Result<()> {
        let Some(council) = self.config.council else {
            self.tell("council".into(), Outcome::Skipped("none is configured"));
            return Ok(());
        };
        let wired = self.client.view(house, &ClearingHouse::councilCall {}).await? == council;
        self.wire("council", wired, Call::new(house, &ClearingHouse::setCouncilCall { council })).await
    }

    async fn market(&mut self, house: Address, feed: Address, fund: Address) -> Result<()> {
        let market = &self.config.market;
        let count = self.client.view(house, &ClearingHouse::marketCountCall {}).await?;
        let id = match self.book.markets.get(&market.symbol) {
            Some(id) => U256::from(*id),
            // One that was created and not yet written down is found again.
            None if !count.is_zero() => count,
            None => U256::from(1),
        };
        let reserve = market.reserve()?;
        let create = ClearingHouse::createMarketCall {
            feed,
            baseReserve: reserve,
            quoteReserve: reserve,
            peg: market.peg()?,
            params: market.params()?,
        };
        self.wire(&format!("market {}", market.symbol), id <= count, Call::new(house, &create)).await?;
        self.book.markets.insert(market.symbol.clone(), id.saturating_to());
        self.book.save(&self.file)?;
        let cap =
            alloy::primitives::utils::parse_units(&self.config.insurance.shared_cap, DOLLAR)?.get_absolute();
        let set = self.client.view(fund, &InsuranceFund::sharedCapCall { marketId: id }).await? == cap;
        let call = InsuranceFund::setSharedCapCall { marketId: id, cap };
        self.wire("market's share of the insurance", set, Call::new(fund, &call)).await
    }

    // ---- helpers ----

    pub(crate) async fn wire(&mut self, step: &str, done: bool, call: Call) -> Result<()> {
        if done {
            self.tell(step.to_owned(), Outcome::Kept);
            return Ok(());
        }
        let receipt = self.send(&call).await.with_context(|| format!("step: {step}"))?;
        self.tell(step.to_owned(), Outcome::Done(receipt.gas_used));
        Ok(())
    }

    pub(crate) async fn send(&mut self, call: &Call) -> Result<TransactionReceipt> {
        self.client.send(self.account, call).await
    }

    fn built(&self, name: &str) -> Result<&Program> {
        let built = self.programs.iter().find(|program| program.name == name);
        built.with_context(|| format!("program {name} was not loaded"))
    }

    pub(crate) async fn kept(&mut self, contract: &str, step: &str) -> Result<Option<Address>> {
        let Some(entry) = self.book.contracts.get(contract).copied() else { return Ok(None) };
        if !self.stands(entry).await? {
            return Ok(None);
        }
        self.tell(step.to_owned(), Outcome::Kept);
        Ok(Some(entry.address))
    }

    /// Whether what the book says is there. Code of another hash is somebody's mistake, not ours to overwrite.
    async fn stands(&self, entry: Entry) -> Result<bool> {
        let Entry { address, code_hash } = entry;
        let code = self.client.provider().get_code_at(address).await?;
        if code.is_empty() {
            return Ok(false);
        }
        let found = alloy::primitives::keccak256(&code);
        ensure!(found == code_hash, "{address} has code {found}, the address book says {code_hash}");
        Ok(true)
    }

    async fn entry(&self, address: Address) -> Result<Entry> {
        let code = self.client.provider().get_code_at(address).await?;
        ensure!(!code.is_empty(), "{address} has no code");
        Ok(Entry { address, code_hash: alloy::primitives::keccak256(&code) })
    }

    pub(crate) async fn note(
        &mut self,
        contract: &str,
        address: Address,
        step: String,
        gas: u64,
    ) -> Result<Address> {
        let entry = self.entry(address).await?;
        self.book.contracts.insert(contract.to_owned(), entry);
        self.done(step, gas)?;
        Ok(address)
    }

    fn done(&mut self, step: String, gas: u64) -> Result<()> {
        self.book.save(&self.file)?;
        self.tell(step, Outcome::Done(gas));
        Ok(())
    }

    pub(crate) fn tell(&mut self, name: String, outcome: Outcome) {
        (self.progress)(&Step { name, outcome });
    }
}
