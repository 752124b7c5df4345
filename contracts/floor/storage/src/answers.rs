//! The view structs as words, for programs that have no room for the SDK's encoder.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytes, I256, U256};
use everfloor_common::router::{Answer, Fixed};

use crate::abi::views::*;

/// What is one word of an answer.
trait Word {
    fn word(self) -> U256;
}

impl Word for U256 {
    fn word(self) -> U256 {
        self
    }
}

impl Word for I256 {
    fn word(self) -> U256 {
        self.into_raw()
    }
}

impl Word for Address {
    fn word(self) -> U256 {
        self.into_word().into()
    }
}

impl Word for B256 {
    fn word(self) -> U256 {
        self.into()
    }
}

impl Word for FixedBytes<4> {
    /// What is shorter than a word stands on its left.
    fn word(self) -> U256 {
        B256::right_padding_from(self.as_slice()).into()
    }
}

impl Word for bool {
    fn word(self) -> U256 {
        U256::from(self)
    }
}

impl Word for u8 {
    fn word(self) -> U256 {
        U256::from(self)
    }
}

impl Word for u32 {
    fn word(self) -> U256 {
        U256::from(self)
    }
}

impl Word for u64 {
    fn word(self) -> U256 {
        U256::from(self)
    }
}

/// Answers a struct field by field, in the order in which it declares them: tests compare with the SDK's encoder.
macro_rules! answers {
    ($($view:ident { $($field:ident),* $(,)? })*) => {$(
        impl Answer for $view {
            fn write(self, to: &mut Vec<u8>) {
                $(self.$field.word().write(to);)*
            }
        }

        impl Fixed for $view {}
    )*};
}

answers! {
    MarketPeers { cash, collection, root, index, venue, bids, wrapper }
    MarketParams {
        genesis, epochLength, maxPayment, maxRatio, share, strike, opening, maintenance, cure, shortInitial,
        shortMaintenance, longInitial, longMaintenance, kappaHigh, kappaLow, band, minPosition, nftTest, leverage,
        bonus, fee,
    }
    AuctionParams { step, cut, tail, cusp, top, chop, voluntaryFee, tip, chip, expected, fall, capacity, spacing }
    MarketPrograms {
        ledger, cash, trade, vault, funding, auction, sale, takeover, end, lens, simulate, records, admin,
    }
    PricesView { mark, index, status }
    MarketView {
        openInterest, marginedFp, longUnits, generation, fundedShorts, cohorts, topCohort, paidPerFp, accounts,
        auctions, tickets, nfts, offered, lastTop, epochsPaid, epochsOver, lastIndex, lastPriced, paymentPending,
        shut, entryPaused,
    }
    CashView { held, reserve, waiting, flat, margined, longs, holders, debts, queueAsked, queuePaid }
    CapitalView { locked, reserve, debts, longEquity, working, headroom, ratio }
    PaymentView { pending, epoch, payment, paidPerFp, target, mark, kind, before, loss }
    AccountView {
        owner, number, kind, cash, fp, nfts, auctioned, kicked, runway, status, owed, have, health, liquidatable,
    }
    AuctionView {
        id, account, nfts, top, started, price, needsReset, voluntary, reserve, fee, starter, reward, step, cut,
        tail, cusp,
    }
    NftView { id, account, auction }
    WaitingView { owner, amount, paid, due, ahead }
    FundedView { account, runway }
    ShutdownView {
        shut, price, redeemUntil, unclosed, firstClaims, firstAvailable, firstPaid, firstRatio, longClaims,
        longAvailable, longPaid, longRatio,
    }
    FundingView { epoch, status, source, mark, index, payment }
}
