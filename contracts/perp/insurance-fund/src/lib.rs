//! Quote tokens set aside per market against bad debt.
//!
//! [`InsuranceFund`] holds one ERC-20 token for one clearing house. Each market has a ledger of its own; a shared
//! ledger stands behind all of them, and how much of it one market may ever use is capped, so a market that fails
//! cannot take the others' insurance with it. Anybody may deposit. Tokens leave by one way only: the clearing house
//! draws them for a loss, from the market's ledger first and then from the shared one, and what was paid for whose
//! losses is on record.
//!
//! Ledgers count what was deposited through the fund and nothing else: tokens that are simply sent here change
//! nothing, and the fund holds at least what its ledgers say. Amounts are token units.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![allow(missing_docs, reason = "the SDK's entrypoint function has none")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, B256, U128, U256};
use alloy_sol_types::{SolError, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, InitError, Initializer, NotThroughProxy},
    lift,
    lock::{self, Reentrant},
    roles::{NotOwner, NotPendingOwner, Ownership, ZeroAddress, non_zero},
    token::{self, TokenError, TransferFailed, TransferMismatch},
    upgrade,
};
use everfloor_math::{add_u128, sub_u128, to_u128};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU128, StorageU256},
};

sol! {
    /// `caller` is not the fund's clearing house.
    #[derive(Debug, PartialEq, Eq)]
    error NotClearingHouse(address caller);
    /// The fund has a clearing house, for good.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingHouseAlreadySet(address clearingHouse);
    /// Nothing is deposited.
    #[derive(Debug, PartialEq, Eq)]
    error ZeroAmount();
    /// An amount, or what it would add up to, has more than 128 bits.
    #[derive(Debug, PartialEq, Eq)]
    error AmountTooLarge(uint256 amount);
    /// Market 0 is the shared ledger, which neither draws nor is capped.
    #[derive(Debug, PartialEq, Eq)]
    error NotAMarket(uint256 marketId);

    /// `amount` was added to a market's ledger, or to the shared one (market 0), which now holds `ledger`.
    #[derive(Debug, PartialEq, Eq)]
    event Deposited(uint256 indexed marketId, address indexed from, uint256 amount, uint256 ledger, uint256 total);
    /// The clearing house was paid for a loss of `owner`, from the market's ledger and the shared one; and what they
    /// hold now, what the market has used of the shared ledger, and what was paid for the owner's losses there.
    #[derive(Debug, PartialEq, Eq)]
    event Drawn(
        uint256 indexed marketId,
        address indexed owner,
        uint256 fromMarket,
        uint256 fromShared,
        uint256 marketLedger,
        uint256 sharedLedger,
        uint256 sharedUsed,
        uint256 drawnByOwner
    );
    /// The fund serves this clearing house, for good.
    #[derive(Debug, PartialEq, Eq)]
    event ClearingHouseSet(address indexed clearingHouse);
    /// A market may use up to `cap` of the shared ledger, all told.
    #[derive(Debug, PartialEq, Eq)]
    event SharedCapChanged(uint256 indexed marketId, uint256 cap);

    /// The insurance of one market.
    #[derive(Debug, PartialEq, Eq, AbiType)]
    struct MarketInsurance {
        /// Token units in the market's own ledger.
        uint256 balance;
        /// Token units of the shared ledger it has used so far.
        uint256 sharedUsed;
        /// Token units of the shared ledger it may use, all told.
        uint256 sharedCap;
        /// Token units a draw could pay now.
        uint256 available;
    }
}

/// Why a call of the fund fails.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum FundError {
    /// It has been initialised before.
    AlreadyInitialized(AlreadyInitialized),
    /// The program was called at its own address.
    NotThroughProxy(NotThroughProxy),
    /// An address is zero.
    ZeroAddress(ZeroAddress),
    /// The caller does not own the fund.
    NotOwner(NotOwner),
    /// The caller has not been offered the fund.
    NotPendingOwner(NotPendingOwner),
    /// The caller is not the clearing house.
    NotClearingHouse(NotClearingHouse),
    /// There is a clearing house.
    ClearingHouseAlreadySet(ClearingHouseAlreadySet),
    /// Nothing is deposited.
    ZeroAmount(ZeroAmount),
    /// The amount is too large.
    AmountTooLarge(AmountTooLarge),
    /// Market 0 is none.
    NotAMarket(NotAMarket),
    /// The fund is in the middle of another call.
    Reentrant(Reentrant),
    /// The token refused.
    TransferFailed(TransferFailed),
    /// Another amount arrived than was sent.
    TransferMismatch(TransferMismatch),
}
lift!(InitError { AlreadyInitialized, NotThroughProxy } => FundError);
lift!(TokenError { TransferFailed, TransferMismatch } => FundError);

/// One market's ledger. Two slots, the second only read when the first runs dry.
#[storage]
pub struct MarketLedger {
    balance: StorageU128,
    shared_used: StorageU128,
    shared_cap: StorageU128,
}

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("drawnBy", U256, Address);

/// The fund.
#[storage]
#[entrypoint]
pub struct InsuranceFund {
    initializer: Initializer,
    ownership: Ownership,
    clearing_house: StorageAddress,
    // One slot: the token, never zero, and the lock.
    quote_token: StorageAddress,
    locked: StorageBool,
    // One slot: both change with every shared movement.
    shared: StorageU128,
    total: StorageU128,
    markets: StorageMap<U256, MarketLedger>,
    drawn: StorageMap<U256, StorageMap<Address, StorageU256>>,
}

/// What a draw takes from where.
struct Split {
    from_market: u128,
    from_shared: u128,
}

#[public]
impl InsuranceFund {
    /// Sets the fund up for one token, through its proxy and once.
    ///
    /// Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner or token), `TransferFailed` (the token is
    /// not an ERC-20).
    pub fn initialize(&mut self, owner: Address, quote_token: Address) -> Result<(), FundError> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        token::balance_of(self.vm(), non_zero(quote_token)?, self.vm().contract_address())?;
        self.quote_token.set(quote_token);
        Ok(())
    }

    /// Adds `amount` token units to a market's ledger, or to the shared one (`market_id` 0), from the caller, who has
    /// approved the fund. Anybody may deposit for any market; nobody gets it back.
    ///
    /// Errors: `ZeroAmount`, `AmountTooLarge`, `Reentrant`, `TransferFailed`, `TransferMismatch`.
    pub fn deposit(&mut self, market_id: U256, amount: U256) -> Result<(), FundError> {
        lock::acquire(&mut self.locked)?;
        if amount.is_zero() {
            return Err(ZeroAmount {}.into());
        }
        let from = self.vm().msg_sender();
        let (ledger, total) = self.credit(market_id, amount)?;
        self.vm().log(Deposited {
            marketId: market_id,
            from,
            amount,
            ledger: U256::from(ledger),
            total: U256::from(total),
        });
        token::transfer_in(self.vm(), self.quote_token.get(), from, amount)?;
        lock::release(&mut self.locked);
        Ok(())
    }

    /// Pays the clearing house, who alone may call, up to `amount` token units for a loss of `owner` in a market: from
    /// the market's ledger, then from the shared one up to the market's cap. What was paid; possibly nothing.
    ///
    /// Errors: `NotClearingHouse`, `NotAMarket`, `Reentrant`, `TransferFailed`.
    pub fn draw(&mut self, market_id: U256, owner: Address, amount: U256) -> Result<U256, FundError> {
        let caller = self.vm().msg_sender();
        if caller != self.clearing_house.get() {
            return Err(NotClearingHouse { caller }.into());
        }
        check_market(market_id)?;
        lock::acquire(&mut self.locked)?;
        let split = self.split(market_id, amount.saturating_to());
        let covered = U256::from(split.from_market.saturating_add(split.from_shared));
        if !covered.is_zero() {
            self.debit(market_id, owner, split)?;
            token::transfer_out(self.vm(), self.quote_token.get(), caller, covered)?;
        }
        lock::release(&mut self.locked);
        Ok(covered)
    }

    /// Token units a draw for a market could pay now; nothing for market 0.
    pub fn available(&self, market_id: U256) -> U256 {
        if market_id.is_zero() {
            return U256::ZERO;
        }
        let split = self.split(market_id, u128::MAX);
        // The two never sum to more than the total, which has 128 bits.
        U256::from(split.from_market.saturating_add(split.from_shared))
    }

    /// Token units in a market's own ledger; of market 0, those in the shared ledger.
    pub fn balance_of_market(&self, market_id: U256) -> U256 {
        if market_id.is_zero() {
            return self.shared_balance();
        }
        U256::from(self.markets.getter(market_id).balance.get())
    }

    /// Token units in the shared ledger.
    pub fn shared_balance(&self) -> U256 {
        U256::from(self.shared.get())
    }

    /// Token units of the shared ledger a market has used so far.
    pub fn shared_used(&self, market_id: U256) -> U256 {
        U256::from(self.markets.getter(market_id).shared_used.get())
    }

    /// Token units of the shared ledger a market may use, all told.
    pub fn shared_cap(&self, market_id: U256) -> U256 {
        U256::from(self.markets.getter(market_id).shared_cap.get())
    }

    /// Everything about the insurance of one market.
    pub fn market_insurance(&self, market_id: U256) -> MarketInsurance {
        MarketInsurance {
            balance: self.balance_of_market(market_id),
            sharedUsed: self.shared_used(market_id),
            sharedCap: self.shared_cap(market_id),
            available: self.available(market_id),
        }
    }

    /// Token units in all ledgers together. The fund holds at least as much.
    pub fn total_balance(&self) -> U256 {
        U256::from(self.total.get())
    }

    /// Token units paid so far for the losses of `owner` in a market.
    pub fn drawn_by(&self, market_id: U256, owner: Address) -> U256 {
        self.drawn.getter(market_id).get(owner)
    }

    /// The token the fund holds.
    pub fn quote_token(&self) -> Address {
        self.quote_token.get()
    }

    /// The clearing house the fund serves; zero until it is set.
    pub fn clearing_house(&self) -> Address {
        self.clearing_house.get()
    }

    /// Names the clearing house, once and for good: it is the way out for the fund's tokens.
    ///
    /// Errors: `NotOwner`, `ZeroAddress`, `ClearingHouseAlreadySet`.
    pub fn set_clearing_house(&mut self, clearing_house: Address) -> Result<(), FundError> {
        self.ownership.only_owner()?;
        let present = self.clearing_house.get();
        if !present.is_zero() {
            return Err(ClearingHouseAlreadySet { clearingHouse: present }.into());
        }
        self.clearing_house.set(non_zero(clearing_house)?);
        self.vm().log(ClearingHouseSet { clearingHouse: clearing_house });
        Ok(())
    }

    /// Sets how many token units of the shared ledger a market may use, all told. Below what it has used already, it
    /// may use no more.
    ///
    /// Errors: `NotOwner`, `NotAMarket`, `AmountTooLarge`.
    pub fn set_shared_cap(&mut self, market_id: U256, cap: U256) -> Result<(), FundError> {
        self.ownership.only_owner()?;
        check_market(market_id)?;
        let stored = to_u128(cap).map_err(|_| AmountTooLarge { amount: cap })?;
        self.markets.setter(market_id).shared_cap.set(U128::from(stored));
        self.vm().log(SharedCapChanged { marketId: market_id, cap });
        Ok(())
    }

    /// The fund's owner.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Who has been offered the fund and may accept it; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending()
    }

    /// Offers the fund to `new_owner`, who must accept; zero withdraws an offer.
    ///
    /// Errors: `NotOwner`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), FundError> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes the fund over from its owner, who has offered it to the caller.
    ///
    /// Errors: `NotPendingOwner`.
    pub fn accept_ownership(&mut self) -> Result<(), FundError> {
        Ok(self.ownership.accept()?)
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Result<B256, Vec<u8>> {
        upgrade::proxiable_uuid(self.vm())
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of an insurance fund
    /// - `NotUpgradeable`: an insurance fund could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Result<(), Vec<u8>> {
        self.ownership.only_owner().map_err(|refusal| refusal.abi_encode())?;
        lock::check(&self.locked).map_err(|refusal| refusal.abi_encode())?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
    }
}

impl InsuranceFund {
    /// Adds to a ledger: what it and all together hold now.
    fn credit(&mut self, market_id: U256, amount: U256) -> Result<(u128, u128), AmountTooLarge> {
        let too_large = |_| AmountTooLarge { amount };
        let added = to_u128(amount).map_err(too_large)?;
        // No ledger holds more than the total, so if that fits, they do.
        let total = add_u128(self.total.get().to(), added).map_err(too_large)?;
        self.total.set(U128::from(total));
        let ledger = if market_id.is_zero() {
            let after = add_u128(self.shared.get().to(), added).map_err(too_large)?;
            self.shared.set(U128::from(after));
            after
        } else {
            let mut market = self.markets.setter(market_id);
            let after = add_u128(market.balance.get().to(), added).map_err(too_large)?;
            market.balance.set(U128::from(after));
            after
        };
        Ok((ledger, total))
    }

    /// How `amount`, or as much of it as there is, would be paid.
    fn split(&self, market_id: U256, amount: u128) -> Split {
        let market = self.markets.getter(market_id);
        let from_market = amount.min(market.balance.get().to());
        let missing = amount.saturating_sub(from_market);
        if missing == 0 {
            return Split { from_market, from_shared: 0 };
        }
        let (used, cap): (u128, u128) = (market.shared_used.get().to(), market.shared_cap.get().to());
        let from_shared = missing.min(cap.saturating_sub(used)).min(self.shared.get().to());
        Split { from_market, from_shared }
    }

    /// Takes a draw out of the ledgers and puts it on record.
    fn debit(&mut self, market_id: U256, owner: Address, split: Split) -> Result<(), AmountTooLarge> {
        let Split { from_market, from_shared } = split;
        // A draw is what the ledgers hold or less, so none of these can fail; if one did, nothing would be paid.
        let covered = U256::from(from_market).saturating_add(U256::from(from_shared));
        let impossible = |_| AmountTooLarge { amount: covered };
        let paid = to_u128(covered).map_err(impossible)?;
        let mut market = self.markets.setter(market_id);
        let balance = sub_u128(market.balance.get().to(), from_market).map_err(impossible)?;
        let used = add_u128(market.shared_used.get().to(), from_shared).map_err(impossible)?;
        market.balance.set(U128::from(balance));
        market.shared_used.set(U128::from(used));
        let shared = sub_u128(self.shared.get().to(), from_shared).map_err(impossible)?;
        self.shared.set(U128::from(shared));
        self.total.set(U128::from(sub_u128(self.total.get().to(), paid).map_err(impossible)?));
        let mut drawn = self.drawn.setter(market_id);
        let drawn_by_owner = drawn.get(owner).saturating_add(covered);
        drawn.insert(owner, drawn_by_owner);
        self.vm().log(Drawn {
            marketId: market_id,
            owner,
            fromMarket: U256::from(from_market),
            fromShared: U256::from(from_shared),
            marketLedger: U256::from(balance),
            sharedLedger: U256::from(shared),
            sharedUsed: U256::from(used),
            drawnByOwner: drawn_by_owner,
        });
        Ok(())
    }
}

/// Refuses market 0, the shared ledger.
fn check_market(market_id: U256) -> Result<(), NotAMarket> {
    if market_id.is_zero() { Err(NotAMarket { marketId: market_id }) } else { Ok(()) }
}
