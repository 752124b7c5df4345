//! The optimised programs on the local chain.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, OnceLock},
};

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolEvent, SolValue, sol};
use devnet::{
    Chain, ChainError, Clock, Config, TxRequest,
    deploy::{Packed, STYLUS_DEPLOYER, init_code},
};
use everfloor_host::{Log, Revert};

use crate::{
    Backend, PutSystem, System,
    backend::{LedgerMode, Owned, Program, Sent, Storage, TokenMode},
};

sol! {
    event ContractDeployed(address deployedContract);
    function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    function stylus_constructor() external;
    function setMode(uint8 mode) external;
    function setReentry(address target, bytes data) external;
}

/// The local chain with all programs on it, activated and cached.
#[derive(Clone)]
pub struct Wasm {
    chain: Chain,
    deployer: Address,
    programs: HashMap<&'static str, Address>,
    proxy: Bytes,
    stubs: u64,
}

/// Init code of the Solidity contracts of the tests, compiled and committed (`test/solidity`).
pub mod solidity {
    /// The token whose behaviour can be changed.
    pub const HOSTILE_TOKEN: &str = include_str!("../solidity/HostileToken.hex");
    /// Its source.
    pub const HOSTILE_TOKEN_SOURCE: &str = include_str!("../solidity/HostileToken.sol");
    /// The collection whose behaviour can be changed.
    pub const HOSTILE_NFT: &str = include_str!("../solidity/HostileNft.hex");
    /// The contract that is asked to raise money against deficits.
    pub const DEFICIT_LEDGER: &str = include_str!("../solidity/DeficitLedger.hex");
    /// Prices that are told.
    pub const FLOOR_PRICES: &str = include_str!("../solidity/FloorPrices.hex");
    /// Somebody who takes or borrows NFTs and is called back.
    pub const FLOOR_TAKER: &str = include_str!("../solidity/FloorTaker.hex");
    /// Wrapped ether.
    pub const WETH: &str = include_str!("../solidity/Weth.hex");
    /// The market whose answers to an order book can be changed.
    pub const VENUE_MARKET: &str = include_str!("../solidity/VenueMarket.hex");
}

/// The code that an account holds for a built program.
pub fn code(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/wasm").join(format!("{name}.wasm"));
    let read = Packed::read(&path).unwrap_or_else(|error| {
        panic!("the program {name} is not built ({error}): run `./ev build` (or `cargo xtask build`) first")
    });
    read.code
}

impl Wasm {
    fn with_programs() -> Self {
        let ours = Program::ALL.map(Program::name);
        Self::with(&[&ours[..], &["test-dollar", "test-token", "erc1967-proxy"]].concat())
    }

    /// The chain with these programs on it, the proxy's among them.
    pub fn with(names: &[&'static str]) -> Self {
        // Time stands still between blocks unless a test lets it pass, as on the native host.
        let mut chain = Chain::new(Config { clock: Clock::Steps(0), ..Config::default() });
        let deployer = chain.accounts()[0].0;
        let mut programs = HashMap::new();
        for &name in names {
            let at = ok(chain.deploy_code(deployer, &code(name)));
            ok(chain.cache_program(at));
            programs.insert(name, at);
        }
        let proxy = init_code(&code("erc1967-proxy"));
        Self { chain, deployer, programs, proxy, stubs: 0 }
    }

    /// Where a program's code lies that is on the chain.
    pub fn named(&self, name: &str) -> Address {
        self.programs[name]
    }

    /// All programs that are on the chain, and where.
    pub fn programs(&self) -> impl Iterator<Item = (&'static str, Address)> {
        self.programs.iter().map(|(name, at)| (*name, *at))
    }

    /// Another copy of a program, as an upgrade brings one.
    pub fn another_named(&mut self, name: &str) -> Address {
        let at = ok(self.chain.deploy_code(self.deployer, &code(name)));
        ok(self.chain.cache_program(at));
        at
    }

    /// The chain, for what only it can do.
    pub fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    /// Creates a program that has a constructor, and calls it, in one transaction.
    fn construct(&mut self, bytecode: Bytes, arguments: &[u8]) -> Result<Address, Revert> {
        // More than activation costs; the deployer returns what it does not need.
        const PLENTY: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
        // The constructor's selector does not depend on its arguments.
        let init_data = [&stylus_constructorCall::SELECTOR[..], arguments].concat();
        let call =
            deployCall { bytecode, initData: init_data.into(), initValue: U256::ZERO, salt: B256::ZERO };
        let sent = self.send(self.deployer, STYLUS_DEPLOYER, PLENTY, call.abi_encode())?;
        let mut created = sent
            .logs
            .iter()
            .filter_map(|log| ContractDeployed::decode_raw_log(log.topics.iter().copied(), &log.data).ok());
        Ok(created.next().expect("StylusDeployer names what it created").deployedContract)
    }

    /// Tells a contract that misbehaves how.
    fn order(&mut self, contract: Address, call: impl SolCall) {
        self.send(self.deployer, contract, U256::ZERO, call.abi_encode())
            .expect("it takes orders from anybody");
    }

    /// Runs the init code of a Solidity contract.
    pub fn create(&mut self, init_code: Vec<u8>) -> Address {
        ok(self.chain.deploy_evm(self.deployer, init_code))
    }

    /// A program of this name whose constructor takes one address.
    pub fn constructed_for(&mut self, name: &str, address: Address) -> Address {
        let argument = address.into_word();
        let at = self.construct(init_code(&code(name)), argument.as_slice()).expect("it takes it");
        ok(self.chain.cache_program(at));
        at
    }
}

fn ok<T>(result: Result<T, ChainError>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn log(log: &alloy_primitives::Log) -> Log {
    Log { address: log.address, topics: log.topics().to_vec(), data: log.data.data.to_vec() }
}

impl Backend for Wasm {
    fn system() -> System<Self> {
        // Deployed once; every test gets a copy of the chain, and all share the compiled programs.
        static DEPLOYED: OnceLock<Mutex<System<Wasm>>> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| Mutex::new(System::deploy(Self::with_programs())));
        deployed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn puts() -> PutSystem<Self> {
        static DEPLOYED: OnceLock<Mutex<PutSystem<Wasm>>> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| Mutex::new(PutSystem::deploy(Self::with_programs())));
        deployed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn program(&self, program: Program) -> Address {
        self.programs[program.name()]
    }

    fn another(&mut self, program: Program) -> Address {
        self.another_named(program.name())
    }

    fn proxy(&mut self, implementation: Address, init: Vec<u8>) -> Result<Address, Revert> {
        let arguments = (implementation, Bytes::from(init)).abi_encode_params();
        self.construct(self.proxy.clone(), &arguments)
    }

    fn aggregator(&mut self) -> Address {
        ok(self.chain.deploy_code(self.deployer, &code(Program::Aggregator.name())))
    }

    fn dollar(&mut self) -> Address {
        self.programs["test-dollar"]
    }

    fn token(&mut self) -> Address {
        ok(self.chain.deploy_code(self.deployer, &code("test-token")))
    }

    fn owned(&mut self, kind: Owned, owner: Address) -> Address {
        let name = match kind {
            Owned::Positions => "writer-position",
            Owned::Synthetic => "dpx-eth",
        };
        self.constructed_for(name, owner)
    }

    fn hostile_token(&mut self) -> Address {
        let code = hex::decode(solidity::HOSTILE_TOKEN.trim()).expect("committed bytecode is hex");
        self.create(code)
    }

    fn set_token_mode(&mut self, token: Address, mode: TokenMode) {
        let number = match &mode {
            TokenMode::Good => 0,
            TokenMode::ReturnsNothing => 1,
            TokenMode::ReturnsFalse => 2,
            TokenMode::MovesAndReturnsFalse => 3,
            TokenMode::Reverts => 4,
            TokenMode::TakesFee => 5,
            TokenMode::Reenters { .. } => 6,
        };
        if let TokenMode::Reenters { target, calldata } = mode {
            self.order(token, setReentryCall { target, data: calldata.into() });
        }
        self.order(token, setModeCall { mode: number });
    }

    fn deficit_ledger(&mut self) -> Address {
        let code = hex::decode(solidity::DEFICIT_LEDGER.trim()).expect("committed bytecode is hex");
        self.create(code)
    }

    fn set_ledger_mode(&mut self, ledger: Address, mode: LedgerMode) {
        let number = match &mode {
            LedgerMode::TakesOn => 0,
            LedgerMode::SaysNothing => 1,
            LedgerMode::SaysSomethingElse => 2,
            LedgerMode::Reverts => 3,
            LedgerMode::Reenters { .. } => 4,
        };
        if let LedgerMode::Reenters { target, calldata } = mode {
            self.order(ledger, setReentryCall { target, data: calldata.into() });
        }
        self.order(ledger, setModeCall { mode: number });
    }

    fn stub(&mut self, answer: Result<Vec<u8>, Vec<u8>>) -> Address {
        self.stubs += 1;
        let at = crate::account(&format!("stub {}", self.stubs));
        self.restub(at, answer);
        at
    }

    fn restub(&mut self, stub: Address, answer: Result<Vec<u8>, Vec<u8>>) {
        let (bytes, end) = match &answer {
            Ok(bytes) => (bytes, 0xf3),
            Err(bytes) => (bytes, 0xfd),
        };
        let length = u16::try_from(bytes.len()).expect("a short answer").to_be_bytes();
        // PUSH2 length, PUSH1 15, PUSH1 0, CODECOPY, PUSH2 length, PUSH1 0, RETURN or REVERT, STOP, then the bytes.
        let mut code = vec![0x61, length[0], length[1], 0x60, 0x0f, 0x60, 0x00, 0x39];
        code.extend([0x61, length[0], length[1], 0x60, 0x00, end, 0x00]);
        code.extend(bytes);
        self.chain.set_code(stub, code.into());
    }

    fn call(&self, from: Address, to: Address, data: Vec<u8>) -> Result<Vec<u8>, Revert> {
        let outcome = self.chain.call(from, to, data);
        if outcome.success { Ok(outcome.output.to_vec()) } else { Err(Revert(outcome.output.to_vec())) }
    }

    fn send(&mut self, from: Address, to: Address, value: U256, data: Vec<u8>) -> Result<Sent, Revert> {
        let enough = U256::from(10).pow(U256::from(18));
        if self.chain.balance(from) < enough {
            self.chain.set_balance(from, enough.saturating_add(value));
        }
        let request = TxRequest { from, to: Some(to), value, data: data.into(), ..TxRequest::default() };
        let receipt = ok(self.chain.send(request));
        if !receipt.success {
            let why = receipt.error.unwrap_or_default();
            assert!(why.starts_with("execution reverted"), "not a revert but: {why}");
            return Err(Revert(receipt.output.to_vec()));
        }
        let logs = receipt.logs.iter().map(log).collect();
        Ok(Sent { output: receipt.output.to_vec(), logs, gas: receipt.gas_used })
    }

    fn now(&self) -> u64 {
        self.chain.next_timestamp()
    }

    fn warp(&mut self, seconds: u64) {
        self.chain.warp(seconds);
    }

    fn storage(&self, contracts: &[Address]) -> Storage {
        let dump: serde_json::Value =
            serde_json::from_slice(&ok(self.chain.dump())).expect("a saved chain is JSON");
        let accounts = dump["accounts"].as_object().expect("a saved chain has accounts");
        let mut found = Storage::new();
        for (address, account) in accounts {
            let address: Address = address.parse().expect("an address");
            if contracts.contains(&address) {
                let words = account["storage"].as_object().into_iter().flatten();
                found.insert(
                    address,
                    words
                        .map(|(key, value)| (word(key), word(value.as_str().unwrap_or("0")).into()))
                        .collect(),
                );
            }
        }
        found
    }

    fn value_of(&self, account: Address) -> U256 {
        self.chain.balance(account)
    }

    fn give_value(&mut self, account: Address, wei: U256) {
        self.chain.set_balance(account, wei);
    }
}

fn word(text: &str) -> U256 {
    text.parse().expect("a word of storage")
}
