//! The event and the error of a part's index.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use everfloor_floor_storage::revert::Revert;

/// Errors.
pub mod errors {
    alloy_sol_types::sol! {
        /// A contract this one depends on did not answer as it should.
        #[derive(Debug, PartialEq, Eq)]
        error NoAnswer(address from);
    }
}

/// Events.
pub mod events {
    alloy_sol_types::sol! {
        /// The index of part `number` of `parts` was made, of the index of the whole; the part lies between `from` and `end`
        /// when all are laid end to end, wad.
        #[derive(Debug, PartialEq, Eq)]
        event PartIndexCreated(address indexed parts, uint256 indexed number, address indexed whole, uint256 from, uint256 end);
    }
}

impl From<errors::NoAnswer> for Revert {
    fn from(error: errors::NoAnswer) -> Self {
        Self(alloy_sol_types::SolError::abi_encode(&error))
    }
}
