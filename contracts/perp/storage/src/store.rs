//! Reads and writes the words of [`crate::layout`], only those that changed.

use alloy_primitives::{Address, B256, U256};
use everfloor_perp_rules::{PerpError, Position};
use stylus_sdk::{host::VM, prelude::*};

use crate::layout::{
    MarketRecord, PARAM_WORD, PARAM_WORDS, ParamsRecord, PositionRecord, STATE_WORDS, decode_entry,
    encode_entry,
};

type Result<T> = everfloor_perp_rules::error::Result<T>;

/// Namespace of markets: `keccak256("everfloor.clearing.markets")`.
pub const MARKETS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.clearing.markets").finalize();

/// Where a market's words begin.
pub fn market_slot(vm: &VM, id: U256) -> U256 {
    hash_pair(vm, id.to_be_bytes(), MARKETS)
}

/// Where a position's words begin.
pub fn position_slot(vm: &VM, market: U256, account: Address) -> U256 {
    hash_pair(vm, account.into_word().0, market.to_be_bytes())
}

/// Where a market's list of accounts begins.
pub fn list_slot(vm: &VM, market: U256) -> U256 {
    vm.native_keccak256(&market.to_be_bytes::<32>()).into()
}

fn hash_pair(vm: &VM, first: [u8; 32], second: [u8; 32]) -> U256 {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&first);
    bytes[32..].copy_from_slice(&second);
    vm.native_keccak256(&bytes).into()
}

fn at(slot: U256, index: u64) -> U256 {
    slot.wrapping_add(U256::from(index))
}

fn load<const N: usize>(vm: &VM, slot: U256) -> [B256; N] {
    let mut words = [B256::ZERO; N];
    for (index, word) in (0..).zip(words.iter_mut()) {
        *word = vm.storage_load_bytes32(at(slot, index));
    }
    words
}

/// Writes one word.
#[allow(
    unsafe_code,
    reason = "no accessor of the SDK borrows these slots: they are namespaced and ours alone"
)]
pub fn write(vm: &VM, slot: U256, word: B256) {
    // SAFETY: unsafe because it may alias an accessor's slot; see above.
    unsafe { vm.storage_cache_bytes32(slot, word) }
}

fn write_changed<const N: usize>(vm: &VM, slot: U256, before: &[B256; N], after: &[B256; N]) {
    for (index, (old, new)) in (0..).zip(before.iter().zip(after)) {
        if old != new {
            write(vm, at(slot, index), *new);
        }
    }
}

/// A loaded value, with the words it came from.
pub struct Loaded<T, const N: usize> {
    slot: U256,
    words: [B256; N],
    /// The value.
    pub value: T,
}

/// A loaded market.
pub type LoadedMarket = Loaded<MarketRecord, STATE_WORDS>;
/// A loaded position.
pub type LoadedPosition = Loaded<PositionRecord, 2>;

impl LoadedMarket {
    /// Loads a market; one that does not exist has no reserves.
    pub fn load(vm: &VM, slot: U256) -> Self {
        let words = load(vm, slot);
        Self { slot, words, value: MarketRecord::decode(&words) }
    }

    /// Where it lies.
    pub fn slot(&self) -> U256 {
        self.slot
    }

    /// Writes what changed since it was loaded or last saved.
    pub fn save(&mut self, vm: &VM) {
        let words = self.value.encode();
        write_changed(vm, self.slot, &self.words, &words);
        self.words = words;
    }
}

/// Loads a market's parameters.
pub fn load_params(vm: &VM, market: U256) -> ParamsRecord {
    ParamsRecord::decode(&load::<PARAM_WORDS>(vm, at(market, PARAM_WORD)))
}

/// Writes a market's parameters.
pub fn save_params(vm: &VM, market: U256, record: &ParamsRecord) -> Result<()> {
    let slot = at(market, PARAM_WORD);
    write_changed(vm, slot, &load(vm, slot), &record.encode()?);
    Ok(())
}

impl LoadedPosition {
    /// Loads a position, with its claim if it has one.
    pub fn load(vm: &VM, market: U256, account: Address) -> Self {
        let slot = position_slot(vm, market, account);
        let words = load(vm, slot);
        let mut value = PositionRecord::decode(&words);
        if value.has_claim {
            let (_, claim) = entry(vm, market, value.place);
            value.position.claim = claim;
        }
        Self { slot, words, value }
    }

    /// Writes what changed, and keeps the market's list: an account is in it while it has anything.
    pub fn save(&mut self, vm: &VM, market: &mut LoadedMarket, account: Address) -> Result<()> {
        let position = self.value.position;
        let claimed_before = self.value.has_claim;
        if position.is_empty() {
            self.unlist(vm, market)?;
        } else {
            self.list(vm, market, account, position, claimed_before)?;
        }
        write_changed(vm, self.slot, &self.words, &self.value.encode()?);
        Ok(())
    }

    fn list(
        &mut self,
        vm: &VM,
        market: &mut LoadedMarket,
        account: Address,
        position: Position,
        claimed_before: bool,
    ) -> Result<()> {
        let joins = self.value.place == 0;
        if joins {
            let accounts = market.value.accounts.checked_add(1).ok_or_else(|| PerpError::Overflow.boxed())?;
            market.value.accounts = accounts;
            self.value.place = accounts;
        }
        self.value.has_claim = position.claim != 0;
        if joins || claimed_before || self.value.has_claim {
            let slot = entry_slot(vm, market.slot, self.value.place);
            write(vm, slot, encode_entry(account, position.claim)?);
        }
        Ok(())
    }

    /// Leaves the list; the last account takes the place.
    fn unlist(&mut self, vm: &VM, market: &mut LoadedMarket) -> Result<()> {
        let place = core::mem::take(&mut self.value.place);
        self.value.has_claim = false;
        self.value.position.funding_index = 0;
        if place == 0 {
            return Ok(());
        }
        let last = market.value.accounts;
        market.value.accounts = last.saturating_sub(1);
        let last_slot = entry_slot(vm, market.slot, last);
        if place != last {
            let word = vm.storage_load_bytes32(last_slot);
            write(vm, entry_slot(vm, market.slot, place), word);
            let (moved, _) = decode_entry(&word);
            let slot = position_slot(vm, market.slot, moved);
            let words = load(vm, slot);
            let mut record = PositionRecord::decode(&words);
            record.place = place;
            write_changed(vm, slot, &words, &record.encode()?);
        }
        write(vm, last_slot, B256::ZERO);
        Ok(())
    }
}

/// The account at a place of the list, from 1, and its claim.
pub fn entry(vm: &VM, market: U256, place: u32) -> (Address, u128) {
    decode_entry(&vm.storage_load_bytes32(entry_slot(vm, market, place)))
}

fn entry_slot(vm: &VM, market: U256, place: u32) -> U256 {
    at(list_slot(vm, market), u64::from(place))
}
