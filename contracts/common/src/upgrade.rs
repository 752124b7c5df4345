//! Upgrades as ERC-1822 and ERC-1967 have them (UUPS): a contract behind a proxy replaces its own code, when its owner asks.
//!
//! A contract of several programs has its first one where ERC-1967 says, and the others in fields of its own; they are
//! replaced in one transaction, by `upgradeToAndCall(first, setPrograms(..))`. The new code is asked before it counts:
//!
//! - the first program has to say at its own address that it is an implementation (`proxiableUUID`), as what is not does
//!   not, nor a proxy;
//! - every program has to know a call that only it knows ([`probe`]): so no program stands where another belongs, and no
//!   contract's where another contract's does;
//! - in the end the contract has to be upgradeable still, through the code it has then.
//!
//! What fails undoes all of it. Nobody can tell a program that does its work from one that betrays it: who owns the contract
//! decides that, and is a timelock wherever money is real.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::{SolError, sol};
use stylus_sdk::{function_selector, host::VM, prelude::*};

use crate::{
    asked::Other,
    delegate::NoExtension,
    initializer::{IMPLEMENTATION_SLOT, NotThroughProxy},
    log::emit,
    raw,
    roles::NotOwner,
    router::Answer,
    words::write,
};

sol! {
    /// The contract runs on `implementation` now.
    #[derive(Debug, PartialEq, Eq)]
    event Upgraded(address indexed implementation);

    /// `implementation` is no contract that can be one's implementation.
    #[derive(Debug, PartialEq, Eq)]
    error ERC1967InvalidImplementation(address implementation);
    /// The implementation's `proxiableUUID` is not the slot of ERC-1967.
    #[derive(Debug, PartialEq, Eq)]
    error UUPSUnsupportedProxiableUUID(bytes32 slot);
    /// Asked through a proxy what only an implementation answers at its own address.
    #[derive(Debug, PartialEq, Eq)]
    error UUPSUnauthorizedCallContext();
    /// `program` does not know `selector`, so it is not the program that belongs there.
    #[derive(Debug, PartialEq, Eq)]
    error ProgramMismatch(address program, bytes4 selector);
    /// With `implementation` the contract could never be upgraded again.
    #[derive(Debug, PartialEq, Eq)]
    error NotUpgradeable(address implementation);
}

/// The version of OpenZeppelin's interface that `upgradeToAndCall` follows: it alone upgrades, and with empty data it calls
/// nothing.
pub const UPGRADE_INTERFACE_VERSION: &str = "5.0.0";

/// [`UPGRADE_INTERFACE_VERSION`] as a contract with a router of our own answers it: a text of one word, ready made.
pub struct InterfaceVersion;

impl Answer for InterfaceVersion {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        const TEXT: [u8; 96] = text(UPGRADE_INTERFACE_VERSION.as_bytes());
        to.extend_from_slice(&TEXT);
    }
}

/// A text of at most one word as it is answered: its offset, its length, itself.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "done by the compiler")]
const fn text(of: &[u8]) -> [u8; 96] {
    let mut words = [0; 96];
    words[31] = 32;
    words[63] = of.len() as u8;
    let mut at = 0;
    while at < of.len() {
        words[64 + at] = of[at];
        at += 1;
    }
    words
}

/// A call that only one program knows, with everything it is told zero: without anything to work on that program answers, or
/// refuses with words; who does not know it refuses without. It must come to that before it writes anything.
#[inline]
pub fn probe(selector: [u8; 4]) -> Vec<u8> {
    raw::calldata(selector, [U256::ZERO; 8])
}

/// What `proxiableUUID` answers: where the proxy keeps the implementation; only at the program's own address.
#[inline]
pub fn proxiable_uuid(vm: &VM) -> Result<B256, Vec<u8>> {
    if vm.storage_load_bytes32(IMPLEMENTATION_SLOT).is_zero() {
        return Ok(IMPLEMENTATION_SLOT.into());
    }
    Err(UUPSUnauthorizedCallContext {}.abi_encode())
}

/// Refuses a program that does not know a call ([`probe`]).
#[inline]
pub fn require_program(vm: &VM, program: Address, call: &[u8]) -> Result<(), Vec<u8>> {
    let knows = match raw::static_call(vm, program, call, u64::MAX, 4) {
        Ok(answer) => !answer.is_empty(),
        // A program hands on what it does not know, to nobody here.
        Err(refusal) => refusal.len() == 4 && refusal != NoExtension::SELECTOR,
    };
    if knows {
        return Ok(());
    }
    let selector = call.first_chunk().copied().unwrap_or_default();
    Err(ProgramMismatch { program, selector: FixedBytes(selector) }.abi_encode())
}

/// Replaces the code of the contract this runs in by `implementation`, which has to know `call`, and has it do `data`, if
/// that is not empty. The caller has made sure that the owner asks and that nothing else is going on.
#[inline]
pub fn upgrade_to_and_call(
    vm: &VM,
    implementation: Address,
    data: &[u8],
    call: &[u8],
) -> Result<(), Vec<u8>> {
    if vm.storage_load_bytes32(IMPLEMENTATION_SLOT).is_zero() {
        return Err(NotThroughProxy {}.abi_encode());
    }
    require_implementation(vm, implementation)?;
    require_program(vm, implementation, call)?;
    write(vm, IMPLEMENTATION_SLOT, implementation.into_word());
    emit::<Upgraded>(vm, &[raw::address_word(implementation)], &[]);
    if !data.is_empty() {
        raw::delegate_call(vm, implementation, data)?;
    }
    require_upgradeable(vm, implementation)
}

/// Refuses everybody but the owner of another contract: of the one that this one serves.
#[inline]
pub fn require_owner_of(vm: &VM, other: Address) -> Result<(), Vec<u8>> {
    let asked = raw::calldata(function_selector!("owner"), []);
    let owner = Other { vm, at: other }.look(&asked, 1)?.address(0);
    let caller = vm.msg_sender();
    if caller == owner { Ok(()) } else { Err(NotOwner { caller }.abi_encode()) }
}

#[inline]
fn require_implementation(vm: &VM, implementation: Address) -> Result<(), Vec<u8>> {
    let asked = raw::calldata(function_selector!("proxiableUUID"), []);
    let slot = raw::static_call(vm, implementation, &asked, u64::MAX, 32)
        .ok()
        .and_then(|answer| raw::word_at(&answer, 0));
    match slot {
        Some(IMPLEMENTATION_SLOT) => Ok(()),
        Some(slot) => Err(UUPSUnsupportedProxiableUUID { slot: slot.into() }.abi_encode()),
        None => Err(ERC1967InvalidImplementation { implementation }.abi_encode()),
    }
}

/// Refuses a contract that could never be upgraded again; for whoever has replaced the program behind it that upgrades.
#[inline]
pub fn require_upgradeable_still(vm: &VM) -> Result<(), Vec<u8>> {
    require_upgradeable(vm, Address::from_word(vm.storage_load_bytes32(IMPLEMENTATION_SLOT)))
}

/// Asks the contract as everybody sees it from now on: by delegatecall, since no program may call itself.
#[inline]
fn require_upgradeable(vm: &VM, implementation: Address) -> Result<(), Vec<u8>> {
    let asked = raw::calldata(function_selector!("UPGRADE_INTERFACE_VERSION"), []);
    match raw::delegate_call(vm, implementation, &asked) {
        // Offset, length, text.
        Ok(answer) if answer.len() == 96 => Ok(()),
        _ => Err(NotUpgradeable { implementation }.abi_encode()),
    }
}
