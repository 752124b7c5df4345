//! The contract-wide fields.

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    delegate,
    initializer::Initializer,
    lock::Reentrant,
    roles::{Guardian, Ownership},
    words::write,
};
use everfloor_put_rules::{PutError, terms::Collateral};
use stylus_sdk::{
    ArbResult,
    host::VM,
    prelude::*,
    storage::{StorageGuard, StorageGuardMut, StorageType},
};

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
/// | 4 | wad per token unit 64, entry paused 8, lock 8, collateral token 160 (low) |
/// | 5 on | the addresses of [`Peer`], in its order |
/// | 24 to 26 | parameters |
/// | 32 to 41 | the pool |
///
/// The slots are read by hand: an accessor for each field would cost every program their construction.
pub struct PoolState {
    vm: VM,
}

const OWNERSHIP: u64 = 0;
const GUARDIAN: u64 = 2;
const INITIALIZER: u64 = 3;
const TOKEN: u64 = 4;
const FIRST_PEER: u64 = 5;
/// Where the parameters begin.
pub const PARAMS: u64 = 24;
/// Where the pool's own words begin.
pub const POOL: u64 = 32;

/// Places in the token's word.
const PAUSE_BYTE: usize = 10;
const LOCK_BYTE: usize = 11;

/// Addresses a pool knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The ERC-721 of writers' positions.
    Positions = 0,
    /// Who buys puts.
    Buyer = 1,
    /// Who gets the rewards that nobody was there to earn.
    Treasury = 2,
    /// Where prices come from.
    History = 3,
    /// Where the volatility comes from.
    Volatility = 4,
    /// The price history from the next roll on; zero is the same.
    NextHistory = 5,
    /// The volatility source from the next roll on; zero is the same.
    NextVolatility = 6,
    /// The reward token; zero is none.
    Reward = 7,
    /// The underlying the puts are on; for those who look.
    Underlying = 8,
    /// The program of the buyer.
    DeskProgram = 9,
    /// The program that rolls.
    RollProgram = 10,
    /// The program of the views.
    LensProgram = 11,
    /// The program of the records.
    RecordsProgram = 12,
    /// The program of the administration.
    AdminProgram = 13,
}

#[allow(unsafe_code, reason = "the SDK's way to make accessors; each slot above is made only here")]
mod accessors {
    use super::*;

    impl StorageType for PoolState {
        type Wraps<'a> = StorageGuard<'a, Self>;
        type WrapsMut<'a> = StorageGuardMut<'a, Self>;

        unsafe fn new(_slot: U256, _offset: u8, vm: VM) -> Self {
            Self { vm }
        }

        fn load<'s>(self) -> Self::Wraps<'s> {
            StorageGuard::new(self)
        }

        fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
            StorageGuardMut::new(self)
        }
    }

    impl PoolState {
        fn at<T: StorageType>(&self, slot: u64) -> T {
            // SAFETY: unsafe because two accessors of a slot may disagree; none of these keeps what it reads.
            unsafe { T::new(U256::from(slot), 0, self.vm.clone()) }
        }

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
}

impl PoolState {
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

    /// Takes the pool's lock.
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
        if now > deadline { Err(PutError::Expired { deadline, now }.into()) } else { Ok(()) }
    }

    /// Whether deposits and purchases are paused.
    pub fn is_paused(&self) -> bool {
        self.word(TOKEN)[PAUSE_BYTE] != 0
    }

    /// Pauses or resumes them.
    pub fn set_paused(&mut self, paused: bool) {
        self.set_byte(PAUSE_BYTE, u8::from(paused));
    }

    /// Refuses while they are paused.
    pub fn require_entry(&self) -> Outcome<()> {
        if self.is_paused() { Err(PutError::EntryPaused.into()) } else { Ok(()) }
    }

    /// The collateral token.
    pub fn token(&self) -> Address {
        Address::from_word(self.word(TOKEN))
    }

    /// How the collateral counts.
    pub fn collateral(&self) -> Collateral {
        let word = self.word(TOKEN);
        let scale = word.get(2..10).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default();
        Collateral { scale: u64::from_be_bytes(scale).into() }
    }

    /// Sets the collateral and its scale, once.
    pub fn set_token(&mut self, token: Address, scale: u64) {
        let mut word = B256::ZERO;
        word[2..10].copy_from_slice(&scale.to_be_bytes());
        word[12..].copy_from_slice(token.as_slice());
        write(&self.vm, U256::from(TOKEN), word);
    }

    /// An address the pool knows; zero is none.
    pub fn peer(&self, peer: Peer) -> Address {
        Address::from_word(self.word(FIRST_PEER.saturating_add(peer as u64)))
    }

    /// Replaces one.
    pub fn set_peer(&mut self, peer: Peer, address: Address) {
        let slot = U256::from(FIRST_PEER.saturating_add(peer as u64));
        write(&self.vm, slot, address.into_word());
    }

    /// Refuses everybody but the buyer.
    pub fn only_buyer(&self) -> Outcome<Address> {
        let caller = self.vm.msg_sender();
        if caller == self.peer(Peer::Buyer) { Ok(caller) } else { Err(errors::NotBuyer { caller }.into()) }
    }

    /// Hands a call to another program of the pool.
    pub fn forward(&self, program: Peer, calldata: &[u8]) -> ArbResult {
        delegate::forward(&self.vm, self.peer(program), calldata)
    }
}
