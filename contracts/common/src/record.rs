//! Values that are stored in words of their own: read once, and written where they changed.

use core::marker::PhantomData;

use alloy_primitives::{B256, U256};
use stylus_sdk::host::VM;

use crate::words::{load, write_changed};

/// A value that is stored in `N` words.
///
/// `L` is a type of the crate that lays it out, so that this may be another than the one the value is of.
pub trait Record<const N: usize, L = ()>: Sized {
    /// Reads it.
    fn decode(words: &[B256; N]) -> Self;
    /// Writes it; nothing if one of its numbers does not fit its bytes.
    fn encode(&self) -> Option<[B256; N]>;
}

/// A number did not fit the bytes it is stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooWide;

/// A loaded value, with the words it came from.
pub struct Loaded<T, const N: usize, L = ()> {
    slot: U256,
    words: [B256; N],
    layout: PhantomData<L>,
    /// The value.
    pub value: T,
}

impl<T: Record<N, L>, const N: usize, L> Loaded<T, N, L> {
    /// Loads what lies at a slot; what was never written is all zero.
    pub fn at(vm: &VM, slot: U256) -> Self {
        let words = load(vm, slot);
        Self { slot, words, layout: PhantomData, value: T::decode(&words) }
    }

    /// Writes what changed since it was loaded or last saved.
    pub fn save(&mut self, vm: &VM) -> Result<(), TooWide> {
        let words = self.value.encode().ok_or(TooWide)?;
        write_changed(vm, self.slot, &self.words, &words);
        self.words = words;
        Ok(())
    }
}

/// Reads a value.
pub fn read<T: Record<N, L>, const N: usize, L>(vm: &VM, slot: U256) -> T {
    T::decode(&load(vm, slot))
}

/// Writes a value; the words that are already what they would be are left alone.
pub fn replace<T: Record<N, L>, const N: usize, L>(vm: &VM, slot: U256, value: &T) -> Result<(), TooWide> {
    let words = value.encode().ok_or(TooWide)?;
    write_changed(vm, slot, &load(vm, slot), &words);
    Ok(())
}
