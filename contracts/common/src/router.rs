//! Finds the method of a call, for the programs that have no room for the SDK's router.
//!
//! Off the chain the SDK's own router serves every program, and the tests run each behaviour both ways: what the two
//! make of a call is the same. This one reads arguments of the few types below straight from the calldata, as strictly:
//! every word must be what its type allows.

use alloc::vec::Vec;

use alloy_primitives::{Address, FixedBytes, I256, U256};
use stylus_sdk::{abi::Bytes, host::VM, prelude::*};

/// What is left of a call's arguments.
pub struct Arguments<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Arguments<'a> {
    /// The arguments of a call, without its selector.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    pub(crate) fn word(&mut self) -> Option<U256> {
        let word = word_at(self.data, self.at)?;
        self.at = self.at.checked_add(32)?;
        Some(word)
    }
}

#[inline(never)]
fn word_at(data: &[u8], at: usize) -> Option<U256> {
    data.get(at..at.checked_add(32)?).map(U256::from_be_slice)
}

/// A type that is read from a call.
pub trait Argument: Sized {
    /// Reads it; none if it is not there or not what it should be.
    fn read(from: &mut Arguments<'_>) -> Option<Self>;
}

impl Argument for U256 {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        from.word()
    }
}

impl Argument for u8 {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        Self::try_from(from.word()?).ok()
    }
}

impl Argument for bool {
    #[inline]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

fn address_of(word: U256) -> Option<Address> {
    let bytes = word.to_be_bytes::<32>();
    let (padding, address) = bytes.split_at(12);
    padding.iter().all(|byte| *byte == 0).then(|| Address::from_slice(address))
}

impl Argument for Address {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        address_of(from.word()?)
    }
}

impl Argument for Vec<Address> {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let start = usize::try_from(from.word()?).ok()?;
        let count = usize::try_from(word_at(from.data, start)?).ok()?;
        let mut at = start;
        let mut addresses = Self::new();
        for _ in 0..count {
            at = at.checked_add(32)?;
            addresses.push(address_of(word_at(from.data, at)?)?);
        }
        Some(addresses)
    }
}

/// A list of numbers.
impl Argument for Vec<U256> {
    #[inline]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let start = usize::try_from(from.word()?).ok()?;
        let count = usize::try_from(word_at(from.data, start)?).ok()?;
        let mut at = start;
        let mut numbers = Self::new();
        for _ in 0..count {
            at = at.checked_add(32)?;
            numbers.push(word_at(from.data, at)?);
        }
        Some(numbers)
    }
}

/// Where a list begins whose head is at `at` of what begins at `base`, and of how many it is.
#[inline]
pub(crate) fn list_at(data: &[u8], base: usize, at: usize) -> Option<(usize, usize)> {
    let start = base.checked_add(usize::try_from(word_at(data, at)?).ok()?)?;
    let count = usize::try_from(word_at(data, start)?).ok()?;
    Some((start.checked_add(32)?, count))
}

impl Argument for Bytes {
    #[inline]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let (start, count) = list_at(from.data, 0, from.at)?;
        from.at = from.at.checked_add(32)?;
        from.data.get(start..start.checked_add(count)?).map(|bytes| Self(bytes.to_vec().into()))
    }
}

/// A list of proofs.
impl Argument for Vec<Vec<FixedBytes<32>>> {
    #[inline]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let (base, count) = list_at(from.data, 0, from.at)?;
        from.at = from.at.checked_add(32)?;
        let mut lists = Self::new();
        let mut head = base;
        for _ in 0..count {
            let (mut at, parts) = list_at(from.data, base, head)?;
            head = head.checked_add(32)?;
            let mut list = Vec::new();
            for _ in 0..parts {
                list.push(word_at(from.data, at)?.into());
                at = at.checked_add(32)?;
            }
            lists.push(list);
        }
        Some(lists)
    }
}

/// A type that a call answers.
pub trait Answer {
    /// Its words.
    fn write(self, to: &mut Vec<u8>);
}

impl Answer for () {
    fn write(self, _: &mut Vec<u8>) {}
}

impl Answer for U256 {
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.to_be_bytes::<32>());
    }
}

impl Answer for I256 {
    fn write(self, to: &mut Vec<u8>) {
        self.into_raw().write(to);
    }
}

impl Answer for bool {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        U256::from(self).write(to);
    }
}

impl Answer for u8 {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        U256::from(self).write(to);
    }
}

impl Answer for Address {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.into_word().as_slice());
    }
}

impl Answer for FixedBytes<32> {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.as_slice());
    }
}

impl Answer for FixedBytes<4> {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.as_slice());
        to.extend_from_slice(&[0; 28]);
    }
}

/// An answer of always as many words, so that a list of them is without offsets.
pub trait Fixed: Answer {}

impl Fixed for Address {}

/// A list, and what there is beside it: the list comes after the head.
impl<T: Fixed, B: Answer> Answer for (Vec<T>, B) {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        let mut beside = Vec::new();
        self.1.write(&mut beside);
        U256::from(beside.len().saturating_add(32)).write(to);
        to.extend_from_slice(&beside);
        U256::from(self.0.len()).write(to);
        for item in self.0 {
            item.write(to);
        }
    }
}

impl<A: Fixed, B: Answer> Answer for (A, B) {
    fn write(self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }
}

impl<A: Answer, B: Answer, C: Answer> Answer for (A, B, C) {
    fn write(self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
        self.2.write(to);
    }
}

impl<A: Fixed, B: Fixed, C: Fixed, D: Answer> Answer for (A, B, C, D) {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        ((self.0, self.1), (self.2, self.3)).write(to);
    }
}

impl<A: Fixed, B: Fixed, C: Fixed, D: Fixed, E: Answer> Answer for (A, B, C, D, E) {
    #[inline]
    fn write(self, to: &mut Vec<u8>) {
        ((self.0, self.1, self.2), (self.3, self.4)).write(to);
    }
}

/// The results of a batch, and a number: the list comes after the head.
impl Answer for (Vec<FixedBytes<4>>, U256) {
    fn write(self, to: &mut Vec<u8>) {
        U256::from(64).write(to);
        self.1.write(to);
        U256::from(self.0.len()).write(to);
        for result in self.0 {
            to.extend_from_slice(result.as_slice());
            to.extend_from_slice(&[0; 28]);
        }
    }
}

/// Reads an argument; a call that lacks it reverts as the SDK's router would have it, with nothing.
pub fn argument<T: Argument>(from: &mut Arguments<'_>) -> Result<T, Vec<u8>> {
    T::read(from).ok_or_else(Vec::new)
}

/// The bytes of an answer.
pub fn reply(answer: impl Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    answer.write(&mut bytes);
    bytes
}

/// Refuses a call that brings ether: nothing here takes any.
pub fn refuse_value(vm: &VM) -> Result<(), Vec<u8>> {
    if vm.msg_value().is_zero() { Ok(()) } else { Err(Vec::new()) }
}

/// Routes calls to methods on the chain: `routes!(Contract { "name"(Types) => method; ... })`. `else method`
/// takes the calls that no name fits.
#[macro_export]
macro_rules! routes {
    ($contract:ident {
        $($name:literal ($($arg:ty),*) => $method:ident;)*
        $(else $fallback:ident)?
    }) => {
        #[cfg(target_arch = "wasm32")]
        impl<S> stylus_sdk::abi::Router<S> for $contract
        where
            S: stylus_sdk::prelude::TopLevelStorage
                + core::borrow::BorrowMut<Self>
                + stylus_sdk::prelude::ValueDenier,
        {
            type Storage = Self;

            fn route(storage: &mut S, selector: u32, input: &[u8]) -> Option<stylus_sdk::ArbResult> {
                let contract: &mut Self = storage.borrow_mut();
                let mut arguments = $crate::router::Arguments::new(input);
                let from = &mut arguments;
                $(
                    if selector == u32::from_be_bytes(stylus_sdk::function_selector!($name $(, $arg)*)) {
                        return Some((|| {
                            $crate::router::refuse_value(contract.vm())?;
                            let answer =
                                contract.$method($($crate::router::argument::<$arg>(from)?),*)?;
                            Ok($crate::router::reply(answer))
                        })());
                    }
                )*
                None
            }

            fn fallback(storage: &mut S, calldata: &[u8]) -> Option<stylus_sdk::ArbResult> {
                let contract: &mut Self = storage.borrow_mut();
                let _ = (&contract, calldata);
                $(
                    if let Err(refusal) = $crate::router::refuse_value(contract.vm()) {
                        return Some(Err(refusal));
                    }
                    return Some(contract.$fallback(calldata));
                )?
                #[allow(unreachable_code, reason = "of a contract that has a fallback")]
                None
            }

            fn receive(_: &mut S) -> Option<Result<(), alloc::vec::Vec<u8>>> {
                None
            }

            fn constructor(_: &mut S, _: &[u8]) -> Option<stylus_sdk::ArbResult> {
                None
            }
        }
    };
}
