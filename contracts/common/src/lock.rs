//! The explicit reentrancy lock.
//!
//! A program takes the lock around every function that moves money or calls a contract it does not know. Programs
//! that share their storage by delegatecall share the lock with it. The SDK's own guard against reentrant calls is
//! not relied on: it is announced to go.
//!
//! The lock is one bit that a program places in a slot it reads anyway and that is never zero (next to an address,
//! say), so taking it costs no slot of its own and never creates or clears one. Leaving a function with an error
//! needs no release: the revert undoes the lock with everything else.

use alloy_sol_types::sol;
use stylus_sdk::storage::StorageBool;

sol! {
    /// The contract is in the middle of another call.
    #[derive(Debug, PartialEq, Eq)]
    error Reentrant();
}

/// Refuses to go on while the lock is taken; for functions that need not take it themselves.
pub fn check(lock: &StorageBool) -> Result<(), Reentrant> {
    if lock.get() { Err(Reentrant {}) } else { Ok(()) }
}

/// Takes the lock.
pub fn acquire(lock: &mut StorageBool) -> Result<(), Reentrant> {
    check(lock)?;
    lock.set(true);
    Ok(())
}

/// Gives the lock back.
pub fn release(lock: &mut StorageBool) {
    lock.set(false);
}
