//! Other contracts of ours, asked and told: they are trusted to do what they say, and what they refuse reaches the caller
//! byte for byte.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolError, sol};
use stylus_sdk::{ArbResult, host::VM};

use crate::raw::{call, static_call, word_at};

sol! {
    /// A contract this one depends on did not answer as it should.
    #[derive(Debug, PartialEq, Eq)]
    error NoAnswer(address from);
}

/// What is kept of an answer at least: room for an error with its values.
const LEAST_KEPT: usize = 132;

/// Another contract.
#[derive(Clone, Copy)]
pub struct Other<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
}

/// An answer of whole words.
pub struct Answer(Vec<u8>);

impl Answer {
    /// One of its words, which it was made sure to have.
    #[inline]
    pub fn word(&self, index: usize) -> U256 {
        word_at(&self.0, index).unwrap_or_default()
    }

    /// One of its words, as an address.
    #[inline]
    pub fn address(&self, index: usize) -> Address {
        Address::from_word(self.word(index).into())
    }

    /// Whether one of its words is other than zero.
    #[inline]
    pub fn is(&self, index: usize) -> bool {
        !self.word(index).is_zero()
    }
}

impl Other<'_> {
    /// Asks it without changing anything: at least so many words, or its own refusal, or that it said less.
    #[inline]
    pub fn look(&self, data: &[u8], words: usize) -> Result<Answer, Vec<u8>> {
        self.expect(static_call(self.vm, self.at, data, u64::MAX, kept(words)), words)
    }

    /// Has it do something: the same.
    #[inline]
    pub fn act(&self, data: &[u8], words: usize) -> Result<Answer, Vec<u8>> {
        self.expect(call(self.vm, self.at, data, kept(words)), words)
    }

    #[inline]
    fn expect(&self, answer: ArbResult, words: usize) -> Result<Answer, Vec<u8>> {
        let data = answer?;
        if data.len() < words.saturating_mul(32) {
            return Err(NoAnswer { from: self.at }.abi_encode());
        }
        Ok(Answer(data))
    }
}

#[inline]
fn kept(words: usize) -> usize {
    words.saturating_mul(32).max(LEAST_KEPT)
}
