//! Reads lists, and lists of lists, from a call's arguments, where the router reads words alone.
//!
//! As strictly as the SDK's router does off the chain: what is not there is not read, and a place is where the word that
//! tells of it says, counted from where its list begins.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use everfloor_common::raw::word_at;

/// Arguments of `sell`: NFTs, their proofs, the least total, the most bids, the recipient, the deadline.
pub type Sell = (Vec<U256>, Vec<Vec<B256>>, U256, U256, Address, U256);
/// Arguments of `sellInto`: bids, NFTs, their proofs, the least total, the recipient, the deadline.
pub type SellInto = (Vec<U256>, Vec<U256>, Vec<Vec<B256>>, U256, Address, U256);

/// The arguments of a call, without its selector.
pub struct Words<'a>(pub &'a [u8]);

impl Words<'_> {
    /// Those of `sell`.
    pub fn sell(&self) -> Option<Sell> {
        let (ids, proofs) = (self.list(0)?, self.proofs(1)?);
        Some((ids, proofs, self.word(2)?, self.word(3)?, self.address(4)?, self.word(5)?))
    }

    /// Those of `sellInto`.
    pub fn sell_into(&self) -> Option<SellInto> {
        let (bids, ids, proofs) = (self.list(0)?, self.list(1)?, self.proofs(2)?);
        Some((bids, ids, proofs, self.word(3)?, self.address(4)?, self.word(5)?))
    }

    /// An argument of one word.
    pub fn word(&self, index: usize) -> Option<U256> {
        word_at(self.0, index)
    }

    /// An address.
    pub fn address(&self, index: usize) -> Option<Address> {
        let word: B256 = self.word(index)?.into();
        let (padding, _) = word.split_first_chunk::<12>()?;
        padding.iter().all(|byte| *byte == 0).then(|| Address::from_word(word))
    }

    /// A list of words.
    pub fn list(&self, index: usize) -> Option<Vec<U256>> {
        let (mut list, items) = (Vec::new(), self.items(index)?);
        for at in 0..items.count {
            list.push(items.data.word(at)?);
        }
        Some(list)
    }

    /// A list of lists of words.
    pub fn proofs(&self, index: usize) -> Option<Vec<Vec<B256>>> {
        let (mut proofs, items) = (Vec::new(), self.items(index)?);
        for at in 0..items.count {
            proofs.push(items.data.list(at)?.into_iter().map(B256::from).collect());
        }
        Some(proofs)
    }

    /// What the list has that an argument tells of.
    fn items(&self, index: usize) -> Option<Items<'_>> {
        let start = usize::try_from(self.word(index)?).ok()?;
        let (count, data) = self.0.get(start..)?.split_first_chunk::<32>()?;
        // No longer than its data, whatever it says.
        let count =
            usize::try_from(U256::from_be_bytes(*count)).ok().filter(|count| *count <= data.len() / 32)?;
        Some(Items { count, data: Words(data) })
    }
}

/// The items of a list: how many, and their words.
struct Items<'a> {
    count: usize,
    data: Words<'a>,
}
