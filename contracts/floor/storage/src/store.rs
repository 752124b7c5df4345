//! Reads and writes the words of [`crate::layout`], only those that changed.

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    record::{self, Loaded, Record, TooWide},
    words::{at, hash_pair, load, write, write_changed},
};
use everfloor_floor_rules::{
    Account, Cohort, Curve, Event, Ledger, Market, Shelves, Shutdown, Vault, auction::Cause, heap::Entry,
    longs::End,
};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    layout::{Closed, LastPaid, Layout, Nft, Owner, Pair, Sale, Settings, Waiting},
    state::{END, LAST_PAID, LAST_TOP, MARKET, PARAMS},
};

/// Namespace of records: `keccak256("everfloor.floor.records")`.
pub const RECORDS: [u8; 32] =
    stylus_sdk::keccak_const::Keccak256::new().update(b"everfloor.floor.records").finalize();

/// Kinds of records; the first byte of a record's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Account = 1,
    Owner = 2,
    Cohort = 3,
    Heap = 4,
    End = 5,
    Sale = 6,
    Waiting = 7,
    Nft = 8,
    List = 9,
    Operator = 10,
    Closed = 11,
}

/// Where a record begins: `keccak256(kind 1 byte, zeros, number 20 bytes, RECORDS)`.
fn place(vm: &VM, kind: Kind, number: &[u8]) -> U256 {
    let mut key = [0; 32];
    key[0] = kind as u8;
    let start = key.len().saturating_sub(number.len());
    for (to, from) in key.iter_mut().skip(start).zip(number) {
        *to = *from;
    }
    hash_pair(vm, key, RECORDS)
}

fn numbered(vm: &VM, kind: Kind, number: u32) -> U256 {
    place(vm, kind, &number.to_be_bytes())
}

/// What is written, or that it does not fit: rules keep their numbers below what the layout has room for.
type Written = Result<(), TooWide>;

/// The first entry of the heap shares its word with nothing before it, so that siblings share two words.
const HEAP_OFFSET: u32 = 3;

/// The records of a market, on the chain. Written at once, since whoever is refused reverts.
pub struct Chain<'a> {
    vm: &'a VM,
    failed: bool,
}

impl<'a> Chain<'a> {
    /// Those of the running contract.
    pub fn new(vm: &'a VM) -> Self {
        Self { vm, failed: false }
    }

    /// Refuses if anything did not fit its bytes. Called before the call ends.
    pub fn finish(self) -> Written {
        if self.failed { Err(TooWide) } else { Ok(()) }
    }

    fn get<T: Record<N, Layout>, const N: usize>(&self, slot: U256) -> T {
        record::read(self.vm, slot)
    }

    fn put<T: Record<N, Layout>, const N: usize>(&mut self, slot: U256, value: &T) {
        self.failed |= record::replace(self.vm, slot, value).is_err();
    }

    fn owner(&self, account: u32) -> Owner {
        self.get(numbered(self.vm, Kind::Owner, account))
    }

    fn pair(&self, at: u32) -> (U256, usize) {
        let index = at.saturating_add(HEAP_OFFSET);
        (numbered(self.vm, Kind::Heap, index / 2), (index % 2) as usize)
    }
}

impl Shelves for Chain<'_> {
    fn cohort(&self, id: u32) -> Cohort {
        self.get(numbered(self.vm, Kind::Cohort, id))
    }

    fn set_cohort(&mut self, id: u32, cohort: Cohort) {
        self.put(numbered(self.vm, Kind::Cohort, id), &cohort);
    }

    fn entry(&self, place: u32) -> Entry {
        let (slot, half) = self.pair(place);
        let Pair(entries) = self.get(slot);
        entries.get(half).copied().unwrap_or_default()
    }

    fn set_entry(&mut self, place: u32, entry: Entry) {
        let (slot, half) = self.pair(place);
        let mut pair: Pair = self.get(slot);
        if let Some(kept) = pair.0.get_mut(half) {
            *kept = entry;
        }
        self.put(slot, &pair);
    }

    fn place(&self, account: u32) -> u32 {
        self.owner(account).place
    }

    fn set_place(&mut self, account: u32, place: u32) {
        let owner = Owner { place, ..self.owner(account) };
        self.put(numbered(self.vm, Kind::Owner, account), &owner);
    }

    fn account(&self, id: u32) -> Account {
        self.get(account_slot(self.vm, self.owner(id).address))
    }

    fn set_account(&mut self, account: &Account) {
        self.put(account_slot(self.vm, self.owner(account.id).address), account);
    }

    fn end(&self, generation: u16) -> End {
        self.get(numbered(self.vm, Kind::End, generation.into()))
    }

    fn set_end(&mut self, generation: u16, end: End) {
        self.put(numbered(self.vm, Kind::End, generation.into()), &end);
    }
}

/// Writes down when an account's last liquidation began.
pub fn set_kicked(vm: &VM, account: u32, kicked: u32) -> Written {
    let value = Owner { kicked, ..owner(vm, account) };
    record::replace(vm, numbered(vm, Kind::Owner, account), &value)
}

/// An account by its number.
pub fn owner(vm: &VM, account: u32) -> Owner {
    record::read(vm, numbered(vm, Kind::Owner, account))
}

/// Where an account lies. The market's own is nobody's: of address zero and number zero.
fn account_slot(vm: &VM, owner: Address) -> U256 {
    place(vm, Kind::Account, owner.as_slice())
}

/// Replaces the market's own account.
pub fn set_house(vm: &VM, house: &Account) {
    // What does not fit was refused when the account was put back.
    let _ = record::replace(vm, account_slot(vm, Address::ZERO), house);
}

/// A loaded account.
pub type LoadedAccount = Loaded<Account, 3, Layout>;

/// Loads an account; one that nobody has used yet has no number.
pub fn account(vm: &VM, owner: Address) -> LoadedAccount {
    Loaded::at(vm, account_slot(vm, owner))
}

/// Gives a new account its number, and writes down whose it is.
pub fn register(vm: &VM, account: &mut Account, number: u32, address: Address) -> Written {
    account.id = number;
    record::replace(vm, numbered(vm, Kind::Owner, number), &Owner { address, ..Owner::default() })
}

/// A loaded sale.
pub type LoadedSale = Loaded<Sale, 3, Layout>;

/// Loads a sale; one that never was, or is over, has no NFTs.
pub fn sale(vm: &VM, number: u32) -> LoadedSale {
    let mut sale = stored_sale(vm, number);
    if sale.value.auction.cause == Cause::Liquidation {
        sale.value.auction.curve = curve(vm);
    }
    sale
}

fn stored_sale(vm: &VM, number: u32) -> LoadedSale {
    Loaded::at(vm, numbered(vm, Kind::Sale, number))
}

/// How the price of a liquidation falls.
fn curve(vm: &VM) -> Curve {
    const WORD: u64 = 5;
    let mut words = [B256::ZERO; 9];
    words[WORD as usize] = vm.storage_load_bytes32(at(U256::from(PARAMS), WORD));
    Settings::decode(&words).auctions.curve
}

/// Whether an NFT is being auctioned: its record names a sale that is not over.
pub fn is_offered(vm: &VM, nft: &Nft) -> bool {
    nft.auction != 0 && stored_sale(vm, nft.auction).value.auction.nfts != 0
}

/// The first price of the last liquidation, wei.
pub fn last_top(vm: &VM) -> u128 {
    U256::from_be_bytes(vm.storage_load_bytes32(U256::from(LAST_TOP)).0).saturating_to()
}

/// Replaces it.
pub fn set_last_top(vm: &VM, top: u128) {
    write(vm, U256::from(LAST_TOP), U256::from(top).into());
}

/// A loaded place in the queue.
pub type LoadedWaiting = Loaded<Waiting, 2, Layout>;

/// Loads a place in the queue; one that never was is for nothing.
pub fn waiting(vm: &VM, number: u32) -> LoadedWaiting {
    Loaded::at(vm, numbered(vm, Kind::Waiting, number))
}

/// A loaded NFT.
pub type LoadedNft = Loaded<Nft, 1, Layout>;

/// Loads an NFT; one that is not locked covers no account.
pub fn nft(vm: &VM, id: U256) -> LoadedNft {
    let key = vm.native_keccak256(&id.to_be_bytes::<32>());
    Loaded::at(vm, place(vm, Kind::Nft, key.get(1..).unwrap_or_default()))
}

fn listed(vm: &VM, account: u32, index: u32) -> U256 {
    let number = u64::from(account) << 32 | u64::from(index);
    place(vm, Kind::List, &number.to_be_bytes())
}

/// The NFT at a place of an account's list, whose first is 0.
pub fn nft_at(vm: &VM, account: u32, index: u32) -> U256 {
    vm.storage_load_bytes32(listed(vm, account, index)).into()
}

/// Writes an NFT into a place of an account's list.
pub fn set_nft_at(vm: &VM, account: u32, index: u32, id: U256) {
    write(vm, listed(vm, account, index), id.into());
}

/// Takes an NFT out of the list of an account that has so many: the last one takes its place.
pub fn unlist(vm: &VM, account: u32, nft: &mut LoadedNft, listed: u32) -> Written {
    let last = listed.saturating_sub(1);
    let place = nft.value.place;
    if place != last {
        let id = nft_at(vm, account, last);
        let mut moved = self::nft(vm, id);
        moved.value.place = place;
        moved.save(vm)?;
        set_nft_at(vm, account, place, id);
    }
    set_nft_at(vm, account, last, U256::ZERO);
    nft.value = Nft::default();
    nft.save(vm)
}

fn operator_slot(vm: &VM, account: Address, operator: Address) -> U256 {
    let outer = place(vm, Kind::Operator, account.as_slice());
    hash_pair(vm, operator.into_word().0, outer.to_be_bytes())
}

/// Whether somebody may act for an account: trade for it, take its cash, anything.
pub fn is_operator(vm: &VM, account: Address, operator: Address) -> bool {
    account == operator || !vm.storage_load_bytes32(operator_slot(vm, account, operator)).is_zero()
}

/// Lets somebody act for an account, or no longer.
pub fn set_operator(vm: &VM, account: Address, operator: Address, approved: bool) {
    write(vm, operator_slot(vm, account, operator), B256::from(U256::from(approved)));
}

/// A loaded claim.
pub type LoadedClosed = Loaded<Closed, 1, Layout>;

/// Loads what a closed account may claim.
pub fn closed(vm: &VM, owner: Address) -> LoadedClosed {
    Loaded::at(vm, place(vm, Kind::Closed, owner.as_slice()))
}

/// What was set when the market was made.
pub fn settings(vm: &VM) -> Settings {
    record::read(vm, U256::from(PARAMS))
}

/// The same without what auctions are like, which is left zero.
pub fn trading_settings(vm: &VM) -> Settings {
    let mut words = [B256::ZERO; 9];
    for index in [0, 1, 2, 3, 4, 8] {
        if let Some(word) = words.get_mut(index as usize) {
            *word = vm.storage_load_bytes32(at(U256::from(PARAMS), index));
        }
    }
    Settings::decode(&words)
}

/// Sets it.
pub fn set_settings(vm: &VM, settings: &Settings) -> Written {
    record::replace(vm, U256::from(PARAMS), settings)
}

/// The loaded end of a market.
pub type LoadedEnd = Loaded<Shutdown, 5, Layout>;

/// Loads how a market that was shut stands.
pub fn end(vm: &VM) -> LoadedEnd {
    Loaded::at(vm, U256::from(END))
}

/// The last epoch that there were prices for.
pub fn last_paid(vm: &VM) -> LastPaid {
    record::read(vm, U256::from(LAST_PAID))
}

/// Replaces it.
pub fn set_last_paid(vm: &VM, last: &LastPaid) -> Written {
    record::replace(vm, U256::from(LAST_PAID), last)
}

/// The places of a market's words.
const LONGS: u64 = 0;
const EARNED: u64 = 1;
const SHORTS: u64 = 2;
const VAULT: u64 = 3;
const FLAT: u64 = 5;
const EVENT: u64 = 9;

fn market_word(index: u64) -> U256 {
    at(U256::from(MARKET), index)
}

/// The words of the ledger, which lie around those of the vault.
const LEDGER_WORDS: [u64; 7] = [LONGS, EARNED, SHORTS, FLAT, FLAT + 1, FLAT + 2, FLAT + 3];

/// A loaded market, with the words it came from.
pub struct LoadedMarket {
    ledger: [B256; 7],
    vault: [B256; 2],
    event: [B256; 3],
    /// The market.
    pub value: Market,
}

impl LoadedMarket {
    /// Loads it; of a half-made payment no more than whether there is one, unless there is.
    pub fn load(vm: &VM) -> Self {
        let ledger = LEDGER_WORDS.map(|index| vm.storage_load_bytes32(market_word(index)));
        let vault = load(vm, market_word(VAULT));
        let mut event = [vm.storage_load_bytes32(market_word(EVENT)), B256::ZERO, B256::ZERO];
        if !event[0].is_zero() {
            event = load(vm, market_word(EVENT));
        }
        let mut value = Market { ledger: Ledger::decode(&ledger), vault: Vault::decode(&vault) };
        value.ledger.event = <Option<Event>>::decode(&event);
        Self { ledger, vault, event, value }
    }

    /// Writes what changed since it was loaded or last saved.
    pub fn save(&mut self, vm: &VM) -> Written {
        let ledger = self.value.ledger.encode().ok_or(TooWide)?;
        for ((index, old), new) in LEDGER_WORDS.iter().zip(&self.ledger).zip(&ledger) {
            if old != new {
                write(vm, market_word(*index), *new);
            }
        }
        let vault = self.value.vault.encode().ok_or(TooWide)?;
        write_changed(vm, market_word(VAULT), &self.vault, &vault);
        let event = self.value.ledger.event.encode().ok_or(TooWide)?;
        write_changed(vm, market_word(EVENT), &self.event, &event);
        (self.ledger, self.vault, self.event) = (ledger, vault, event);
        Ok(())
    }
}
