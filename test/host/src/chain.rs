//! The chain as a test holds it.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use alloy_primitives::{Address, B256, Signature, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, sol};
use stylus_sdk::{
    ArbResult,
    abi::{Router, router_entrypoint},
    call::RawCall,
    host::VM,
    storage::StorageType,
    stylus_core::{
        ValueDenier,
        host::{CalldataAccess, StorageAccess},
        storage::TopLevelStorage,
    },
};

use crate::{
    Log, Program, Revert,
    frame::{Message, run},
    ledger::Answer,
    nft,
    token::Token,
    weth::Weth,
    world::{ARB_SYS, Account, Code, ECRECOVER, IMPLEMENTATION_SLOT, World},
};

sol! {
    function arbBlockNumber() external view returns (uint256);
}

/// A chain of native contracts. Clones are the same chain.
#[derive(Clone)]
pub struct TestChain {
    world: Rc<RefCell<World>>,
}

/// A state to come back to.
pub struct Snapshot {
    accounts: std::collections::HashMap<Address, Account>,
    logs: usize,
    timestamp: u64,
    l2_block: u64,
}

impl Default for TestChain {
    fn default() -> Self {
        Self::new()
    }
}

impl TestChain {
    /// An empty chain with ArbSys and the precompile that recovers signers.
    pub fn new() -> Self {
        let chain = Self { world: Rc::new(RefCell::new(World::new())) };
        let world = Rc::downgrade(&chain.world);
        chain.deploy_handler(ARB_SYS, move |input, _vm| match (world.upgrade(), input.get(..4)) {
            (Some(world), Some(selector)) if selector == arbBlockNumberCall::SELECTOR => {
                Ok(U256::from(world.borrow().l2_block).to_be_bytes::<32>().to_vec())
            }
            _ => Err(Vec::new()),
        });
        chain.deploy_handler(ECRECOVER, |input, _vm| Ok(ecrecover(input)));
        chain
    }

    /// The address of a named account.
    pub fn account(name: &str) -> Address {
        Address::from_slice(&keccak256(name)[12..])
    }

    /// Puts the contract whose entrypoint type is `C` at `address`.
    pub fn deploy<C>(&self, address: Address)
    where
        C: Router<C>
            + StorageType
            + TopLevelStorage
            + core::borrow::BorrowMut<<C as Router<C>>::Storage>
            + ValueDenier
            + 'static,
    {
        self.install(address, Rc::new(router_entrypoint::<C, C>), true);
    }

    /// Puts a contract made of a closure at `address`; it may be reentered.
    pub fn deploy_handler(&self, address: Address, handler: impl Fn(Vec<u8>, VM) -> ArbResult + 'static) {
        self.install(address, Rc::new(handler), false);
    }

    /// Puts an ERC-20 token at `address`.
    pub fn deploy_token(&self, address: Address, token: Token) {
        self.deploy_handler(address, move |input, vm| token.handle(&input, &vm));
    }

    /// Puts wrapped ether at `address`; the ether it pays it must be given.
    pub fn deploy_weth(&self, address: Address, weth: Weth) {
        self.deploy_handler(address, move |input, vm| weth.handle(&input, &vm));
    }

    /// Puts the token of `pool`'s writer positions at `address`; as the program, it refuses to be reentered.
    pub fn deploy_nft(&self, address: Address, pool: Address) {
        let program = move |input: Vec<u8>, vm: VM| nft::handle(pool, &input, &vm);
        self.install(address, Rc::new(program), true);
    }

    /// Puts a deficit ledger at `address`; its counters stay.
    pub fn deploy_ledger(&self, address: Address, answer: Answer) {
        self.deploy_handler(address, move |input, vm| answer.handle(&input, &vm));
    }

    /// Puts an ERC-1967 proxy of `implementation` at `address`.
    ///
    /// An initialiser is the next call; on the chain it is part of the proxy's constructor.
    pub fn deploy_proxy(&self, address: Address, implementation: Address) {
        self.install(address, Rc::new(proxy), true);
        self.world.borrow_mut().set_slot(address, IMPLEMENTATION_SLOT, implementation.into_word());
    }

    /// Lifts the entrypoint's guard against reentrant calls from a contract, as the SDK's feature `reentrant` would;
    /// for tests of what else stands in the way.
    pub fn allow_reentry(&self, contract: Address) {
        if let Some(code) = self.world.borrow_mut().accounts.get_mut(&contract).and_then(|a| a.code.as_mut())
        {
            code.refuses_reentry = false;
        }
    }

    fn install(&self, address: Address, run: Program, refuses_reentry: bool) {
        self.world.borrow_mut().accounts.entry(address).or_default().code =
            Some(Code { run, refuses_reentry });
    }

    /// Sends a transaction with raw calldata and value: what it returned or reverted with.
    pub fn send_raw(&self, from: Address, to: Address, value: U256, input: Vec<u8>) -> ArbResult {
        self.world.borrow_mut().origin = from;
        self.run(from, to, value, input, false)
    }

    /// Sends a transaction.
    ///
    /// # Panics
    /// If the contract answers with data that is not of the call's return type.
    pub fn send<C: SolCall>(&self, from: Address, to: Address, call: C) -> Result<C::Return, Revert> {
        decode::<C>(self.send_raw(from, to, U256::ZERO, call.abi_encode()))
    }

    /// Calls without changing state, from nobody in particular.
    ///
    /// # Panics
    /// If the contract answers with data that is not of the call's return type.
    pub fn view<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, Revert> {
        decode::<C>(self.run(Address::ZERO, to, U256::ZERO, call.abi_encode(), true))
    }

    /// What a transaction would answer; nothing of what it does stays (as `eth_call`).
    ///
    /// # Panics
    /// If the contract answers with data that is not of the call's return type.
    pub fn simulate<C: SolCall>(&self, from: Address, to: Address, call: C) -> Result<C::Return, Revert> {
        let checkpoint = self.world.borrow().checkpoint();
        let result = self.send(from, to, call);
        self.world.borrow_mut().roll_back(checkpoint);
        result
    }

    fn run(&self, from: Address, to: Address, value: U256, input: Vec<u8>, is_static: bool) -> ArbResult {
        let message =
            Message { sender: from, acting: to, code: to, value, is_static, is_delegate: false, input };
        run(&self.world, message)
    }

    /// Seconds of the clock.
    pub fn now(&self) -> u64 {
        self.world.borrow().timestamp
    }

    /// Lets time pass, and one block with it.
    pub fn warp(&self, seconds: u64) {
        let mut world = self.world.borrow_mut();
        world.timestamp += seconds;
        world.l2_block += 1;
    }

    /// Sets the clock, also backwards.
    pub fn set_time(&self, timestamp: u64) {
        self.world.borrow_mut().timestamp = timestamp;
    }

    /// The block number ArbSys answers.
    pub fn l2_block(&self) -> u64 {
        self.world.borrow().l2_block
    }

    /// Sets the block number ArbSys answers.
    pub fn set_l2_block(&self, number: u64) {
        self.world.borrow_mut().l2_block = number;
    }

    /// Sets the chain's number, as a fork of it would have another.
    pub fn set_chain_id(&self, chain_id: u64) {
        self.world.borrow_mut().chain_id = chain_id;
    }

    /// Native value of an account, in wei.
    pub fn balance(&self, account: Address) -> U256 {
        self.world.borrow().balance(account)
    }

    /// Gives an account native value.
    pub fn set_balance(&self, account: Address, wei: U256) {
        self.world.borrow_mut().set_balance(account, wei);
    }

    /// One storage word of a contract.
    pub fn slot(&self, contract: Address, key: U256) -> B256 {
        self.world.borrow().slot(contract, key)
    }

    /// Writes one storage word of a contract, as no transaction could.
    pub fn set_slot(&self, contract: Address, key: U256, value: B256) {
        self.world.borrow_mut().set_slot(contract, key, value);
    }

    /// All non-zero storage words of a contract; equal maps are equal states.
    pub fn storage_of(&self, contract: Address) -> BTreeMap<U256, B256> {
        let world = self.world.borrow();
        world
            .accounts
            .get(&contract)
            .map(|a| a.storage.iter().map(|(k, v)| (*k, *v)).collect())
            .unwrap_or_default()
    }

    /// The storage of every contract; to show that a failed transaction changed nothing.
    pub fn state(&self) -> BTreeMap<Address, BTreeMap<U256, B256>> {
        let addresses: Vec<Address> = self.world.borrow().accounts.keys().copied().collect();
        let all = addresses.into_iter().map(|a| (a, self.storage_of(a)));
        all.filter(|(_, storage)| !storage.is_empty()).collect()
    }

    /// All logs so far.
    pub fn logs(&self) -> Vec<Log> {
        self.world.borrow().logs.clone()
    }

    /// Forgets the logs so far, so that the next ones are those of the next call.
    pub fn clear_logs(&self) {
        self.world.borrow_mut().logs.clear();
    }

    /// The events of type `E` that `contract` has emitted, oldest first.
    pub fn events<E: SolEvent>(&self, contract: Address) -> Vec<E> {
        let world = self.world.borrow();
        let own = world.logs.iter().filter(|log| log.address == contract);
        own.filter_map(|log| E::decode_raw_log(log.topics.iter().copied(), &log.data).ok()).collect()
    }

    /// Remembers the state.
    pub fn snapshot(&self) -> Snapshot {
        let world = self.world.borrow();
        Snapshot {
            accounts: world.accounts.clone(),
            logs: world.logs.len(),
            timestamp: world.timestamp,
            l2_block: world.l2_block,
        }
    }

    /// Comes back to a remembered state.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut world = self.world.borrow_mut();
        world.accounts = snapshot.accounts.clone();
        world.logs.truncate(snapshot.logs);
        world.timestamp = snapshot.timestamp;
        world.l2_block = snapshot.l2_block;
    }
}

fn decode<C: SolCall>(result: ArbResult) -> Result<C::Return, Revert> {
    match result {
        Ok(data) => Ok(C::abi_decode_returns_validate(&data)
            .unwrap_or_else(|error| panic!("answer to {} cannot be decoded: {error}", C::SIGNATURE))),
        Err(data) => Err(Revert(data)),
    }
}

/// The signer of a digest as a word; nothing if there is none.
fn ecrecover(mut input: Vec<u8>) -> Vec<u8> {
    input.resize(128, 0);
    let word = |index: usize| U256::from_be_slice(&input[32 * index..32 * (index + 1)]);
    let odd = match word(1).try_into() {
        Ok(27_u8) => false,
        Ok(28) => true,
        _ => return Vec::new(),
    };
    let signature = Signature::new(word(2), word(3), odd);
    let signer = signature.recover_address_from_prehash(&B256::from(word(0)));
    signer.map(|signer| signer.into_word().to_vec()).unwrap_or_default()
}

/// What an ERC-1967 proxy without functions of its own does.
#[allow(unsafe_code, reason = "a delegate call")]
fn proxy(input: Vec<u8>, vm: VM) -> ArbResult {
    let implementation = Address::from_word(vm.storage_load_bytes32(IMPLEMENTATION_SLOT));
    // SAFETY: the proxy keeps nothing in memory that the implementation could change in storage.
    let result = unsafe { RawCall::new_delegate(&vm).clear_storage_cache().call(implementation, &input) };
    debug_assert_eq!(vm.return_data_size(), result.as_ref().unwrap_or_else(|e| e).len());
    result
}
