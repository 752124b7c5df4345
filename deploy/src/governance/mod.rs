//! Who owns the contracts once they stand: a token that votes, a governor, and a timelock that carries out what was
//! decided.
//!
//! - [`Governance`]: what a network wants of it, checked before anything is sent.
//! - [`Artifacts`]: the compiled contracts (contracts/governance).
//! - The steps ([`crate::steps`]): the three contracts, and every owned contract handed over to the timelock.
//! - [`verify`]: reads settings, owners and every role back, and that nothing was scheduled behind anybody's back.
//! - [`Proposal`]: calls and a description, as transactions for whoever sends them.
//!
//! The bootstrap: a timelock accepts ownership only by an operation of its own, so somebody has to schedule one before
//! there are votes. The timelock is created with a delay of zero and the deployer, who owns everything as yet, as its
//! only proposer and without an admin. One batch then accepts every ownership, takes both roles from the deployer, gives
//! them to the governor and sets the delay: whoever executes it, all of it happens or none.

mod artifacts;
mod proposal;
mod settings;
mod steps;
mod verify;

use alloy::primitives::{Address, B256, b256};
use anyhow::Result;

pub use self::{
    artifacts::{Artifacts, default_folder},
    proposal::{Action, Prepared, Printed, Proposal, Vote},
    settings::Governance,
    steps::Others,
    verify::verify,
};
use crate::book::{self, Book};

/// Names in the address book.
const TOKEN: &str = "VoteToken";
const TIMELOCK: &str = "TimelockController";
const GOVERNOR: &str = "EverfloorGovernor";
/// What the address book has besides, and nobody owns; of FloorParts the owner can do nothing once its parts are named.
const OWNERLESS: [&str; 10] = [
    "TestDollar",
    "TestToken",
    "WriterPosition",
    "DpxEth",
    "BlackScholes",
    "EtherGateway",
    "FloorToken",
    "FloorShares",
    "FloorPart",
    "PartIndex",
];

/// Holds every other role of a timelock.
const ADMIN_ROLE: B256 = B256::ZERO;
/// `keccak256("PROPOSER_ROLE")`
const PROPOSER_ROLE: B256 = b256!("b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1");
/// `keccak256("EXECUTOR_ROLE")`
const EXECUTOR_ROLE: B256 = b256!("d8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63");
/// `keccak256("CANCELLER_ROLE")`
const CANCELLER_ROLE: B256 = b256!("fd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783");

/// Where the three contracts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contracts {
    /// The token that votes.
    pub token: Address,
    /// The owner of everything else.
    pub timelock: Address,
    /// The timelock's proposer.
    pub governor: Address,
}

impl Contracts {
    /// From an address book.
    pub fn of(book: &Book) -> Result<Self> {
        let (token, timelock) = (book.contract(TOKEN)?, book.contract(TIMELOCK)?);
        Ok(Self { token, timelock, governor: book.contract(GOVERNOR)? })
    }
}

/// Every contract of a book that has an owner.
fn owned(book: &Book) -> Vec<(String, Address)> {
    let owned = book.contracts.iter().filter(|(name, _)| is_owned(name));
    owned.map(|(name, entry)| (name.clone(), entry.address)).collect()
}

/// Whether a contract has an owner: all but governance itself and what nobody owns. One that is new and has no owner makes
/// the steps fail, rather than one that has an owner being forgotten.
pub(crate) fn is_owned(name: &str) -> bool {
    let kind = book::kind(name);
    ![TOKEN, TIMELOCK, GOVERNOR].contains(&kind) && !OWNERLESS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use alloy::primitives::keccak256;

    use super::*;

    #[test]
    fn the_roles_are_what_the_timelock_calls_them() {
        assert_eq!(PROPOSER_ROLE, keccak256("PROPOSER_ROLE"));
        assert_eq!(EXECUTOR_ROLE, keccak256("EXECUTOR_ROLE"));
        assert_eq!(CANCELLER_ROLE, keccak256("CANCELLER_ROLE"));
    }
}
