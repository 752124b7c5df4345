//! The contract-wide fields, and the loaded state of one call.

use alloy_primitives::{Address, U256, aliases::U64};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    initializer::Initializer,
    lock, raw,
    roles::{Guardian, Ownership, non_zero},
};
use everfloor_perp_rules::{
    Market, OracleReading, OracleStatus, Params, PerpError, Position, Side,
    deleverage::CaughtUp,
    funding::{Funding, accrue},
    market::{Context, Status},
    trade::Fill,
};
use stylus_sdk::{
    ArbResult,
    host::VM,
    prelude::*,
    storage::{StorageAddress, StorageArray, StorageBool, StorageMap, StorageU8, StorageU64, StorageU256},
};

use crate::{
    abi::{errors, events, views::Programs},
    layout::ParamsRecord,
    revert::{Outcome, Revert, int},
    store::{self, LoadedMarket, LoadedPosition},
};

/// The contract-wide fields. Append only: all programs and every later version read them where they are.
#[storage]
pub struct ClearingState {
    /// Who governs.
    pub ownership: Ownership,
    /// Who may pause opening.
    pub guardian: Guardian,
    /// Whether the proxy was initialised.
    pub initializer: Initializer,
    /// The collateral token.
    pub quote_token: StorageAddress,
    /// The lock; shares the token's slot.
    pub lock: StorageBool,
    /// Somebody else acts for [`Self::principal`]; shares the token's slot.
    pub acting: StorageBool,
    /// Wad per token unit; shares the token's slot.
    pub scale: StorageU64,
    /// The insurance fund.
    pub insurance_fund: StorageAddress,
    /// Number of markets; their ids run from 1. Shares the fund's slot.
    pub market_count: StorageU64,
    /// Who may step parameters and reduce a market.
    pub council: StorageAddress,
    /// The contract that raises money against deficits; zero is none.
    pub deficit_ledger: StorageAddress,
    /// On whose account the present call acts, while [`Self::acting`].
    pub principal: StorageAddress,
    /// The programs behind the clearing house, in the order of [`Program`].
    pub programs: StorageArray<StorageAddress, PROGRAMS>,
    /// Token units owed to keepers.
    pub rewards: StorageMap<Address, StorageU256>,
    /// What an account lets an operator do.
    pub operators: StorageMap<Address, StorageMap<Address, StorageU8>>,
    /// Used numbers of signed orders: account, upper 248 bits, a bit each.
    pub nonces: StorageMap<Address, StorageMap<U256, StorageU256>>,
}

/// The programs that the house and the lens hand calls to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Liquidation, takeover, deleveraging.
    Risk = 0,
    /// Funding, repeg, claims, rewards.
    Upkeep = 1,
    /// Deficits, halting, settlement.
    Settlement = 2,
    /// Operators, signed orders, several calls in one.
    Orders = 3,
    /// Views and lists.
    Lens = 4,
    /// Previews.
    Preview = 5,
    /// Administration.
    Admin = 6,
}

/// How many of them there are.
pub const PROGRAMS: usize = 7;

impl ClearingState {
    /// Takes the lock of the clearing house.
    pub fn enter(&mut self) -> Outcome<()> {
        Ok(lock::acquire(&mut self.lock)?)
    }

    /// Gives it back.
    pub fn leave(&mut self) {
        lock::release(&mut self.lock);
    }

    /// On whose account this call acts: the caller's, unless the orders program acts for somebody. That counts once: a
    /// call that comes back in while this one runs is its caller's own.
    pub fn account(&mut self) -> Address {
        if self.acting.get() {
            self.acting.set(false);
            return self.principal.get();
        }
        self.vm().msg_sender()
    }

    /// Wad per token unit.
    pub fn scale(&self) -> u128 {
        u128::from(self.scale.get().to::<u64>())
    }

    /// Adds to what a keeper may withdraw.
    pub fn add_reward(&mut self, keeper: Address, amount: u128) -> Outcome<()> {
        if amount == 0 {
            return Ok(());
        }
        let mut reward = self.rewards.setter(keeper);
        let total = everfloor_math::add(reward.get(), U256::from(amount))?;
        reward.set(total);
        Ok(())
    }

    /// Where a program is.
    pub fn program(&self, program: Program) -> Address {
        self.programs.get(program as usize).unwrap_or_default()
    }

    /// Places the programs.
    pub fn set_programs(&mut self, programs: Programs) -> Outcome<()> {
        let Programs { risk, upkeep, settlement, orders, lens, preview, admin } = programs;
        let all = [risk, upkeep, settlement, orders, lens, preview, admin];
        for (index, program) in all.into_iter().enumerate() {
            if let Some(mut slot) = self.programs.setter(index) {
                slot.set(non_zero(program)?);
            }
        }
        self.vm().log(events::ProgramsChanged { risk, upkeep, settlement, orders, lens, preview, admin });
        Ok(())
    }

    /// A new market's id.
    pub fn next_market(&mut self) -> Outcome<U256> {
        let id = self.market_count.get().to::<u64>().checked_add(1).ok_or(PerpError::Overflow)?;
        self.market_count.set(U64::from(id));
        Ok(U256::from(id))
    }

    /// Loads a market, its parameters and its oracle, to look at.
    pub fn open_market(&self, id: U256) -> Outcome<Session> {
        let vm = self.vm();
        let ParamsRecord { feed, params } = store::load_params(vm, store::market_slot(vm, id));
        self.session(id, params, read_feed(vm, feed))
    }

    fn session(&self, id: U256, params: Params, oracle: OracleReading) -> Outcome<Session> {
        let market = self.load_market(id)?;
        let before = market.value.market.funding;
        let now = self.vm().block_timestamp();
        Ok(Session { id, market, params, oracle, scale: self.scale(), now, before })
    }

    /// Loads a market to change it, and takes the lock.
    ///
    /// The feed is poked, not read, so that it records the round that this action acts on: what funding integrates is
    /// then what the market saw. It is asked before any state is loaded and before the lock is taken: a call would
    /// write a lock already taken, and an action that moves no tokens never writes it at all.
    pub fn enter_market(&mut self, id: U256) -> Outcome<Session> {
        let vm = self.vm();
        let record = store::load_params(vm, store::market_slot(vm, id));
        self.enter_with(id, record)
    }

    /// The same for trading, which reads fewer of the parameters: the others are zero in the session.
    pub fn enter_market_to_trade(&mut self, id: U256) -> Outcome<Session> {
        let vm = self.vm();
        let record = store::load_trading_params(vm, store::market_slot(vm, id));
        self.enter_with(id, record)
    }

    fn enter_with(&mut self, id: U256, record: ParamsRecord) -> Outcome<Session> {
        let ParamsRecord { feed, params } = record;
        let oracle = reading(raw::call(self.vm(), feed, &pokeCall::SELECTOR, FEED_ANSWER));
        let session = self.session(id, params, oracle)?;
        self.enter()?;
        Ok(session)
    }

    /// Loads a market's state alone; the oracle and the parameters are left.
    pub fn load_market(&self, id: U256) -> Outcome<LoadedMarket> {
        let vm = self.vm();
        let market = LoadedMarket::load(vm, store::market_slot(vm, id));
        if market.value.market.curve.base == 0 {
            return Err(Revert(errors::UnknownMarket { marketId: id }.abi_encode()));
        }
        Ok(market)
    }
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
    before: Funding,
}

impl Session {
    /// What the rules work on: the market's state, and what they read beside it.
    pub fn parts(&mut self) -> (&mut Market, Context<'_>) {
        let context = Context { params: &self.params, oracle: self.oracle, scale: self.scale, now: self.now };
        (&mut self.market.value.market, context)
    }

    /// Loads an account's position in this market, as it is now, and what it has given up to a deleveraging.
    pub fn position(&mut self, vm: &VM, account: Address) -> Outcome<(LoadedPosition, Option<CaughtUp>)> {
        Ok(LoadedPosition::load(vm, &mut self.market, self.scale, account)?)
    }

    /// Loads an account's position to change it.
    pub fn enter_position(&mut self, vm: &VM, account: Address) -> Outcome<LoadedPosition> {
        let (position, caught_up) = self.position(vm, account)?;
        self.log_caught_up(vm, account, caught_up);
        Ok(position)
    }

    /// Logs what a position had given up to a deleveraging.
    pub fn log_caught_up(&mut self, vm: &VM, trader: Address, caught_up: Option<CaughtUp>) {
        let Some(given) = caught_up else { return };
        let sequence = self.next_event();
        vm.log(events::PositionDeleveraged {
            marketId: self.id,
            trader,
            sequence,
            exchangedBase: int(given.base),
            exchangedNotional: U256::from(given.notional),
            realizedPnl: int(given.realized_pnl),
            fundingPayment: int(given.funding),
        });
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
        vm.log(events::FundingAccrued {
            marketId: self.id,
            sequence,
            longIndex: int(after.long_index),
            shortIndex: int(after.short_index),
            oraclePrice: U256::from(self.oracle.price),
        });
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
        vm.log(events::PositionChanged {
            marketId: self.id,
            trader,
            sequence,
            exchangedBase: int(fill.base),
            exchangedNotional: U256::from(fill.notional),
            fee: U256::from(fill.fee),
            realizedPnl: int(fill.realized_pnl),
            fundingPayment: int(fill.funding),
            size: int(position.size),
            openNotional: U256::from(position.open_notional),
            margin: U256::from(position.margin),
            claim: U256::from(position.claim),
            spotPrice: U256::from(spot),
        });
        Ok(())
    }
}

/// Logs what may be done in a market.
pub fn log_status(vm: &VM, id: U256, market: &mut LoadedMarket) {
    let Status { paused, reduce_only, halted } = market.value.market.status;
    let sequence = next_event(market);
    vm.log(events::MarketStatusChanged { marketId: id, sequence, paused, reduceOnly: reduce_only, halted });
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
