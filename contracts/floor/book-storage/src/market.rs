//! What is asked of the market, and what its answers mean.
//!
//! The market alone knows accounts, margin and cash, and is trusted with them; the book trusts it to answer. It is
//! asked for each trade (`settleTrade`), which it does or says who cannot, and whether somebody could make one
//! (`canSettle`), which changes nothing. If it reverts, the call of the book reverts as it did.
//!
//! While the book is at work the chain lets nobody call it, so the market cannot ask for the mark: it is told. The mark
//! costs some reads, and most trades need none; so a trade goes without it at first, and again with it if the market
//! asks.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{address_word, call, calldata, static_call, word_at};
use everfloor_venue_rules::{Mark, Outcome as Said, Owner, Params, Trade};
use stylus_sdk::host::VM;

use crate::{
    abi::errors,
    revert::{Outcome, Revert},
    store::History,
};

sol! {
    function settleTrade(address maker, address taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark) external returns (uint8 outcome, bytes4 reason, uint256 first, uint256 second);
    function canSettle(address maker, uint256 fp, uint256 price, bool makerBuys, uint256 mark) external view returns (bool can);
}

/// What the market answers that cannot settle a trade without the mark.
const MARK_ASKED: u8 = 3;
/// Most bytes kept of what the market answers or reverts with.
const ANSWER: usize = 256;
/// Where the selector of a taker's refusal is in an answer.
const REASON: core::ops::Range<usize> = 32..36;
/// Where its words are.
const WORDS: usize = 64;
/// Bytes of the words it may have.
const MOST_WORDS: usize = 64;

/// The market as a book sees it.
pub struct Market<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
    /// In which ticks and lots the book counts.
    pub params: Params,
    /// The mark, counted up to now.
    pub mark: Mark,
}

impl Market<'_> {
    /// Lets it do a trade, or say who cannot: for a taker in its own words, an error of the market's with as many
    /// of its two words as it answered.
    pub fn settle(&self, trade: &Trade) -> Outcome<Said<Revert>> {
        let answer = self.ask_to_settle(trade, 0)?;
        if small(&answer) == Some(MARK_ASKED) {
            let now = self.mark.point.time;
            let mark = self.mark.recent(&History::new(self.vm), &self.params, None, now)?.told();
            return self.heard(&self.ask_to_settle(trade, mark)?);
        }
        self.heard(&answer)
    }

    fn ask_to_settle(&self, trade: &Trade, mark: u128) -> Outcome<Vec<u8>> {
        let words = [
            address_word(Address::from(trade.maker)),
            address_word(Address::from(trade.taker)),
            U256::from(self.params.quantity(trade.lots)?),
            U256::from(self.params.price(trade.tick)?),
            U256::from(trade.taker_buys),
            U256::from(mark),
        ];
        call(self.vm, self.at, &calldata(settleTradeCall::SELECTOR, words), ANSWER).map_err(Revert)
    }

    fn heard(&self, answer: &[u8]) -> Outcome<Said<Revert>> {
        match (small(answer), answer.get(REASON)) {
            (Some(0), _) => Ok(Said::Filled),
            (Some(1), _) => Ok(Said::MakerCannot),
            (Some(2), Some(reason)) => {
                let words = answer.iter().skip(WORDS).take(MOST_WORDS);
                Ok(Said::TakerCannot(Revert(reason.iter().chain(words).copied().collect())))
            }
            _ => self.bad_answer(),
        }
    }

    /// Asks whether somebody could trade so many lots at a price, with the mark as it is.
    pub fn can_settle(&self, owner: Owner, lots: u64, price: u128, buys: bool, mark: u128) -> Outcome<bool> {
        let words = [
            address_word(Address::from(owner)),
            U256::from(self.params.quantity(lots)?),
            U256::from(price),
            U256::from(buys),
            U256::from(mark),
        ];
        let data = calldata(canSettleCall::SELECTOR, words);
        let answer = static_call(self.vm, self.at, &data, u64::MAX, ANSWER).map_err(Revert)?;
        match small(&answer) {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => self.bad_answer(),
        }
    }

    fn bad_answer<T>(&self) -> Outcome<T> {
        Err(errors::BadAnswer { market: self.at }.into())
    }
}

/// The first word of an answer, if it is as small as those that mean something.
fn small(answer: &[u8]) -> Option<u8> {
    u8::try_from(word_at(answer, 0)?).ok()
}
