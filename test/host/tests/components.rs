//! The components every program is built of, each in a contract as small as it can be.
#![allow(missing_docs, unexpected_cfgs, reason = "a test's contract")]

extern crate alloc;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{
    delegate,
    initializer::{AlreadyInitialized, InitError, Initializer, NotThroughProxy},
    lift, lock,
    lock::Reentrant,
    roles::*,
    token::{self, TokenError, TransferFailed, TransferMismatch},
};
use everfloor_host::{
    TestChain,
    token::{IToken, Quirk, REENTRY_RESULT, Token},
};
use stylus_sdk::{
    ArbResult,
    prelude::*,
    storage::{StorageAddress, StorageBool},
};

sol! {
    interface IVault {
        function initialize(address owner, address token) external;
        function owner() external view returns (address);
        function offer(address to) external;
        function accept() external;
        function setGuardian(address guardian) external;
        function pause() external;
        function take(uint256 amount) external;
        function give(address to, uint256 amount) external;
        function setExtension(address extension) external;
    }
}
use IVault::*;

#[derive(SolidityError)]
pub enum VaultError {
    AlreadyInitialized(AlreadyInitialized),
    NotThroughProxy(NotThroughProxy),
    ZeroAddress(ZeroAddress),
    NotOwner(NotOwner),
    NotPendingOwner(NotPendingOwner),
    NotGuardian(NotGuardian),
    Reentrant(Reentrant),
    TransferFailed(TransferFailed),
    TransferMismatch(TransferMismatch),
}
lift!(InitError { AlreadyInitialized, NotThroughProxy } => VaultError);
lift!(TokenError { TransferFailed, TransferMismatch } => VaultError);

#[storage]
#[entrypoint]
pub struct Vault {
    initializer: Initializer,
    ownership: Ownership,
    guardian: Guardian,
    token: StorageAddress,
    locked: StorageBool,
    extension: StorageAddress,
}

#[public]
impl Vault {
    pub fn initialize(&mut self, owner: Address, token: Address) -> Result<(), VaultError> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        self.token.set(token);
        Ok(())
    }

    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    pub fn offer(&mut self, to: Address) -> Result<(), VaultError> {
        Ok(self.ownership.offer(to)?)
    }

    pub fn accept(&mut self) -> Result<(), VaultError> {
        Ok(self.ownership.accept()?)
    }

    pub fn set_guardian(&mut self, guardian: Address) -> Result<(), VaultError> {
        self.ownership.only_owner()?;
        self.guardian.set(guardian);
        Ok(())
    }

    pub fn pause(&mut self) -> Result<(), VaultError> {
        Ok(self.guardian.only_guardian(&self.ownership)?)
    }

    pub fn take(&mut self, amount: U256) -> Result<(), VaultError> {
        lock::acquire(&mut self.locked)?;
        token::transfer_in(self.vm(), self.token.get(), self.vm().msg_sender(), amount)?;
        lock::release(&mut self.locked);
        Ok(())
    }

    pub fn give(&mut self, to: Address, amount: U256) -> Result<(), VaultError> {
        lock::acquire(&mut self.locked)?;
        token::transfer_out(self.vm(), self.token.get(), to, amount)?;
        lock::release(&mut self.locked);
        Ok(())
    }

    pub fn set_extension(&mut self, extension: Address) {
        self.extension.set(extension);
    }

    #[fallback]
    #[payable]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        delegate::forward(self.vm(), self.extension.get(), calldata)
    }
}

const IMPLEMENTATION: Address = address!("0x00000000000000000000000000000000000000a1");
const VAULT: Address = address!("0x00000000000000000000000000000000000000a2");
const TOKEN: Address = address!("0x00000000000000000000000000000000000000a3");

/// What a token that calls back keeps if that call failed.
const FAILED: B256 = B256::with_last_byte(2);

fn n(value: u64) -> U256 {
    U256::from(value)
}

struct World {
    chain: TestChain,
    owner: Address,
    alice: Address,
}

/// An initialised vault of `token`, and Alice with 100 tokens, all of which she has approved.
fn world(token: Token) -> World {
    let chain = TestChain::new();
    let (owner, alice) = (TestChain::account("owner"), TestChain::account("alice"));
    chain.deploy::<Vault>(IMPLEMENTATION);
    chain.deploy_proxy(VAULT, IMPLEMENTATION);
    chain.deploy_token(TOKEN, token);
    chain.send(owner, VAULT, initializeCall { owner, token: TOKEN }).unwrap();
    chain.send(alice, TOKEN, IToken::mintCall { to: alice, amount: n(100) }).unwrap();
    chain.send(alice, TOKEN, IToken::approveCall { spender: VAULT, amount: U256::MAX }).unwrap();
    World { chain, owner, alice }
}

impl World {
    fn balance(&self, account: Address) -> U256 {
        self.chain.view(TOKEN, IToken::balanceOfCall { account }).unwrap()
    }

    /// A transaction that must fail with `error` and change nothing.
    fn refused<C: SolCall, E>(&self, from: Address, call: C, error: E)
    where
        E: alloy_sol_types::SolError + PartialEq + core::fmt::Debug,
    {
        let before = self.chain.state();
        let revert = self.chain.send(from, VAULT, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }
}

#[test]
fn a_contract_is_initialised_once() {
    let w = world(Token::well_behaved(6));
    let again = initializeCall { owner: w.alice, token: TOKEN };
    w.refused(w.alice, again, AlreadyInitialized {});
    assert_eq!(w.chain.view(VAULT, ownerCall {}).unwrap(), w.owner);
}

#[test]
fn an_implementation_cannot_be_initialised() {
    let w = world(Token::well_behaved(6));
    let call = initializeCall { owner: w.alice, token: TOKEN };
    let revert = w.chain.send(w.alice, IMPLEMENTATION, call).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    assert!(w.chain.storage_of(IMPLEMENTATION).is_empty());
}

#[test]
fn nobody_owns_a_contract_by_default() {
    let w = world(Token::well_behaved(6));
    let other = address!("0x00000000000000000000000000000000000000b2");
    w.chain.deploy_proxy(other, IMPLEMENTATION);
    let call = initializeCall { owner: Address::ZERO, token: TOKEN };
    let revert = w.chain.send(w.alice, other, call).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(ZeroAddress {}));
    let revert = w.chain.send(Address::ZERO, other, acceptCall {}).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotPendingOwner { caller: Address::ZERO }));
}

#[test]
fn ownership_moves_only_when_the_new_owner_accepts() {
    let w = world(Token::well_behaved(6));
    w.refused(w.alice, offerCall { to: w.alice }, NotOwner { caller: w.alice });
    w.chain.send(w.owner, VAULT, offerCall { to: w.alice }).unwrap();
    assert_eq!(w.chain.view(VAULT, ownerCall {}).unwrap(), w.owner);
    w.refused(w.owner, acceptCall {}, NotPendingOwner { caller: w.owner });
    w.chain.send(w.alice, VAULT, acceptCall {}).unwrap();
    assert_eq!(w.chain.view(VAULT, ownerCall {}).unwrap(), w.alice);
    w.refused(w.owner, offerCall { to: w.owner }, NotOwner { caller: w.owner });
    w.refused(w.alice, acceptCall {}, NotPendingOwner { caller: w.alice });
    let moved = w.chain.events::<OwnershipTransferred>(VAULT);
    assert_eq!(moved.last(), Some(&OwnershipTransferred { previousOwner: w.owner, newOwner: w.alice }));
}

#[test]
fn an_offer_of_ownership_can_be_withdrawn() {
    let w = world(Token::well_behaved(6));
    w.chain.send(w.owner, VAULT, offerCall { to: w.alice }).unwrap();
    w.chain.send(w.owner, VAULT, offerCall { to: Address::ZERO }).unwrap();
    w.refused(w.alice, acceptCall {}, NotPendingOwner { caller: w.alice });
}

#[test]
fn the_guardian_and_the_owner_may_do_what_guardians_do() {
    let w = world(Token::well_behaved(6));
    let (guardian, zero) = (TestChain::account("guardian"), Address::ZERO);
    w.refused(guardian, pauseCall {}, NotGuardian { caller: guardian });
    w.refused(w.alice, setGuardianCall { guardian }, NotOwner { caller: w.alice });
    w.chain.send(w.owner, VAULT, setGuardianCall { guardian }).unwrap();
    w.chain.send(guardian, VAULT, pauseCall {}).unwrap();
    w.chain.send(w.owner, VAULT, pauseCall {}).unwrap();
    w.refused(w.alice, pauseCall {}, NotGuardian { caller: w.alice });
    let events = w.chain.events::<GuardianChanged>(VAULT);
    assert_eq!(events, [GuardianChanged { previousGuardian: zero, newGuardian: guardian }]);
}

#[test]
fn tokens_that_return_true_or_nothing_move_exactly() {
    for token in [Token::well_behaved(6), Token::with_quirk(Quirk::ReturnsNothing)] {
        let w = world(token);
        w.chain.send(w.alice, VAULT, takeCall { amount: n(60) }).unwrap();
        assert_eq!((w.balance(w.alice), w.balance(VAULT)), (n(40), n(60)));
        w.chain.send(w.alice, VAULT, giveCall { to: w.owner, amount: n(10) }).unwrap();
        assert_eq!((w.balance(w.owner), w.balance(VAULT)), (n(10), n(50)));
        w.refused(w.alice, takeCall { amount: n(41) }, TransferFailed { token: TOKEN });
        w.refused(w.alice, giveCall { to: w.alice, amount: U256::MAX }, TransferFailed { token: TOKEN });
    }
}

#[test]
fn tokens_that_refuse_are_failures_however_they_say_so() {
    for quirk in [Quirk::ReturnsFalse, Quirk::Reverts, Quirk::MovesAndReturnsFalse] {
        let w = world(Token::with_quirk(quirk));
        w.refused(w.alice, takeCall { amount: n(1) }, TransferFailed { token: TOKEN });
        w.refused(w.alice, giveCall { to: w.alice, amount: n(0) }, TransferFailed { token: TOKEN });
    }
}

#[test]
fn an_address_without_code_is_no_token() {
    let w = world(Token::well_behaved(6));
    let vault = address!("0x00000000000000000000000000000000000000b2");
    w.chain.deploy_proxy(vault, IMPLEMENTATION);
    w.chain.send(w.owner, vault, initializeCall { owner: w.owner, token: w.alice }).unwrap();
    let failed = Some(TransferFailed { token: w.alice });
    let revert = w.chain.send(w.alice, vault, takeCall { amount: n(0) }).map(drop).unwrap_err();
    assert_eq!(revert.decode(), failed);
    let revert = w.chain.send(w.alice, vault, giveCall { to: w.alice, amount: n(0) }).map(drop).unwrap_err();
    assert_eq!(revert.decode(), failed);
}

#[test]
fn a_fee_on_transfer_is_refused() {
    let w = world(Token::with_quirk(Quirk::TakesFee));
    w.refused(w.alice, takeCall { amount: n(100) }, TransferMismatch { expected: n(100), received: n(90) });
    // Nothing asked, nothing missing.
    w.chain.send(w.alice, VAULT, takeCall { amount: n(0) }).unwrap();
}

#[test]
fn a_token_that_calls_back_meets_the_lock() {
    let calldata = giveCall { to: TOKEN, amount: n(0) }.abi_encode();
    let w = world(Token::with_quirk(Quirk::Reenters { target: VAULT, calldata }));
    w.chain.send(w.alice, VAULT, takeCall { amount: n(5) }).unwrap();
    assert_eq!(w.chain.slot(TOKEN, REENTRY_RESULT), FAILED);
    // The lock is free again afterwards.
    w.chain.send(w.alice, VAULT, takeCall { amount: n(5) }).unwrap();
}

#[test]
fn the_lock_holds_without_the_entrypoints_guard() {
    let calldata = giveCall { to: TOKEN, amount: n(0) }.abi_encode();
    let w = world(Token::with_quirk(Quirk::Reenters { target: VAULT, calldata }));
    w.chain.allow_reentry(VAULT);
    w.chain.allow_reentry(IMPLEMENTATION);
    w.chain.send(w.alice, VAULT, takeCall { amount: n(5) }).unwrap();
    assert_eq!(w.chain.slot(TOKEN, REENTRY_RESULT), FAILED);
    // Also when the token is the first thing the contract calls.
    w.chain.set_slot(TOKEN, REENTRY_RESULT, B256::ZERO);
    w.chain.send(w.alice, VAULT, giveCall { to: w.alice, amount: n(1) }).unwrap();
    assert_eq!(w.chain.slot(TOKEN, REENTRY_RESULT), FAILED);
}

sol! {
    #[derive(Debug, PartialEq)]
    error FromExtension(uint256 value);
    function whoAmI() external view returns (address, address);
    function fail() external;
}

#[test]
fn the_extension_answers_and_fails_in_the_contracts_name() {
    let w = world(Token::well_behaved(6));
    let extension = address!("0x00000000000000000000000000000000000000e1");
    w.chain.deploy_handler(extension, |input, vm| {
        use alloy_sol_types::{SolError, SolValue};
        if input.starts_with(&failCall::SELECTOR) {
            return Err(FromExtension { value: n(7) }.abi_encode());
        }
        Ok((vm.contract_address(), vm.msg_sender()).abi_encode())
    });
    let revert = w.chain.send(w.alice, VAULT, whoAmICall {}).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(delegate::NoExtension { extension: Address::ZERO }));
    w.chain.send(w.owner, VAULT, setExtensionCall { extension }).unwrap();
    let who = w.chain.simulate(w.alice, VAULT, whoAmICall {}).unwrap();
    assert_eq!((who._0, who._1), (VAULT, w.alice));
    let revert = w.chain.send(w.alice, VAULT, failCall {}).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(FromExtension { value: n(7) }));
}
