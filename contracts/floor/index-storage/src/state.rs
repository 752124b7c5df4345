//! The contract-wide fields of a bid book and of an index.

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    delegate,
    initializer::Initializer,
    lock::Reentrant,
    roles::{Guardian, Ownership},
    state::first_program,
    words::write,
};
use stylus_sdk::{ArbResult, host::VM, prelude::*};

use crate::{
    abi::{errors, seconds},
    revert::Outcome,
};

/// The contract-wide fields, each in a slot of its own unless the table says otherwise. Append only: all programs and
/// every later version read them where they are.
///
/// | slot | of a book | of an index |
/// |---|---|---|
/// | 0, 1 | owner, offered owner | the same |
/// | 2 | guardian | the same |
/// | 3 | whether the proxy was initialised | the same |
/// | 4 | entry paused 8, lock 8, cash 160 (low) | |
/// | 5 on | the addresses of [`BookPeer`], in its order | those of [`IndexPeer`] |
/// | 16 | root of the market's NFTs; zero is every NFT | number of the market |
/// | 17 | parameters | parameters |
/// | 18 | | sources |
/// | 19 | | reports accepted last |
/// | 24 on | the book, 6 words | the index, 4 words |
///
/// The slots are read by hand: an accessor for each field would cost every program their construction.
pub struct State {
    vm: VM,
}

const OWNERSHIP: u64 = 0;
const GUARDIAN: u64 = 2;
const INITIALIZER: u64 = 3;
const CASH: u64 = 4;
const FIRST_PEER: u64 = 5;
/// Where a book has its root, and an index its market.
const MARKET: u64 = 16;
/// Where the parameters are.
pub const PARAMS: u64 = 17;
/// Where an index has its sources.
pub const SOURCES: u64 = 18;
/// Where an index has the reports accepted last.
pub const ACCEPTED: u64 = 19;
/// Where a book's own words begin.
pub const BOOK: u64 = 24;
/// Where an index's own words begin.
pub const INDEX: u64 = 24;

/// Places in the cash's word.
const PAUSE_BYTE: usize = 10;
const LOCK_BYTE: usize = 11;

/// An address that a contract knows.
pub trait Peer: Copy {
    /// Its place, from 0.
    fn place(self) -> u64;
}

/// Addresses a book knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookPeer {
    /// The ERC-721 whose NFTs are bid for.
    Collection = 0,
    /// The token rewards are paid in.
    Reward = 1,
    /// Who gets the fees.
    Treasury = 2,
    /// The index that the band of rewards follows; zero is none yet.
    Index = 3,
    /// The program of asks and claims.
    AsksProgram = 4,
    /// The program of what counts, and of rewards.
    UpkeepProgram = 5,
    /// The program of the views.
    LensProgram = 6,
    /// The program of the administration.
    AdminProgram = 7,
}

impl Peer for BookPeer {
    fn place(self) -> u64 {
        self as u64
    }
}

/// Addresses an index knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexPeer {
    /// The book of bids.
    Book = 0,
    /// The program of the administration.
    AdminProgram = 1,
}

impl Peer for IndexPeer {
    fn place(self) -> u64 {
        self as u64
    }
}

everfloor_common::host_state!(State);

impl State {
    /// Who governs.
    pub fn ownership(&self) -> Ownership {
        self.at(OWNERSHIP)
    }

    /// Who may pause entry, or turn a source off.
    pub fn guardian(&self) -> Guardian {
        self.at(GUARDIAN)
    }

    /// Whether the proxy was initialised.
    pub fn initializer(&self) -> Initializer {
        self.at(INITIALIZER)
    }
}

impl State {
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
        let mut word = self.word(CASH);
        word[at] = value;
        write(&self.vm, U256::from(CASH), word);
    }

    /// Takes the book's lock.
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
        if self.word(CASH)[LOCK_BYTE] != 0 { Err(Reentrant {}.into()) } else { Ok(()) }
    }

    /// Refuses after a deadline.
    pub fn require_time(&self, deadline: U256) -> Outcome<()> {
        let (deadline, now) = (seconds(deadline), self.now());
        if now <= deadline {
            return Ok(());
        }
        Err(errors::Expired { deadline: U256::from(deadline), nowTime: U256::from(now) }.into())
    }

    /// Whether new bids and asks are paused.
    pub fn is_paused(&self) -> bool {
        self.word(CASH)[PAUSE_BYTE] != 0
    }

    /// Pauses or resumes them.
    pub fn set_paused(&mut self, paused: bool) {
        self.set_byte(PAUSE_BYTE, u8::from(paused));
    }

    /// Refuses while they are paused.
    pub fn require_entry(&self) -> Outcome<()> {
        if self.is_paused() { Err(errors::EntryPaused {}.into()) } else { Ok(()) }
    }

    /// The cash that is bid.
    pub fn cash(&self) -> Address {
        Address::from_word(self.word(CASH))
    }

    /// Sets it, once.
    pub fn set_cash(&mut self, token: Address) {
        write(&self.vm, U256::from(CASH), token.into_word());
    }

    /// An address the contract knows; zero is none.
    pub fn peer(&self, peer: impl Peer) -> Address {
        Address::from_word(self.word(FIRST_PEER.saturating_add(peer.place())))
    }

    /// Replaces one.
    pub fn set_peer(&mut self, peer: impl Peer, address: Address) {
        let slot = U256::from(FIRST_PEER.saturating_add(peer.place()));
        write(&self.vm, slot, address.into_word());
    }

    /// The root of a book's NFTs, or the number of an index's market.
    pub fn market(&self) -> B256 {
        self.word(MARKET)
    }

    /// Sets it, once.
    pub fn set_market(&mut self, market: B256) {
        write(&self.vm, U256::from(MARKET), market);
    }

    /// Hands a call to another program of the contract.
    pub fn forward(&self, program: impl Peer, calldata: &[u8]) -> ArbResult {
        delegate::forward(&self.vm, self.peer(program), calldata)
    }

    /// Hands `initialize` to the administration, `program`. While that is not known it is at the address that the call's
    /// data ends with; but only in a proxy: at its own address a program runs nobody's code.
    pub fn forward_first(&self, program: impl Peer, calldata: &[u8]) -> ArbResult {
        let to = first_program(&self.vm, self.peer(program), calldata)?;
        delegate::forward(&self.vm, to, calldata)
    }
}
