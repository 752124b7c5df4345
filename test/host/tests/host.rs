//! The host behaves as the chain where contracts can tell.
#![allow(missing_docs, unexpected_cfgs, reason = "a test's contract")]

extern crate alloc;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue, sol};
use everfloor_host::{ARB_SYS, Revert, TestChain};
use stylus_sdk::{
    ArbResult,
    call::{RawCall, call, static_call},
    prelude::*,
    storage::StorageU256,
};

sol! {
    #[derive(Debug, PartialEq)]
    error Refused(uint256 value);
    #[derive(Debug, PartialEq)]
    event Stored(uint256 indexed value, address by);

    interface ICounter {
        function value() external view returns (uint256);
        function store(uint256 value) external;
        function storeAndFail(uint256 value) external;
        function storeByStaticCall(address target, uint256 value) external returns (bool);
        function storeThere(address target, uint256 here, uint256 there) external;
        function tryThere(address target, uint256 there) external returns (bool, uint256);
        function staleAfter(address target, bool clear) external returns (uint256);
        function pay() external payable returns (uint256);
        function who() external view returns (address, address);
    }
    function arbBlockNumber() external view returns (uint256);
}
use ICounter::*;

#[derive(SolidityError)]
pub enum CounterError {
    Refused(Refused),
}

#[storage]
#[entrypoint]
pub struct Counter {
    value: StorageU256,
}

#[public]
impl Counter {
    pub fn value(&self) -> U256 {
        self.value.get()
    }

    pub fn store(&mut self, value: U256) {
        self.value.set(value);
        self.vm().log(Stored { value, by: self.vm().msg_sender() });
    }

    pub fn store_and_fail(&mut self, value: U256) -> Result<(), CounterError> {
        self.store(value);
        Err(Refused { value }.into())
    }

    pub fn store_by_static_call(&mut self, target: Address, value: U256) -> bool {
        static_call(self.vm(), Call::new(), target, &storeCall { value }.abi_encode()).is_ok()
    }

    pub fn store_there(&mut self, target: Address, here: U256, there: U256) -> Result<(), Vec<u8>> {
        self.value.set(here);
        call(self.vm(), Call::new().value(U256::ZERO), target, &storeCall { value: there }.abi_encode())?;
        Ok(())
    }

    pub fn try_there(&mut self, target: Address, there: U256) -> (bool, U256) {
        let data = storeAndFailCall { value: there }.abi_encode();
        let failed = call(self.vm(), Call::new().value(U256::ZERO), target, &data).is_err();
        (failed, self.value.get())
    }

    /// Reads its value before and after a call of `target`, which sets it.
    #[allow(unsafe_code)]
    pub fn stale_after(&mut self, target: Address, clear: bool) -> U256 {
        let _ = self.value.get();
        let raw = RawCall::new(self.vm());
        let raw = if clear { raw.clear_storage_cache() } else { raw };
        let _ = unsafe { raw.call(target, &[]) };
        self.value.get()
    }

    #[payable]
    pub fn pay(&mut self) -> U256 {
        self.vm().msg_value()
    }

    pub fn who(&self) -> (Address, Address) {
        (self.vm().contract_address(), self.vm().msg_sender())
    }
}

const A: Address = address!("0x000000000000000000000000000000000000000a");
const B: Address = address!("0x000000000000000000000000000000000000000b");

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Two counters, and somebody to call them.
fn setup() -> (TestChain, Address) {
    let chain = TestChain::new();
    chain.deploy::<Counter>(A);
    chain.deploy::<Counter>(B);
    (chain, TestChain::account("user"))
}

#[test]
fn contracts_keep_their_own_storage_and_see_their_caller() {
    let (chain, user) = setup();
    chain.send(user, A, storeThereCall { target: B, here: n(1), there: n(2) }).unwrap();
    assert_eq!(chain.view(A, valueCall {}).unwrap(), n(1));
    assert_eq!(chain.view(B, valueCall {}).unwrap(), n(2));
    assert_eq!(chain.events::<Stored>(B), [Stored { value: n(2), by: A }]);
    assert_eq!(chain.events::<Stored>(A), []);
}

#[test]
fn a_revert_takes_back_storage_and_logs_of_its_frame_only() {
    let (chain, user) = setup();
    let error = chain.send(user, A, storeAndFailCall { value: n(5) }).map(drop).unwrap_err();
    assert_eq!(error.decode(), Some(Refused { value: n(5) }));
    assert_eq!(error.0[..4], Refused::SELECTOR);
    assert!(chain.state().is_empty() && chain.logs().is_empty());

    chain.send(user, A, storeCall { value: n(7) }).unwrap();
    let outcome = chain.send(user, A, tryThereCall { target: B, there: n(9) }).unwrap();
    assert_eq!((outcome._0, outcome._1), (true, n(7)));
    assert!(chain.storage_of(B).is_empty());
    assert_eq!(chain.logs().len(), 1);
}

#[test]
fn a_static_call_writes_neither_storage_nor_logs() {
    let (chain, user) = setup();
    assert!(!chain.send(user, A, storeByStaticCallCall { target: B, value: n(1) }).unwrap());
    assert!(chain.view(A, storeCall { value: n(1) }).map(drop).unwrap_err().is_empty());
    assert!(chain.state().is_empty() && chain.logs().is_empty());
}

#[test]
fn a_proxy_runs_the_code_on_its_own_storage_with_the_first_caller() {
    let (chain, user) = setup();
    chain.deploy_proxy(B, A);
    chain.send(user, B, storeCall { value: n(3) }).unwrap();
    assert_eq!((chain.view(B, valueCall {}).unwrap(), chain.view(A, valueCall {}).unwrap()), (n(3), n(0)));
    let who = chain.simulate(user, B, whoCall {}).unwrap();
    assert_eq!((who._0, who._1), (B, user));
    let error = chain.send(user, B, storeAndFailCall { value: n(5) }).map(drop).unwrap_err();
    assert_eq!(error.decode(), Some(Refused { value: n(5) }));
}

#[test]
fn a_reentered_program_is_refused_also_behind_a_proxy() {
    let (chain, user) = setup();
    let itself = |at| storeThereCall { target: at, here: n(1), there: n(2) };
    assert!(chain.send(user, A, itself(A)).map(drop).unwrap_err().is_empty());
    let proxy = address!("0x00000000000000000000000000000000000000cc");
    chain.deploy_proxy(proxy, A);
    assert!(chain.send(user, proxy, itself(proxy)).map(drop).unwrap_err().is_empty());
    // The proxy's implementation is another account.
    chain.send(user, proxy, itself(A)).unwrap();
}

#[test]
fn what_was_read_is_remembered_until_the_cache_is_cleared() {
    let (chain, user) = setup();
    let proxy = address!("0x00000000000000000000000000000000000000cc");
    // An account with two programs on one storage: the second sets the value behind the first one's back.
    chain.deploy::<Counter>(proxy);
    let setter = address!("0x00000000000000000000000000000000000000dd");
    let world = chain.clone();
    chain.deploy_handler(setter, move |_, _| {
        world.set_slot(proxy, U256::ZERO, B256::from(n(42)));
        Ok(Vec::new())
    });
    assert_eq!(chain.simulate(user, proxy, staleAfterCall { target: setter, clear: false }).unwrap(), n(0));
    assert_eq!(chain.simulate(user, proxy, staleAfterCall { target: setter, clear: true }).unwrap(), n(42));
    assert!(chain.state().is_empty(), "a simulation leaves nothing");
}

#[test]
fn value_moves_with_a_call_and_is_refused_by_functions_that_take_none() {
    let (chain, user) = setup();
    chain.set_balance(user, n(10));
    let paid: ArbResult = chain.send_raw(user, A, n(4), payCall {}.abi_encode());
    assert_eq!(paid, Ok(n(4).abi_encode()));
    assert_eq!((chain.balance(user), chain.balance(A)), (n(6), n(4)));
    assert_eq!(chain.send_raw(user, A, n(1), storeCall { value: n(1) }.abi_encode()), Err(vec![]));
    assert_eq!(chain.send_raw(user, A, n(7), payCall {}.abi_encode()), Err(vec![]));
    assert_eq!((chain.balance(user), chain.balance(A)), (n(6), n(4)));
}

#[test]
fn snapshots_bring_back_state_and_time() {
    let (chain, user) = setup();
    chain.send(user, A, storeCall { value: n(1) }).unwrap();
    let (snapshot, now) = (chain.snapshot(), chain.now());
    chain.send(user, A, storeCall { value: n(2) }).unwrap();
    chain.warp(60);
    assert_eq!(chain.view(ARB_SYS, arbBlockNumberCall {}).unwrap(), n(2));
    chain.restore(&snapshot);
    assert_eq!(chain.view(A, valueCall {}).unwrap(), n(1));
    assert_eq!((chain.now(), chain.logs().len()), (now, 1));
}

#[test]
fn unknown_functions_and_bad_calldata_revert_without_data() {
    let (chain, user) = setup();
    for input in [vec![], vec![1], vec![1, 2, 3, 4], storeCall::SELECTOR.to_vec()] {
        assert_eq!(chain.send_raw(user, A, U256::ZERO, input), Err(vec![]));
    }
    // An account without code accepts everything, as on the chain.
    assert_eq!(chain.send_raw(user, user, U256::ZERO, vec![1, 2, 3, 4]), Ok(vec![]));
    assert!(!Stored::SIGNATURE_HASH.is_zero() && Revert(vec![]).is_empty());
}
