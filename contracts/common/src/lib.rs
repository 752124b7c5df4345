//! What every Everfloor program shares: roles, the lock, safe token transfers.
//!
//! - [`roles`]: an owner with two-step transfer, and a guardian;
//! - [`initializer`]: initialise once, and only behind a proxy;
//! - [`lock`]: the explicit reentrancy lock;
//! - [`token`]: ERC-20 transfers that bring exactly the amount asked for, or fail;
//! - [`delegate`]: hands a call over to a second program that shares the storage;
//! - [`raw`]: bounded calls of other contracts, which the others are made of;
//! - [`asked`]: other contracts of ours, asked and told;
//! - [`bits`]: numbers packed into words by tables;
//! - [`log`]: writes a log of words;
//! - [`record`]: values kept in words of their own;
//! - [`results`]: what calls would do;
//! - [`revert`]: the bytes a call reverts with;
//! - [`router`]: finds the method of a call, where the SDK's router takes too much room;
//! - [`state`]: contract-wide fields read by hand, and the first of several programs;
//! - [`text`]: short texts kept in one word;
//! - [`upgrade`]: a contract's own code replaced by its owner;
//! - [`words`]: storage read and written word by word.
//!
//! Everything here is a component: a program holds it as a field or calls it, and forwards the methods it
//! wants in its ABI. Errors are Solidity types; a program lists those it can return in one enum of its own,
//! and [`lift!`] carries a component's enum over into it.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]

extern crate alloc;

pub mod asked;
pub mod bits;
pub mod delegate;
pub mod initializer;
pub mod lock;
pub mod log;
pub mod raw;
pub mod record;
pub mod results;
pub mod revert;
pub mod roles;
pub mod router;
pub mod state;
pub mod text;
pub mod token;
pub mod upgrade;
pub mod words;

/// Lets `?` carry a component's errors into a program's own error enum.
///
/// Both enums have variants of the same names, each holding the same Solidity error.
///
/// ```
/// extern crate alloc;
/// use everfloor_common::{lift, token::{TokenError, TransferFailed, TransferMismatch}};
/// use stylus_sdk::prelude::*;
///
/// #[derive(SolidityError)]
/// enum ProgramError {
///     TransferFailed(TransferFailed),
///     TransferMismatch(TransferMismatch),
/// }
/// lift!(TokenError { TransferFailed, TransferMismatch } => ProgramError);
/// ```
#[macro_export]
macro_rules! lift {
    ($from:ident { $($variant:ident),+ $(,)? } => $to:ident) => {
        impl From<$from> for $to {
            fn from(error: $from) -> Self {
                match error { $($from::$variant(inner) => $to::$variant(inner),)+ }
            }
        }
    };
}
