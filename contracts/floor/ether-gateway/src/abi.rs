//! The events and errors of the contract.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

/// Errors. Amounts are wei.
pub mod errors {
    alloy_sol_types::sol! {
        /// An amount is zero where that means nothing.
        #[derive(Debug, PartialEq, Eq)]
        error ZeroAmount();
        /// Nothing is due.
        #[derive(Debug, PartialEq, Eq)]
        error NothingToPay();
        /// The wrapped ether did not become `amount` of ether for `to`, who may have refused it. Nothing has changed.
        #[derive(Debug, PartialEq, Eq)]
        error EtherRefused(address to, uint256 amount);
        /// `amount` of ether did not become wrapped ether.
        #[derive(Debug, PartialEq, Eq)]
        error NotWrapped(uint256 amount);
        /// No withdrawal of this contract waits, or ever did, as `ticket`.
        #[derive(Debug, PartialEq, Eq)]
        error UnknownTicket(uint256 ticket);
        /// What waits as `ticket` is not `caller`'s.
        #[derive(Debug, PartialEq, Eq)]
        error NotTicketOwner(uint256 ticket, address caller);
    }
}

/// Events. Amounts are wei.
pub mod events {
    alloy_sol_types::sol! {
        /// The gateway was made.
        #[derive(Debug, PartialEq, Eq)]
        event GatewayCreated(address indexed market, address indexed weth);
        /// `payer` brought `amount` of ether as cash of `account`.
        #[derive(Debug, PartialEq, Eq)]
        event EtherDeposited(address indexed account, address indexed payer, uint256 amount);
        /// `amount` of cash left `account` for `to`: `paid` at once in ether, the rest waits as `ticket` (0 if there is none).
        #[derive(Debug, PartialEq, Eq)]
        event EtherWithdrawn(address indexed account, address indexed to, uint256 amount, uint256 paid, uint256 ticket);
        /// `amount` of what waited as `ticket` was paid to `to`, in ether or wrapped.
        #[derive(Debug, PartialEq, Eq)]
        event TicketPaid(uint256 indexed ticket, address indexed to, uint256 amount, bool wrapped);
    }
}
