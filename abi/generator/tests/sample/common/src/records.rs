//! Structs, events and errors in a library crate.

use alloy_sol_types::sol;
use stylus_sdk::prelude::AbiType;

sol! {
    /// Where money stands.
    #[derive(Debug, AbiType)]
    struct Balance {
        /// Which token.
        address token;
        uint256 amount;
    }

    /// What an account has; its parts are structs of their own.
    #[derive(Debug, AbiType)]
    struct Account {
        address owner;
        Balance[] balances;
        Balance[2] reserved;
        int256 profit;
    }

    /// The side of a bet.
    #[derive(Debug)]
    enum Side {
        Long,
        Short
    }

    /// Somebody was here.
    event Seen(address indexed who, Side side);
    /// Money moved.
    ///
    /// * `amount` - Token units.
    event Moved(address indexed from, address indexed to, uint256 amount, Balance balance);
    /// No program of the sample emits it.
    event Unused(uint256 value);

    /// `caller` may not.
    error Forbidden(address caller);
    /// More was asked for than there is.
    error TooMuch(uint256 asked, uint256 available);
    /// Nothing was asked for.
    error Nothing();
    /// No method comes to it.
    error Unreachable();
}
