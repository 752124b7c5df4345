//! The event of a part's index.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

/// Events.
pub mod events {
    alloy_sol_types::sol! {
        /// The index of part `number` of `parts` was made, of the index of the whole; the part lies between `from` and `end`
        /// when all are laid end to end, wad.
        #[derive(Debug, PartialEq, Eq)]
        event PartIndexCreated(address indexed parts, uint256 indexed number, address indexed whole, uint256 from, uint256 end);
    }
}
