//! The events and errors of the shares, beside those of a market that they refuse with.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

use everfloor_floor_storage::revert::Revert;

use crate::rules::Refusal;

/// Errors. Cash is wei of the cash token, shares are wei of which an NFT has `10^18`.
pub mod errors {
    alloy_sol_types::sol! {
        /// NFT `id` is not held here, or is held and should not be yet.
        #[derive(Debug, PartialEq, Eq)]
        error NotHeld(uint256 id);
        /// There are `shares` of NFT `id`: it is held, or they have not been redeemed.
        #[derive(Debug, PartialEq, Eq)]
        error SharesLeft(uint256 id, uint256 shares);
        /// NFT `id` has not been sold to one of its owners.
        #[derive(Debug, PartialEq, Eq)]
        error NotSold(uint256 id);
        /// Nobody offers to buy NFT `id` out.
        #[derive(Debug, PartialEq, Eq)]
        error NoBuyOut(uint256 id);
        /// An offer must stake at least `least` shares, and no more than there are.
        #[derive(Debug, PartialEq, Eq)]
        error StakeOutOfBounds(uint256 shares, uint256 least);
        /// Another offer runs: one that takes its place must be of `least`.
        #[derive(Debug, PartialEq, Eq)]
        error OfferTooLow(uint256 price, uint256 least);
        /// The offer could be answered until `ended`.
        #[derive(Debug, PartialEq, Eq)]
        error BuyOutOver(uint256 ended, uint256 nowTime);
        /// `market` is not one of this collection and cash, or does not answer as one.
        #[derive(Debug, PartialEq, Eq)]
        error NotThisMarket(address market);
        /// Auction `id` is its owner's own sale and not a liquidation.
        #[derive(Debug, PartialEq, Eq)]
        error NotLiquidation(uint256 id);
        /// A market said that it paid, and made it wait as `ticket`.
        #[derive(Debug, PartialEq, Eq)]
        error NotPaid(uint256 ticket);
        /// `owner` has fewer shares than he would move.
        #[derive(Debug, PartialEq, Eq)]
        error ERC6909InsufficientBalance(address owner, uint256 balance, uint256 needed, uint256 id);
        /// `spender` may move fewer shares than he would.
        #[derive(Debug, PartialEq, Eq)]
        error ERC6909InsufficientAllowance(address spender, uint256 allowance, uint256 needed, uint256 id);
        /// `receiver` cannot have shares: nobody, or this contract.
        #[derive(Debug, PartialEq, Eq)]
        error ERC6909InvalidReceiver(address receiver);
        /// `spender` cannot be allowed anything: nobody.
        #[derive(Debug, PartialEq, Eq)]
        error ERC6909InvalidSpender(address spender);
    }
}

/// Events. Those of ERC-6909 tell all shares there are: an offer's stake is this contract's while the offer runs.
pub mod events {
    alloy_sol_types::sol! {
        /// Shares of a collection's NFTs can be made; the owner of `market` may replace the code.
        #[derive(Debug, PartialEq, Eq)]
        event SharesCreated(address indexed collection, address indexed cash, address indexed market);
        /// Shares went from `sender` to `receiver`; nobody's are made or burned. (ERC-6909)
        #[derive(Debug, PartialEq, Eq)]
        event Transfer(address caller, address indexed sender, address indexed receiver, uint256 indexed id, uint256 amount);
        /// `spender` may move all shares of `owner`, or no longer. (ERC-6909)
        #[derive(Debug, PartialEq, Eq)]
        event OperatorSet(address indexed owner, address indexed spender, bool approved);
        /// `spender` may move so many shares of `owner`. (ERC-6909)
        #[derive(Debug, PartialEq, Eq)]
        event Approval(address indexed owner, address indexed spender, uint256 indexed id, uint256 amount);
        /// NFT `id` came in.
        #[derive(Debug, PartialEq, Eq)]
        event Fractionalized(uint256 indexed id, address indexed from, address indexed to);
        /// NFT `id` went out to whom had all its shares, or bought them.
        #[derive(Debug, PartialEq, Eq)]
        event Recombined(uint256 indexed id, address indexed from, address indexed to);
        /// `initiator` stakes `shares`, has brought `cash` for the others, and buys them at `ends` unless somebody buys his.
        #[derive(Debug, PartialEq, Eq)]
        event BuyOutStarted(uint256 indexed id, address indexed initiator, uint256 shares, uint256 price, uint256 cash, uint256 ends);
        /// A better offer took an offer's place: its maker has his shares back and may claim `cash`.
        #[derive(Debug, PartialEq, Eq)]
        event BuyOutOutbid(uint256 indexed id, address indexed initiator, uint256 shares, uint256 cash);
        /// `buyer` bought the initiator's `shares` for `paid`; the initiator may claim that and his `cash`.
        #[derive(Debug, PartialEq, Eq)]
        event BuyOutCountered(uint256 indexed id, address indexed initiator, address indexed buyer, uint256 shares, uint256 paid, uint256 cash);
        /// NFT `id` is the initiator's; `left` shares are worth `pot`.
        #[derive(Debug, PartialEq, Eq)]
        event BuyOutFinished(uint256 indexed id, address indexed initiator, uint256 left, uint256 pot);
        /// Shares of a sold NFT were burned for `cash`, which was paid to `to`; nobody is that the holder may claim it.
        #[derive(Debug, PartialEq, Eq)]
        event Redeemed(uint256 indexed id, address indexed holder, address indexed to, uint256 shares, uint256 cash);
        /// What was due to an account was paid to it.
        #[derive(Debug, PartialEq, Eq)]
        event Claimed(address indexed account, uint256 cash);
        /// An auctioned NFT was taken for `price`, of which its owner's account gave `price - paid` back: `buyer` has `shares` of
        /// it, `owner` the rest.
        #[derive(Debug, PartialEq, Eq)]
        event TakenInPart(address indexed market, uint256 indexed auction, uint256 indexed id, address buyer, address owner, uint256 price, uint256 paid, uint256 shares);
    }
}

macro_rules! refuse_with {
    ($($error:ident),+) => {
        $(impl From<errors::$error> for Revert {
            fn from(error: errors::$error) -> Self {
                Self(alloy_sol_types::SolError::abi_encode(&error))
            }
        })+
    };
}

refuse_with!(
    NotHeld,
    SharesLeft,
    NotSold,
    NoBuyOut,
    StakeOutOfBounds,
    OfferTooLow,
    BuyOutOver,
    NotThisMarket,
    NotLiquidation,
    NotPaid,
    ERC6909InsufficientBalance,
    ERC6909InsufficientAllowance,
    ERC6909InvalidReceiver,
    ERC6909InvalidSpender
);

impl From<Refusal> for Revert {
    fn from(refusal: Refusal) -> Self {
        use alloy_primitives::U256;
        match refusal {
            Refusal::Rule(error) => error.into(),
            Refusal::StakeOutOfBounds { shares, least } => {
                errors::StakeOutOfBounds { shares: U256::from(shares), least: U256::from(least) }.into()
            }
            Refusal::OfferTooLow { price, least } => {
                errors::OfferTooLow { price: U256::from(price), least: U256::from(least) }.into()
            }
            Refusal::BuyOutOver { ended, now } => {
                errors::BuyOutOver { ended: U256::from(ended), nowTime: U256::from(now) }.into()
            }
        }
    }
}
