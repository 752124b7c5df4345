//! The ledger as the other programs of a market see it: a program of its own, asked by delegatecall.
//!
//! Accounting is one thing and policy another. What an account has, what taking it out of the totals and putting it back
//! does to the ladder, the heap and the sums: `floor-ledger` alone knows it. Who may trade, what is sold at an auction, who
//! is paid first: the other programs decide that, and change accounts through [`Remote`]. A question and its answer carry
//! the ledger's words and the account's, which the asking program has loaded and will save; cohorts, the heap and ended
//! generations the ledger's program reads and writes where they are.

use alloc::{boxed::Box, vec::Vec};

use alloy_primitives::{B256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{delegate, record::Record};
use everfloor_floor_rules::{Account, Books, FloorError, Holding, Ledger, error::Result};

use crate::{
    abi::errors as e,
    state::{MarketState, Peer},
    store,
};

/// What is asked of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// What an account has.
    View = 0,
    /// To take it out of the totals.
    Take = 1,
    /// To put it back with what it has.
    Give = 2,
    /// To buy FP (the holding's) back from all longs for its cash.
    Close = 3,
}

impl Op {
    fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::View),
            1 => Some(Self::Take),
            2 => Some(Self::Give),
            3 => Some(Self::Close),
            _ => None,
        }
    }
}

/// A question to the ledger, or its answer.
///
/// | words | |
/// |---|---|
/// | 0 | what is asked |
/// | 1 to 7 | the ledger |
/// | 8 to 10 | the account |
/// | 11, 12 | cash and FP, signed |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// What is asked.
    pub op: Op,
    /// The ledger, between payments.
    pub ledger: Ledger,
    /// The account.
    pub account: Account,
    /// What it has.
    pub holding: Holding,
}

const WORDS: usize = 13;

impl Message {
    /// As bytes; none if a number does not fit its words.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(WORDS * 32);
        let mut write = |word: B256| bytes.extend_from_slice(word.as_slice());
        write(U256::from(self.op as u8).into());
        self.ledger.encode()?.into_iter().for_each(&mut write);
        self.account.encode()?.into_iter().for_each(&mut write);
        let Holding { cash, fp } = self.holding;
        [cash, fp].into_iter().for_each(|value| write(U256::from(value.cast_unsigned()).into()));
        Some(bytes)
    }

    /// From bytes, if they are one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut words = [B256::ZERO; WORDS];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(32)) {
            *word = B256::from_slice(bytes);
        }
        if bytes.len() != WORDS * 32 {
            return None;
        }
        let [op, ledger @ .., a, b, c, cash, fp] = words;
        let [cash, fp] =
            [cash, fp].map(|word| U256::from_be_bytes(word.0).wrapping_to::<u128>().cast_signed());
        Some(Self {
            op: Op::of(op[31])?,
            ledger: Ledger::decode(&ledger),
            account: Account::decode(&[a, b, c]),
            holding: Holding { cash, fp },
        })
    }
}

/// The ledger's program.
pub struct Remote<'a> {
    state: &'a MarketState,
}

impl<'a> Remote<'a> {
    /// That of a market.
    pub fn new(state: &'a MarketState) -> Self {
        Self { state }
    }

    #[inline(never)]
    fn ask(&self, op: Op, ledger: &Ledger, account: &Account, holding: Holding) -> Result<Message> {
        let message = Message { op, ledger: *ledger, account: *account, holding };
        let question = message.to_bytes().ok_or(FloorError::Overflow)?;
        match delegate::forward(self.state.vm(), self.state.peer(Peer::LedgerProgram), &question) {
            Ok(answer) => Message::from_bytes(&answer).ok_or_else(|| FloorError::Overflow.boxed()),
            Err(refusal) => Err(refused(&refusal)),
        }
    }

    fn change(
        &self,
        op: Op,
        ledger: &mut Ledger,
        account: &mut Account,
        holding: Holding,
    ) -> Result<Holding> {
        ledger.require_settled()?;
        let answer = self.ask(op, ledger, account, holding)?;
        (*ledger, *account) = (answer.ledger, answer.account);
        Ok(answer.holding)
    }
}

/// A refusal of the ledger's, as rules know it.
fn refused(bytes: &[u8]) -> Box<FloorError> {
    let word = everfloor_common::raw::word_at(bytes.get(4..).unwrap_or_default(), 0).unwrap_or_default();
    let value: u128 = word.wrapping_to();
    match bytes.first_chunk() {
        Some(&e::NegativeCash::SELECTOR) => FloorError::NegativeCash { cash: value.cast_signed() },
        Some(&e::NobodyToPay::SELECTOR) => FloorError::NobodyToPay { loss: value },
        _ => FloorError::Overflow,
    }
    .boxed()
}

impl Books for Remote<'_> {
    fn view(&self, ledger: &Ledger, account: &Account) -> Result<Holding> {
        Ok(self.ask(Op::View, ledger, account, Holding::default())?.holding)
    }

    fn take(&mut self, ledger: &mut Ledger, account: &mut Account) -> Result<Holding> {
        self.change(Op::Take, ledger, account, Holding::default())
    }

    fn give(&mut self, ledger: &mut Ledger, account: &mut Account, holding: Holding) -> Result<()> {
        self.change(Op::Give, ledger, account, holding).map(|_| ())
    }

    fn close_against_longs(&mut self, ledger: &mut Ledger, fp: u128, cash: u128) -> Result<()> {
        let [cash, fp] = [cash, fp].map(u128::cast_signed);
        self.change(Op::Close, ledger, &mut Account::default(), Holding { cash, fp }).map(|_| ())
    }

    fn house(&self) -> Account {
        store::account(self.state.vm(), alloy_primitives::Address::ZERO).value
    }

    fn set_house(&mut self, house: &Account) {
        store::set_house(self.state.vm(), house);
    }
}
