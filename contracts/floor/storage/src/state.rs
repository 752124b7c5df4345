//! The contract-wide fields.

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    delegate,
    initializer::Initializer,
    lock::Reentrant,
    roles::{Guardian, Ownership},
    words::write,
};
use everfloor_floor_rules::FloorError;
use stylus_sdk::{ArbResult, host::VM, prelude::*};

use crate::{
    abi::{errors, seconds},
    revert::Outcome,
};

/// The contract-wide fields, each in a slot of its own unless the table says otherwise. Append only: all programs and
/// every later version read them where they are.
///
/// | slot | field |
/// |---|---|
/// | 0, 1 | owner, offered owner |
/// | 2 | guardian |
/// | 3 | whether the proxy was initialised |
/// | 4 | lock 8, entry paused 8, shut 8, cash token 160 (low) |
/// | 5 | accounts 32, auctions 32, waiting 32, NFTs 32, NFTs in liquidations 32, epochs paid 32, 64 unused (high to low) |
/// | 6 | first price of the last liquidation 80 (low) |
/// | 7 | root of the NFTs that count, 0 for all |
/// | 8 on | the addresses of [`Peer`], in its order |
/// | 32 to 40 | parameters |
/// | 48 to 59 | the market |
/// | 64 to 68 | its end |
/// | 69 | the last epoch that there were prices for |
///
/// The slots are read by hand: an accessor for each field would cost every program their construction.
pub struct MarketState {
    vm: VM,
}

const OWNERSHIP: u64 = 0;
const GUARDIAN: u64 = 2;
const INITIALIZER: u64 = 3;
const TOKEN: u64 = 4;
const COUNTERS: u64 = 5;
/// Where the first price of the last liquidation is.
pub const LAST_TOP: u64 = 6;
const ROOT: u64 = 7;
const FIRST_PEER: u64 = 8;
/// Where the parameters begin.
pub const PARAMS: u64 = 32;
/// Where the market's own words begin.
pub const MARKET: u64 = 48;
/// Where the words of its end begin.
pub const END: u64 = 64;
/// Where the last epoch is that there were prices for.
pub const LAST_PAID: u64 = 69;

/// Places in the token's word.
const SHUT_BYTE: usize = 9;
const PAUSE_BYTE: usize = 10;
const LOCK_BYTE: usize = 11;

/// Things that are counted, each in four bytes of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Accounts that were ever used.
    Accounts = 0,
    /// Auctions that were ever begun.
    Auctions = 1,
    /// Places in the queue that were ever given out.
    Waiting = 2,
    /// NFTs that are locked.
    Nfts = 3,
    /// NFTs that liquidations offer.
    Offered = 4,
    /// Epochs that are paid, one that is being paid among them: the number of the next. The first is 0.
    Epochs = 5,
}

/// Addresses a market knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The collection.
    Collection = 0,
    /// Where the index comes from.
    Index = 1,
    /// The venue whose mark counts.
    Venue = 2,
    /// The bids for any NFT of the market.
    Bids = 3,
    /// FP outside the market, an ERC-20.
    Wrapper = 4,
    /// The program of the vault of NFTs.
    VaultProgram = 5,
    /// The program of funding.
    FundingProgram = 6,
    /// The program of auctions.
    AuctionProgram = 7,
    /// The program of takeovers.
    TakeoverProgram = 8,
    /// The program of the end.
    EndProgram = 9,
    /// The program of the views.
    LensProgram = 10,
    /// The program of the administration.
    AdminProgram = 11,
    /// The program of simulations.
    SimulateProgram = 12,
    /// The program of the records.
    RecordsProgram = 13,
    /// The program of the accounting.
    LedgerProgram = 14,
    /// The program of trades.
    TradeProgram = 15,
    /// The program of cash.
    CashProgram = 16,
    /// The program of sales.
    SaleProgram = 17,
}

everfloor_common::host_state!(MarketState);

impl MarketState {
    /// Who governs.
    pub fn ownership(&self) -> Ownership {
        self.at(OWNERSHIP)
    }

    /// Who may pause entry.
    pub fn guardian(&self) -> Guardian {
        self.at(GUARDIAN)
    }

    /// Whether the proxy was initialised.
    pub fn initializer(&self) -> Initializer {
        self.at(INITIALIZER)
    }
}

impl MarketState {
    /// The host.
    pub fn vm(&self) -> &VM {
        &self.vm
    }

    /// The block's time.
    pub fn now(&self) -> u64 {
        self.vm.block_timestamp()
    }

    fn word(&self, slot: u64) -> B256 {
        self.vm.storage_load_bytes32(U256::from(slot))
    }

    fn set_byte(&self, at: usize, value: u8) {
        let mut word = self.word(TOKEN);
        word[at] = value;
        write(&self.vm, U256::from(TOKEN), word);
    }

    /// Takes the market's lock.
    pub fn enter(&mut self) -> Outcome<()> {
        self.require_free()?;
        self.set_byte(LOCK_BYTE, 1);
        Ok(())
    }

    /// Gives it back.
    pub fn leave(&mut self) {
        self.set_byte(LOCK_BYTE, 0);
    }

    /// Refuses to go on in the middle of another call; for what calls nobody.
    pub fn require_free(&self) -> Outcome<()> {
        if self.word(TOKEN)[LOCK_BYTE] != 0 { Err(Reentrant {}.into()) } else { Ok(()) }
    }

    /// Refuses after a deadline.
    pub fn require_time(&self, deadline: U256) -> Outcome<()> {
        let (deadline, now) = (seconds(deadline), self.now());
        if now > deadline { Err(FloorError::Expired { deadline, now }.into()) } else { Ok(()) }
    }

    /// Whether what opens positions and locks NFTs is paused.
    pub fn is_paused(&self) -> bool {
        self.word(TOKEN)[PAUSE_BYTE] != 0
    }

    /// Pauses or resumes it.
    pub fn set_paused(&mut self, paused: bool) {
        self.set_byte(PAUSE_BYTE, u8::from(paused));
    }

    /// Refuses while it is paused.
    pub fn require_entry(&self) -> Outcome<()> {
        if self.is_paused() { Err(errors::EntryPaused {}.into()) } else { Ok(()) }
    }

    /// Whether the market was shut.
    pub fn is_shut(&self) -> bool {
        self.word(TOKEN)[SHUT_BYTE] != 0
    }

    /// Shuts it.
    pub fn set_shut(&mut self) {
        self.set_byte(SHUT_BYTE, 1);
    }

    /// Refuses once the market is shut.
    pub fn require_open(&self) -> Outcome<()> {
        if self.is_shut() { Err(errors::MarketShut {}.into()) } else { Ok(()) }
    }

    /// Refuses before it is.
    pub fn require_shut(&self) -> Outcome<()> {
        if self.is_shut() { Ok(()) } else { Err(errors::MarketOpen {}.into()) }
    }

    /// The cash token.
    pub fn token(&self) -> Address {
        Address::from_word(self.word(TOKEN))
    }

    /// Sets it, once.
    pub fn set_token(&mut self, token: Address) {
        write(&self.vm, U256::from(TOKEN), token.into_word());
    }

    /// The root of the NFTs that count; 0 is all of the collection.
    pub fn root(&self) -> B256 {
        self.word(ROOT)
    }

    /// Sets it, once.
    pub fn set_root(&mut self, root: B256) {
        write(&self.vm, U256::from(ROOT), root);
    }

    fn counter_bytes(counter: Counter) -> usize {
        (counter as usize).saturating_mul(4)
    }

    /// How many there are.
    pub fn counter(&self, counter: Counter) -> u32 {
        let word = self.word(COUNTERS);
        let bytes = word.get(Self::counter_bytes(counter)..).and_then(|rest| rest.first_chunk());
        bytes.copied().map_or(0, u32::from_be_bytes)
    }

    /// Replaces how many there are.
    pub fn set_counter(&mut self, counter: Counter, value: u32) {
        let mut word = self.word(COUNTERS);
        let start = Self::counter_bytes(counter);
        for (to, from) in word.iter_mut().skip(start).zip(value.to_be_bytes()) {
            *to = from;
        }
        write(&self.vm, U256::from(COUNTERS), word);
    }

    /// Counts one more; its number, from 1 on.
    pub fn count(&mut self, counter: Counter) -> Outcome<u32> {
        let next = self.counter(counter).checked_add(1).ok_or(FloorError::Overflow)?;
        self.set_counter(counter, next);
        Ok(next)
    }

    /// An address the market knows; zero is none.
    pub fn peer(&self, peer: Peer) -> Address {
        Address::from_word(self.word(FIRST_PEER.saturating_add(peer as u64)))
    }

    /// Replaces one.
    pub fn set_peer(&mut self, peer: Peer, address: Address) {
        let slot = U256::from(FIRST_PEER.saturating_add(peer as u64));
        write(&self.vm, slot, address.into_word());
    }

    /// Hands a call to another program of the market.
    pub fn forward(&self, program: Peer, calldata: &[u8]) -> ArbResult {
        delegate::forward(&self.vm, self.peer(program), calldata)
    }
}
