//! The contract-wide fields, and the loaded state of one call.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    delegate,
    initializer::Initializer,
    lock::Reentrant,
    raw::{self, calldata},
    roles::{Guardian, Ownership, non_zero},
};
use everfloor_perp_rules::{
    Market, OracleReading, OracleStatus, Params, PerpError, Position, Side,
    funding::{Funding, accrue},
    market::{Context, Status},
    trade::Fill,
};
use stylus_sdk::{
    ArbResult,
    host::VM,
    prelude::*,
    storage::{StorageGuard, StorageGuardMut, StorageMap, StorageType, StorageU8, StorageU256},
};

use crate::{
    abi::{errors, events, views::Programs},
    layout::ParamsRecord,
    log::emit,
    revert::{Outcome, Revert, word},
    store::{self, LoadedLosses, LoadedMarket, LoadedPosition},
};

/// The contract-wide fields, each in a slot of its own from 0 on unless the table says otherwise. Append only: all
/// programs and every later version read them where they are.
///
/// | slot | field |
/// |---|---|
/// | 0, 1 | owner, offered owner |
/// | 2 | guardian |
/// | 3 | whether the proxy was initialised |
/// | 4 | wad per token unit 64, acting 8, lock 8, collateral token 160 (low) |
/// | 5 | number of markets 64, insurance fund 160 (low) |
/// | 6 | risk council |
/// | 7 | deficit ledger |
/// | 8 | on whose account the present call acts, while acting |
/// | 9 | token units owed to keepers, a mapping |
/// | 10 | what accounts let operators do, a mapping of mappings |
/// | 11 | used numbers of signed orders, a mapping of mappings |
/// | 16 on | the programs, in the order of [`Program`] |
///
/// The slots are read by hand: an accessor for each field would cost every program their construction, most of it for
/// fields that it never touches.
pub struct ClearingState {
    vm: VM,
}

const OWNERSHIP: u64 = 0;
const GUARDIAN: u64 = 2;
const INITIALIZER: u64 = 3;
const TOKEN: u64 = 4;
const FUND: u64 = 5;
const COUNCIL: u64 = 6;
const DEFICIT_LEDGER: u64 = 7;
const PRINCIPAL: u64 = 8;
const REWARDS: u64 = 9;
const OPERATORS: u64 = 10;
const NONCES: u64 = 11;
const FIRST_PROGRAM: u64 = 16;

/// Places in the token's word.
const ACTING_BYTE: usize = 10;
const LOCK_BYTE: usize = 11;

#[allow(unsafe_code, reason = "the SDK's way to make accessors; each slot above is made only here")]
mod accessors {
    use super::*;

    impl StorageType for ClearingState {
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

    impl ClearingState {
        fn at<T: StorageType>(&self, slot: u64) -> T {
            // SAFETY: unsafe because two accessors of a slot may disagree; none of these keeps what it reads.
            unsafe { T::new(U256::from(slot), 0, self.vm.clone()) }
        }

        /// Who governs.
        pub fn ownership(&self) -> Ownership {
            self.at(OWNERSHIP)
        }

        /// Who may pause opening.
        pub fn guardian(&self) -> Guardian {
            self.at(GUARDIAN)
        }

        /// Whether the proxy was initialised.
        pub fn initializer(&self) -> Initializer {
            self.at(INITIALIZER)
        }

        /// Token units owed to keepers.
        pub fn rewards(&self) -> StorageMap<Address, StorageU256> {
            self.at(REWARDS)
        }

        /// What an account lets an operator do.
        pub fn operators(&self) -> StorageMap<Address, StorageMap<Address, StorageU8>> {
            self.at(OPERATORS)
        }

        /// Used numbers of signed orders: account, upper 248 bits, a bit each.
        pub fn nonces(&self) -> StorageMap<Address, StorageMap<U256, StorageU256>> {
            self.at(NONCES)
        }
    }
}

/// The programs that the house and the lens hand calls to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Liquidation.
    Risk = 0,
    /// Takeover, deleveraging.
    Takeover = 1,
    /// Funding, repeg, claims, rewards.
    Upkeep = 2,
    /// Deficits, halting, settlement.
    Settlement = 3,
    /// Operators, signed orders, several calls in one.
    Orders = 4,
    /// Views and lists.
    Lens = 5,
    /// Previews.
    Preview = 6,
    /// Administration.
    Admin = 7,
}

impl ClearingState {
    /// The host.
    pub fn vm(&self) -> &VM {
        &self.vm
    }

    fn word(&self, slot: u64) -> B256 {
        self.vm.storage_load_bytes32(U256::from(slot))
    }

    fn set_word(&self, slot: u64, word: B256) {
        store::write(&self.vm, U256::from(slot), word);
    }

    fn address(&self, slot: u64) -> Address {
        Address::from_word(self.word(slot))
    }

    fn set_address(&self, slot: u64, address: Address) {
        let mut word = self.word(slot);
        word[12..].copy_from_slice(address.as_slice());
        self.set_word(slot, word);
    }

    fn set_byte(&self, at: usize, value: u8) {
        let mut word = self.word(TOKEN);
        word[at] = value;
        self.set_word(TOKEN, word);
    }

    /// Takes the lock of the clearing house.
    pub fn enter(&mut self) -> Outcome<()> {
        self.require_free()?;
        self.set_byte(LOCK_BYTE, 1);
        Ok(())
    }

    /// Gives it back.
    pub fn leave(&mut self) {
        self.set_byte(LOCK_BYTE, 0);
    }

    /// Refuses to go on in the middle of another call; for what neither moves money nor calls anybody.
    pub fn require_free(&self) -> Outcome<()> {
        if self.word(TOKEN)[LOCK_BYTE] != 0 { Err(Reentrant {}.into()) } else { Ok(()) }
    }

    /// On whose account this call acts: the caller's, unless the orders program acts for somebody. That counts once: a
    /// call that comes back in while this one runs is its caller's own.
    pub fn account(&mut self) -> Address {
        if self.is_acting() {
            self.set_byte(ACTING_BYTE, 0);
            return self.address(PRINCIPAL);
        }
        self.vm.msg_sender()
    }

    /// Whether the next call that asks for its account is to act for somebody else than its caller.
    pub fn is_acting(&self) -> bool {
        self.word(TOKEN)[ACTING_BYTE] != 0
    }

    /// Lets the next call act on `account`. For the orders program, which has checked that it may.
    pub fn act_for(&mut self, account: Address) {
        self.set_address(PRINCIPAL, account);
        self.set_byte(ACTING_BYTE, 1);
    }

    /// The collateral token.
    pub fn quote_token(&self) -> Address {
        self.address(TOKEN)
    }

    /// Wad per token unit.
    pub fn scale(&self) -> u128 {
        u128::from(high_u64(&self.word(TOKEN), 2))
    }

    /// Sets the collateral and its scale.
    pub fn set_quote_token(&mut self, token: Address, scale: u64) {
        let mut word = self.word(TOKEN);
        word[2..10].copy_from_slice(&scale.to_be_bytes());
        word[12..].copy_from_slice(token.as_slice());
        self.set_word(TOKEN, word);
    }

    /// The insurance fund.
    pub fn insurance_fund(&self) -> Address {
        self.address(FUND)
    }

    /// Sets the insurance fund.
    pub fn set_insurance_fund(&mut self, fund: Address) {
        self.set_address(FUND, fund);
    }

    /// Who may step parameters and reduce a market.
    pub fn council(&self) -> Address {
        self.address(COUNCIL)
    }

    /// Replaces the council.
    pub fn set_council(&mut self, council: Address) {
        self.set_address(COUNCIL, council);
    }

    /// The contract that raises money against deficits; zero is none.
    pub fn deficit_ledger(&self) -> Address {
        self.address(DEFICIT_LEDGER)
    }

    /// Replaces the deficit ledger.
    pub fn set_deficit_ledger(&mut self, ledger: Address) {
        self.set_address(DEFICIT_LEDGER, ledger);
    }

    /// Number of markets; their ids run from 1.
    pub fn market_count(&self) -> u64 {
        high_u64(&self.word(FUND), 4)
    }

    /// A new market's id.
    pub fn next_market(&mut self) -> Outcome<U256> {
        let id = self.market_count().checked_add(1).ok_or(PerpError::Overflow)?;
        let mut word = self.word(FUND);
        word[4..12].copy_from_slice(&id.to_be_bytes());
        self.set_word(FUND, word);
        Ok(U256::from(id))
    }

    /// Adds to what a keeper may withdraw.
    pub fn add_reward(&mut self, keeper: Address, amount: u128) -> Outcome<()> {
        if amount == 0 {
            return Ok(());
        }
        let mut rewards = self.rewards();
        let mut reward = rewards.setter(keeper);
        let total = everfloor_math::add(reward.get(), U256::from(amount))?;
        reward.set(total);
        Ok(())
    }

    /// Where a program is.
    pub fn program(&self, program: Program) -> Address {
        self.address(FIRST_PROGRAM.saturating_add(program as u64))
    }

    /// Where the program with this place in [`Program`] is.
    pub fn program_at(&self, place: u64) -> Address {
        self.address(FIRST_PROGRAM.saturating_add(place))
    }

    /// Places the programs.
    pub fn set_programs(&mut self, programs: Programs) -> Outcome<()> {
        let Programs { risk, takeover, upkeep, settlement, orders, lens, preview, admin } = programs;
        let all = [risk, takeover, upkeep, settlement, orders, lens, preview, admin];
        for (slot, program) in (FIRST_PROGRAM..).zip(all) {
            self.set_address(slot, non_zero(program)?);
        }
        let event =
            events::ProgramsChanged { risk, takeover, upkeep, settlement, orders, lens, preview, admin };
        self.vm.log(event);
        Ok(())
    }

    /// Loads a market, its parameters and its oracle, to look at.
    pub fn open_market(&self, id: U256) -> Outcome<Session> {
        let vm = &self.vm;
        let slot = store::market_slot(vm, id);
        let ParamsRecord { feed, params } = store::load_params(vm, slot);
        let mut session = self.session(id, params, read_feed(vm, feed))?;
        session.resumed_at = LoadedLosses::load(vm, slot).value.resumed_at;
        Ok(session)
    }

    fn session(&self, id: U256, params: Params, oracle: OracleReading) -> Outcome<Session> {
        let market = self.load_market(id)?;
        let before = market.value.market.funding;
        let now = self.vm.block_timestamp();
        Ok(Session { id, market, params, oracle, scale: self.scale(), now, resumed_at: 0, before })
    }

    /// Loads a market to change it and these accounts' positions, and takes the lock.
    ///
    /// The feed is poked, not read, so that it records the round that this action acts on: what funding integrates is
    /// then what the market saw. It is asked before any state is loaded and before the lock is taken: a call would
    /// write a lock already taken, and an action that moves no tokens never writes it at all.
    pub fn enter_market(&mut self, id: U256, accounts: &[Address]) -> Outcome<Session> {
        let slot = store::market_slot(&self.vm, id);
        let mut session = self.enter_with(id, store::load_params(&self.vm, slot), accounts)?;
        session.resumed_at = LoadedLosses::load(&self.vm, slot).value.resumed_at;
        Ok(session)
    }

    /// The same for trading, which liquidates nobody and so needs to know less: what is left of the parameters, and when
    /// opening was resumed, is zero in the session.
    pub fn enter_market_to_trade(&mut self, id: U256, accounts: &[Address]) -> Outcome<Session> {
        let record = store::load_trading_params(&self.vm, store::market_slot(&self.vm, id));
        self.enter_with(id, record, accounts)
    }

    fn enter_with(&mut self, id: U256, record: ParamsRecord, accounts: &[Address]) -> Outcome<Session> {
        let ParamsRecord { feed, params } = record;
        let oracle = reading(raw::call(&self.vm, feed, &pokeCall::SELECTOR, FEED_ANSWER));
        for account in accounts {
            self.catch_up(id, *account)?;
        }
        let session = self.session(id, params, oracle)?;
        self.enter()?;
        Ok(session)
    }

    /// Has a position catch up with what its side gave up since it was last written, if it did: that is rare, and the
    /// code for it is in the upkeep program alone.
    fn catch_up(&self, id: U256, account: Address) -> Outcome<()> {
        if !store::is_behind(&self.vm, store::market_slot(&self.vm, id), account) {
            return Ok(());
        }
        let data = calldata(catchUpCall::SELECTOR, [id, raw::address_word(account)]);
        delegate::forward(&self.vm, self.program(Program::Upkeep), &data).map_err(Revert)?;
        Ok(())
    }

    /// Loads a market's state alone; the oracle and the parameters are left.
    pub fn load_market(&self, id: U256) -> Outcome<LoadedMarket> {
        let vm = &self.vm;
        let market = LoadedMarket::load(vm, store::market_slot(vm, id));
        known(id, market)
    }

    /// Loads no more of a market than its ledger, its status and its list ([`LoadedMarket::load_books`]).
    pub fn load_books(&self, id: U256) -> Outcome<LoadedMarket> {
        let vm = &self.vm;
        known(id, LoadedMarket::load_books(vm, store::market_slot(vm, id)))
    }
}

/// Refuses a market that was never created: it has no peg.
fn known(id: U256, market: LoadedMarket) -> Outcome<LoadedMarket> {
    if market.value.market.curve.peg == 0 {
        return Err(Revert(errors::UnknownMarket { marketId: id }.abi_encode()));
    }
    Ok(market)
}

/// A market and everything the rules read, loaded for one call.
pub struct Session {
    /// The market's id.
    pub id: U256,
    /// The market.
    pub market: LoadedMarket,
    /// Its parameters.
    pub params: Params,
    /// Its oracle.
    pub oracle: OracleReading,
    scale: u128,
    now: u64,
    resumed_at: u64,
    before: Funding,
}

impl Session {
    /// What the rules work on: the market's state, and what they read beside it.
    pub fn parts(&mut self) -> (&mut Market, Context<'_>) {
        let context = Context {
            params: &self.params,
            oracle: self.oracle,
            scale: self.scale,
            now: self.now,
            resumed_at: self.resumed_at,
        };
        (&mut self.market.value.market, context)
    }

    /// Loads the position of an account that the session was entered for.
    pub fn position(&self, vm: &VM, account: Address) -> LoadedPosition {
        LoadedPosition::load_raw(vm, self.market.slot(), account)
    }

    /// Loads an account's position as it is now, to look at.
    pub fn position_now(&mut self, vm: &VM, account: Address) -> Outcome<Position> {
        let (position, _) = LoadedPosition::load(vm, &mut self.market, self.scale, account)?;
        Ok(position.value.position)
    }

    /// Brings the market to now.
    pub fn accrue(&mut self) -> Outcome<()> {
        let (market, context) = self.parts();
        Ok(accrue(market, &context)?)
    }

    /// Writes the market, once, when everything else is written and logged.
    pub fn save(&mut self, vm: &VM) -> Outcome<()> {
        Ok(self.market.save(vm)?)
    }

    /// Time of the block.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Wad per token unit.
    pub fn scale(&self) -> u128 {
        self.scale
    }

    /// Writes a position, keeps the market's list, and logs the funding that came with it.
    pub fn save_position(&mut self, vm: &VM, account: Address, position: &mut LoadedPosition) -> Outcome<()> {
        position.save(vm, &mut self.market, account)?;
        self.log_funding(vm);
        Ok(())
    }

    /// The number of the next event.
    pub fn next_event(&mut self) -> U256 {
        next_event(&mut self.market)
    }

    /// Logs the funding indices if this call moved them.
    pub fn log_funding(&mut self, vm: &VM) {
        let after = self.market.value.market.funding;
        if after.long_index == self.before.long_index && after.short_index == self.before.short_index {
            return;
        }
        let sequence = self.next_event();
        let words =
            [sequence, word(after.long_index), word(after.short_index), U256::from(self.oracle.price)];
        emit::<events::FundingAccrued>(vm, &[self.id], &words);
    }

    /// Logs what a trade or a liquidation left.
    pub fn log_position(
        &mut self,
        vm: &VM,
        trader: Address,
        fill: &Fill,
        position: &Position,
    ) -> Outcome<()> {
        let spot = self.market.value.market.curve.spot()?;
        let sequence = self.next_event();
        let words = [
            sequence,
            word(fill.base),
            U256::from(fill.notional),
            U256::from(fill.fee),
            word(fill.realized_pnl),
            word(fill.funding),
            word(position.size),
            U256::from(position.open_notional),
            U256::from(position.margin),
            U256::from(position.claim),
            U256::from(spot),
        ];
        emit::<events::PositionChanged>(vm, &[self.id, raw::address_word(trader)], &words);
        Ok(())
    }
}

/// Logs what may be done in a market.
pub fn log_status(vm: &VM, id: U256, market: &mut LoadedMarket) {
    let Status { paused, reduce_only, halted } = market.value.market.status;
    let sequence = next_event(market);
    vm.log(events::MarketStatusChanged { marketId: id, sequence, paused, reduceOnly: reduce_only, halted });
}

fn high_u64(word: &B256, at: usize) -> u64 {
    word.iter().skip(at).take(8).fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// The number of a market's next event.
pub fn next_event(market: &mut LoadedMarket) -> U256 {
    market.value.sequence = market.value.sequence.saturating_add(1);
    U256::from(market.value.sequence)
}

/// The side that an ABI value names: 0 long, 1 short.
pub fn side_of(side: u8) -> Outcome<Side> {
    match side {
        0 => Ok(Side::Long),
        1 => Ok(Side::Short),
        _ => Err(Revert(errors::InvalidSide { side }.abi_encode())),
    }
}

/// A value that the rules keep in 128 bits.
pub fn narrow(value: U256) -> Outcome<u128> {
    Ok(everfloor_math::to_u128(value)?)
}

/// A time, where anything beyond 64 bits is as good as for ever.
pub fn narrow_time(value: U256) -> u64 {
    value.saturating_to()
}

sol! {
    function catchUp(uint256 marketId, address trader) external;
    function read() external view returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);
    function poke() external returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);
}

/// The feed's answer was no answer.
const FEED_UNREACHABLE: u8 = 5;
/// Bytes of a feed's answer.
const FEED_ANSWER: usize = 128;

/// Reads a price feed. One that does not answer is unusable.
pub fn read_feed(vm: &VM, feed: Address) -> OracleReading {
    reading(raw::static_call(vm, feed, &readCall::SELECTOR, u64::MAX, FEED_ANSWER))
}

fn reading(answer: ArbResult) -> OracleReading {
    let answer = answer.unwrap_or_default();
    let word = |index| raw::word_at(&answer, index).and_then(|word| u128::try_from(word).ok());
    match (word(0), word(1), word(2), word(3)) {
        (Some(price), Some(cumulative), Some(updated_at), Some(status)) => OracleReading {
            price,
            cumulative,
            updated_at: u64::try_from(updated_at).unwrap_or(u64::MAX),
            status: OracleStatus::from_code(u8::try_from(status).unwrap_or(u8::MAX)),
        },
        _ => OracleReading {
            price: 0,
            cumulative: 0,
            updated_at: 0,
            status: OracleStatus::Unusable(FEED_UNREACHABLE),
        },
    }
}
