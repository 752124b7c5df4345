//! Typed clients of other contracts: one place for all, because building caller and callee together with the SDK's
//! generated clients would drop the callee's entrypoint.
//!
//! (Each client also has a constructor and an address, which the macro leaves without documentation; argument names
//! are those of the ABI.)
#![allow(missing_docs, non_snake_case, reason = "generated code, see above")]

use alloc::vec;
use stylus_sdk::prelude::*;

sol_interface! {
    /// An ERC-20 token. For transfers use [`crate::token`], which also deals with tokens that do not answer.
    interface IERC20 {
        /// The token units `account` holds.
        function balanceOf(address account) external view returns (uint256);
        /// The token units that exist.
        function totalSupply() external view returns (uint256);
        /// The token units `spender` may still take from `owner`.
        function allowance(address owner, address spender) external view returns (uint256);
        /// How many decimals a whole token has.
        function decimals() external view returns (uint8);
    }

    /// A Chainlink price aggregator, version 3.
    interface IAggregatorV3 {
        /// The decimals of answers.
        function decimals() external view returns (uint8);
        /// What the price is of.
        function description() external view returns (string);
        /// The version of the aggregator.
        function version() external view returns (uint256);
        /// One round: (roundId, answer, startedAt, updatedAt, answeredInRound).
        function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80);
        /// The newest round: (roundId, answer, startedAt, updatedAt, answeredInRound).
        function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    }

    /// Everfloor's price feed: the checked and integrated price of one source.
    interface IPriceFeed {
        /// The price now: (price, cumulative, updatedAt, status). Never reverts; status 0 is a good price.
        function read() external view returns (uint256, uint256, uint64, uint8);
        /// Records the source's newest round, and answers as `read` does. Anybody may; never reverts.
        function poke() external returns (uint256, uint256, uint64, uint8);
        /// The price now, 18 decimals; reverts unless it is good.
        function price() external view returns (uint256);
        /// The average price and the seconds it spans: (price, seconds).
        function twap() external view returns (uint256, uint64);
    }

    /// Everfloor's insurance fund of a clearing house.
    interface IInsuranceFund {
        /// Adds `amount` to a market's ledger (0 is the shared one) from the caller, who has approved it.
        function deposit(uint256 marketId, uint256 amount) external;
        /// Pays the clearing house up to `amount` for a loss of `owner` in a market: what is covered.
        function draw(uint256 marketId, address owner, uint256 amount) external returns (uint256);
        /// The token units a draw for a market could pay now.
        function available(uint256 marketId) external view returns (uint256);
        /// The token units set aside for one market.
        function balanceOfMarket(uint256 marketId) external view returns (uint256);
        /// The token units in the shared ledger.
        function sharedBalance() external view returns (uint256);
        /// All token units the fund counts as its own.
        function totalBalance() external view returns (uint256);
        /// The token units paid so far for the losses of `owner` in a market.
        function drawnBy(uint256 marketId, address owner) external view returns (uint256);
    }
}
