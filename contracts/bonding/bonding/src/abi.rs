//! The events, errors and view structs of the contract.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

/// Errors. Amounts of collateral, underlying and dpxETH and prices all have 18 decimals.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        #[derive(Debug, PartialEq, Eq)]
        error Overflow();
        /// An amount is zero where that means nothing.
        #[derive(Debug, PartialEq, Eq)]
        error ZeroAmount();
        /// A bond of `amount` is below the least there may be.
        #[derive(Debug, PartialEq, Eq)]
        error BelowMinimum(uint256 amount, uint256 minimum);
        /// The call ran at `nowTime`, after its `deadline`.
        #[derive(Debug, PartialEq, Eq)]
        error Expired(uint256 deadline, uint256 nowTime);
        /// Bonding is paused; maturing, redeeming and collecting never are.
        #[derive(Debug, PartialEq, Eq)]
        error BondingPaused();
        /// The underlying is beyond the caller's `limit`: more to be paid in, or less to be paid out.
        #[derive(Debug, PartialEq, Eq)]
        error SlippageUnderlying(uint256 paid, uint256 limit);
        /// The collateral is beyond the caller's `limit`: more to be paid in, or less to be paid out.
        #[derive(Debug, PartialEq, Eq)]
        error SlippageCollateral(uint256 paid, uint256 limit);
        /// The bond becomes dpxETH at `maturity`.
        #[derive(Debug, PartialEq, Eq)]
        error NotMatured(uint256 maturity, uint256 nowTime);
        /// `amount` is more than the `supply` that is backed.
        #[derive(Debug, PartialEq, Eq)]
        error ExceedsSupply(uint256 amount, uint256 supply);
        /// There is no price this may rest on: `status` as the price history has it, 255 if it does not answer.
        #[derive(Debug, PartialEq, Eq)]
        error PriceUnavailable(uint256 status);
        /// A parameter, by its place in BondingParams (maturity is 0), is outside its hard bounds.
        #[derive(Debug, PartialEq, Eq)]
        error ParameterOutOfBounds(uint256 index, uint256 value);
        /// There is no bond `id`.
        #[derive(Debug, PartialEq, Eq)]
        error UnknownBond(uint256 id);
        /// Bond `id` is not `caller`'s.
        #[derive(Debug, PartialEq, Eq)]
        error NotBondOwner(uint256 id, address caller);
        /// Bond `id` has become dpxETH already.
        #[derive(Debug, PartialEq, Eq)]
        error AlreadyRedeemed(uint256 id);
        /// The pool took `premium` and had quoted `quoted`.
        #[derive(Debug, PartialEq, Eq)]
        error PremiumChanged(uint256 premium, uint256 quoted);
        /// `token` does not say its decimals, or does not have 18.
        #[derive(Debug, PartialEq, Eq)]
        error UnsupportedToken(address token, uint256 decimals);
        /// dpxETH is not set yet: nothing could be made of a bond.
        #[derive(Debug, PartialEq, Eq)]
        error SyntheticNotSet();
        /// dpxETH is set, for good.
        #[derive(Debug, PartialEq, Eq)]
        error SyntheticAlreadySet(address present);
        /// `synthetic` is made by `minter`, not by this contract.
        #[derive(Debug, PartialEq, Eq)]
        error SyntheticMismatch(address synthetic, address minter);
        /// A contract this one depends on did not answer as it should.
        #[derive(Debug, PartialEq, Eq)]
        error NoAnswer(address from);
    }
}

/// Events. `backingCollateral`, `backingUnderlying` and `supply` are the books after the event.
pub mod events {
    alloy_sol_types::sol! {
        /// Bonding was made.
        #[derive(Debug, PartialEq, Eq)]
        event BondingCreated(address indexed pool, address collateral, address underlying, address history, uint256 maturity, uint256 minBond);
        /// The token that bonds become was set, for good.
        #[derive(Debug, PartialEq, Eq)]
        event SyntheticSet(address synthetic);
        /// Prices are from now on the pool's new history's.
        #[derive(Debug, PartialEq, Eq)]
        event HistoryChanged(address history);
        /// Bonding was paused or resumed.
        #[derive(Debug, PartialEq, Eq)]
        event BondingPauseChanged(bool paused);
        /// `payer` bonded `amount` dpxETH for `owner`: brought `underlyingPaid` and `collateralPaid` to the backing, and
        /// `premium` on top for puts on `units` with at least `strike`, the rDPX taken at `price`. The bond matures at
        /// `maturity`.
        #[derive(Debug, PartialEq, Eq)]
        event Bonded(uint256 indexed bondId, address indexed owner, address indexed payer, uint256 amount, uint256 units, uint256 underlyingPaid, uint256 collateralPaid, uint256 premium, uint256 price, uint256 strike, uint256 maturity, uint256 backingCollateral, uint256 backingUnderlying, uint256 supply);
        /// A bond became `amount` dpxETH of `recipient`'s.
        #[derive(Debug, PartialEq, Eq)]
        event BondRedeemed(uint256 indexed bondId, address indexed owner, address indexed recipient, uint256 amount);
        /// `amount` dpxETH of `account`'s were burned for `collateralPaid` and `underlyingPaid`, the latter counted at
        /// `price`.
        #[derive(Debug, PartialEq, Eq)]
        event BackingRedeemed(address indexed account, address indexed recipient, uint256 amount, uint256 collateralPaid, uint256 underlyingPaid, uint256 price, uint256 backingCollateral, uint256 backingUnderlying, uint256 supply);
        /// `payer` paid `premium` for puts on `units` that were not covered any more.
        #[derive(Debug, PartialEq, Eq)]
        event Covered(address indexed payer, uint256 units, uint256 premium);
        /// The puts paid `amount` into the backing.
        #[derive(Debug, PartialEq, Eq)]
        event PayoffCollected(uint256 amount, uint256 backingCollateral);
    }
}

/// What goes in and out as a struct.
pub mod views {
    use stylus_sdk::prelude::*;

    alloy_sol_types::sol! {
        /// What bonding is made with; none of it changes.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BondingParams {
            /// Seconds from bonding until a bond becomes dpxETH; up to 2,592,000 (30 days).
            uint256 maturity;
            /// Least bond, wad of dpxETH.
            uint256 minBond;
        }

        /// Whom bonding deals with.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BondingPeers {
            /// The put pool, whose buyer this contract is.
            address pool;
            /// The collateral (WETH), 18 decimals; the pool's.
            address collateral;
            /// The underlying (rDPX), 18 decimals; the pool's.
            address underlying;
            /// The PriceHistory of the underlying's price in collateral; the pool's.
            address history;
            /// dpxETH; zero until it is set.
            address synthetic;
        }

        /// One bond.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BondView {
            /// Its number, from 1.
            uint256 id;
            /// Who may redeem it.
            address owner;
            /// How much dpxETH it becomes, wad.
            uint256 amount;
            /// When, seconds since 1970.
            uint256 maturity;
            /// Whether it has.
            bool redeemed;
        }

        /// What the backing is worth at a price, in collateral, rounded down.
        #[derive(AbiType, Debug, PartialEq, Eq)]
        struct BackingView {
            /// Without puts.
            uint256 withoutPuts;
            /// With what the puts of this epoch pay at that price.
            uint256 withPuts;
            /// The first for each dpxETH, wad; the highest number where there are none.
            uint256 ratioWithoutPuts;
            /// The second for each dpxETH, wad.
            uint256 ratioWithPuts;
        }
    }
}

/// The same as the router reads and writes it.
mod words {
    use alloc::vec::Vec;

    use alloy_primitives::U256;
    use everfloor_common::router::{Answer, Argument, Arguments, Fixed};

    use super::views::{BackingView, BondView, BondingParams, BondingPeers};

    impl Argument for BondingParams {
        fn read(from: &mut Arguments<'_>) -> Option<Self> {
            Some(Self { maturity: U256::read(from)?, minBond: U256::read(from)? })
        }
    }

    impl Answer for BondingParams {
        fn write(self, to: &mut Vec<u8>) {
            (self.maturity, self.minBond).write(to);
        }
    }

    impl Answer for BondingPeers {
        fn write(self, to: &mut Vec<u8>) {
            let Self { pool, collateral, underlying, history, synthetic } = self;
            for peer in [pool, collateral, underlying, history, synthetic] {
                Answer::write(peer, to);
            }
        }
    }

    impl Fixed for BondView {}

    impl Answer for BondView {
        fn write(self, to: &mut Vec<u8>) {
            (self.id, self.owner, self.amount).write(to);
            (self.maturity, self.redeemed).write(to);
        }
    }

    impl Answer for BackingView {
        fn write(self, to: &mut Vec<u8>) {
            (self.withoutPuts, self.withPuts).write(to);
            (self.ratioWithoutPuts, self.ratioWithPuts).write(to);
        }
    }
}
