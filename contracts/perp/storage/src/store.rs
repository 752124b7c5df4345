//! Reads and writes the words of [`crate::layout`], only those that changed.

use alloy_primitives::{Address, B256, U256};
pub use everfloor_common::words::write;
use everfloor_common::words::{at, hash_pair, load, write_changed};
use everfloor_perp_rules::{
    PerpError, Position, Side,
    deleverage::{self, CaughtUp, Index, Journey},
};
use stylus_sdk::{host::VM, prelude::*};

use crate::layout::{
    self, BOOK_WORDS, CALENDAR_WORD, CalendarRecord, EPOCH_WORD, LOSS_WORD, LossRecord, MOST_ACCOUNTS,
    MarketRecord, PARAM_WORD, PARAM_WORDS, ParamsRecord, PositionRecord, Record, STATE_WORDS,
    TRADING_PARAM_WORDS, decode_entry, encode_entry,
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
/// A market's losses, loaded.
pub type LoadedLosses = Loaded<LossRecord, 1>;
/// A market's calendar, loaded.
pub type LoadedCalendar = Loaded<CalendarRecord, 2>;

impl<T: Record<N>, const N: usize> Loaded<T, N> {
    /// Loads what lies at a slot; nothing was ever written there is all zero.
    fn at(vm: &VM, slot: U256) -> Self {
        let words = load(vm, slot);
        Self { slot, words, value: T::decode(&words) }
    }

    /// Writes what changed since it was loaded or last written.
    fn write(&mut self, vm: &VM) -> Result<()> {
        let words = self.value.encode()?;
        write_changed(vm, self.slot, &self.words, &words);
        self.words = words;
        Ok(())
    }

    /// Where it lies.
    pub fn slot(&self) -> U256 {
        self.slot
    }
}

impl LoadedMarket {
    /// Loads a market; one that does not exist has no reserves.
    pub fn load(vm: &VM, slot: U256) -> Self {
        Self::at(vm, slot)
    }

    /// Loads no more of a market than its ledger, its status and its list: the rest is zero, and stays as it is stored
    /// as long as it is left zero. For what moves money and no position.
    pub fn load_books(vm: &VM, slot: U256) -> Self {
        let mut words = [B256::ZERO; STATE_WORDS];
        for index in BOOK_WORDS {
            if let Some(word) = words.get_mut(index as usize) {
                *word = vm.storage_load_bytes32(at(slot, index));
            }
        }
        Self { slot, words, value: MarketRecord::decode(&words) }
    }

    /// Writes what changed since it was loaded or last saved.
    pub fn save(&mut self, vm: &VM) -> Result<()> {
        self.write(vm)
    }
}

impl LoadedLosses {
    /// Loads a market's losses.
    pub fn load(vm: &VM, market: U256) -> Self {
        Self::at(vm, at(market, LOSS_WORD))
    }

    /// Writes what changed since they were loaded or last saved.
    pub fn save(&mut self, vm: &VM) -> Result<()> {
        self.write(vm)
    }
}

impl LoadedCalendar {
    /// Loads a market's calendar.
    pub fn load(vm: &VM, market: U256) -> Self {
        Self::at(vm, at(market, CALENDAR_WORD))
    }

    /// Writes what changed since it was loaded or last saved.
    pub fn save(&mut self, vm: &VM) -> Result<()> {
        self.write(vm)
    }
}

/// Loads a market's parameters.
pub fn load_params(vm: &VM, market: U256) -> ParamsRecord {
    ParamsRecord::decode(&load::<PARAM_WORDS>(vm, at(market, PARAM_WORD)))
}

/// Loads those of a market's parameters that trading reads.
pub fn load_trading_params(vm: &VM, market: U256) -> ParamsRecord {
    ParamsRecord::decode_for_trading(&load::<TRADING_PARAM_WORDS>(vm, at(market, PARAM_WORD)))
}

/// Writes a market's parameters.
pub fn save_params(vm: &VM, market: U256, record: &ParamsRecord) -> Result<()> {
    let slot = at(market, PARAM_WORD);
    write_changed(vm, slot, &load(vm, slot), &record.encode()?);
    Ok(())
}

/// The index that a side had at an epoch.
pub fn load_index(vm: &VM, market: U256, side: Side, epoch: u16) -> Index {
    if epoch == 0 {
        return Index::default();
    }
    Index::decode(&load(vm, index_slot(vm, market, side, epoch)))
}

/// Records a side's index under its epoch, for good.
pub fn save_index(vm: &VM, market: U256, side: Side, epoch: u16, index: &Index) -> Result<()> {
    let slot = index_slot(vm, market, side, epoch);
    write_changed(vm, slot, &[B256::ZERO; 2], &index.encode()?);
    Ok(())
}

fn index_slot(vm: &VM, market: U256, side: Side, epoch: u16) -> U256 {
    let side: u8 = match side {
        Side::Long => 1,
        Side::Short => 2,
    };
    // No address, which is what the other keys of a market are, has its first byte set.
    let mut key = [0; 32];
    key[0] = 1;
    key[29] = side;
    key[30..].copy_from_slice(&epoch.to_be_bytes());
    hash_pair(vm, key, market.to_be_bytes())
}

impl LoadedPosition {
    /// Loads a position as it was last written, with its claim if it has one: its side may have been deleveraged since.
    pub fn load_raw(vm: &VM, market: U256, account: Address) -> Self {
        let mut loaded = Self::at(vm, position_slot(vm, market, account));
        if loaded.value.has_claim {
            let (_, claim) = entry(vm, market, loaded.value.place);
            loaded.value.position.claim = claim;
        }
        loaded
    }

    /// Loads a position as it is now; what it gave up meanwhile is told.
    pub fn load(
        vm: &VM,
        market: &mut LoadedMarket,
        scale: u128,
        account: Address,
    ) -> Result<(Self, Option<CaughtUp>)> {
        let mut loaded = Self::load_raw(vm, market.slot, account);
        let position = &mut loaded.value.position;
        let caught_up = match position.side() {
            Some(side) if deleverage::is_behind(&market.value.market, position) => {
                let journey = journey(vm, market, side, position.epoch);
                Some(deleverage::catch_up(&mut market.value.market, position, &journey, scale)?)
            }
            _ => None,
        };
        Ok((loaded, caught_up))
    }

    /// Writes what changed, and keeps the market's list: an account is in it while it has anything.
    pub fn save(&mut self, vm: &VM, market: &mut LoadedMarket, account: Address) -> Result<()> {
        let position = self.value.position;
        let claimed_before = self.value.has_claim;
        self.count(&mut market.value, position.size != 0)?;
        if position.is_empty() {
            self.unlist(vm, market)?;
        } else {
            self.list(vm, market, account, position, claimed_before)?;
        }
        self.write(vm)
    }

    /// Counts an opened or closed position.
    fn count(&self, market: &mut MarketRecord, is_open: bool) -> Result<()> {
        let was_open = PositionRecord::decode(&self.words).position.size != 0;
        let count = market.open_positions;
        let changed = match (was_open, is_open) {
            (false, true) => count.checked_add(1),
            (true, false) => count.checked_sub(1),
            _ => Some(count),
        };
        market.open_positions = changed.ok_or_else(|| PerpError::Overflow.boxed())?;
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
            let accounts = market.value.accounts.saturating_add(1);
            if accounts > MOST_ACCOUNTS {
                return Err(PerpError::Overflow.boxed());
            }
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
        self.value.position.epoch = 0;
        self.value.position.takeover_start = 0;
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

/// Whether a position's side was deleveraged since it was last written.
pub fn is_behind(vm: &VM, market: U256, account: Address) -> bool {
    let [word] = load::<1>(vm, at(market, EPOCH_WORD));
    let epochs = layout::epochs(&word);
    if epochs == [0, 0] {
        return false; // no side of most markets ever is
    }
    let position = PositionRecord::decode(&load(vm, position_slot(vm, market, account))).position;
    match position.side() {
        Some(Side::Long) => position.epoch != epochs[0],
        Some(Side::Short) => position.epoch != epochs[1],
        None => false,
    }
}

/// The points of a side's index between a position's epoch and now.
fn journey(vm: &VM, market: &LoadedMarket, side: Side, epoch: u16) -> Journey {
    let slot = market.slot;
    let index = |epoch| load_index(vm, slot, side, epoch);
    let now = market.value.market.epoch(side);
    Journey { from: index(epoch), next: index(epoch.saturating_add(1)), to: index(now) }
}

/// The account at a place of the list, from 1, and its claim.
pub fn entry(vm: &VM, market: U256, place: u32) -> (Address, u128) {
    decode_entry(&vm.storage_load_bytes32(entry_slot(vm, market, place)))
}

fn entry_slot(vm: &VM, market: U256, place: u32) -> U256 {
    at(list_slot(vm, market), u64::from(place))
}
