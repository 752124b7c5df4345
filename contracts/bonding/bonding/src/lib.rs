//! dpxETH's bonding: takes ether, rDPX and a premium, buys the puts, keeps the backing and pays it out.
//!
//! Thin by intent: each method loads what a rule of `everfloor-bonding-rules` needs, applies it, writes what changed, logs
//! it, and moves tokens last, under the lock. The contract is the one buyer of a put pool and the one minter of dpxETH.
//!
//! # What is promised
//! - A bond is worth 93.75 % of its dpxETH in collateral at whatever price **within the epoch of bonding**. At each roll
//!   of the pool the strikes follow the price, and with them this floor; and what the treasury's escrow in the pool does not
//!   pay for is not covered any more. `backing` and `runway` say how it stands.
//! - Puts cover all rDPX that was credited; a wei of rounding for each bond is not.
//! - `redeem`, `redeemBacking` and `collect` are never paused and ask nobody; `redeemBacking` needs a price.
//! - Books alone say what backs dpxETH: tokens that are simply sent here change nothing.
//!
//! The owner sets dpxETH once, names the guardian, resumes bonding and takes escrow back, prefunded premiums among it;
//! nothing here lets the owner touch the backing. The owner is meant to be a timelock wherever money is real.
//!
//! Units: collateral, underlying, dpxETH and prices have 18 decimals; prices are collateral for one underlying; times are
//! seconds.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
mod outside;
mod revert;
mod store;

#[cfg(not(target_arch = "wasm32"))]
use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use everfloor_bonding_rules::{Backing, Bond, BondError, Charge, Mark, Params, bond::require_time};
use everfloor_common::{
    initializer::Initializer,
    log::emit,
    raw::address_word,
    roles::{Guardian, Ownership, non_zero},
    routes,
    token::{self, Decimals, approve_exact, transfer_in, transfer_out},
    upgrade,
};
use everfloor_math::to_u128;
use stylus_sdk::{abi::Bytes, function_selector, prelude::*};

pub use crate::revert::{Outcome, Revert};
use crate::{
    abi::{
        errors, events,
        views::{BackingView, BondView, BondingParams, BondingPeers},
    },
    outside::{Order, Pool},
    store::{Ledger, Owned, Peer, Store},
};

/// Entries a page has at most.
const PAGE: u64 = 100;

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("bondOf", U256);

/// Bonding of dpxETH: what is bonded, what backs it, what it is redeemed for.
#[storage]
#[entrypoint]
pub struct Bonding {
    ownership: Ownership,
    guardian: Guardian,
    initializer: Initializer,
}

/// What a bond would be.
struct Quote {
    mark: Mark,
    charge: Charge,
    premium: U256,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl Bonding {
    // ---- Making it ----

    /// Makes the contract: owner, the put pool, parameters; once, in the call that creates the proxy. Collateral, underlying
    /// and price history are the pool's. The owner of the pool then names this contract its buyer, and the owner of this
    /// one sets dpxETH (`setSynthetic`).
    ///
    /// # Errors
    /// - [`errors::UnsupportedToken`]: the collateral or the underlying does not have 18 decimals
    /// - [`errors::NoAnswer`]: `pool` is none
    pub fn initialize(&mut self, owner: Address, pool: Address, params: BondingParams) -> Outcome<()> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        let rules =
            Params { maturity: params.maturity.saturating_to(), min_bond: params.minBond.saturating_to() };
        rules.validate()?;
        let store = self.store();
        store.set_params(&rules)?;
        store.set_peer(Peer::Pool, non_zero(pool)?);
        let peers = self.pool().peers()?;
        for (peer, token) in [(Peer::Collateral, peers.collateral), (Peer::Underlying, peers.underlying)] {
            self.require_wad(token)?;
            store.set_peer(peer, token);
        }
        store.set_peer(Peer::History, peers.history);
        let [collateral, underlying, history] =
            [peers.collateral, peers.underlying, peers.history].map(address_word);
        let values = [collateral, underlying, history, params.maturity, params.minBond];
        emit::<events::BondingCreated>(self.vm(), &[address_word(pool)], &values);
        Ok(())
    }

    /// Sets dpxETH, whose minter must be this contract; once. Owner only.
    pub fn set_synthetic(&mut self, synthetic: Address) -> Outcome<()> {
        self.ownership.only_owner()?;
        let store = self.store();
        let present = store.peer(Peer::Synthetic);
        if !present.is_zero() {
            return Err(Revert::new(errors::SyntheticAlreadySet::SELECTOR, &[address_word(present)]));
        }
        let minter = outside::minter(self.vm(), non_zero(synthetic)?)?;
        if minter != self.vm().contract_address() {
            let words = [address_word(synthetic), address_word(minter)];
            return Err(Revert::new(errors::SyntheticMismatch::SELECTOR, &words));
        }
        store.set_peer(Peer::Synthetic, synthetic);
        emit::<events::SyntheticSet>(self.vm(), &[], &[address_word(synthetic)]);
        Ok(())
    }

    // ---- Bonds ----

    /// Bonds `amount` dpxETH for `receiver`: takes the underlying, the collateral and the premium, all of which the caller
    /// has approved, buys the puts and makes a bond that becomes dpxETH at its maturity. Bounded by `max_underlying`, by
    /// `max_collateral` (premium included) and by `deadline`. What the pool refuses it refuses in its own words.
    ///
    /// # Returns
    /// - `bondId`: the bond
    /// - `underlyingPaid`: underlying
    /// - `collateralPaid`: collateral, premium included
    /// - `premium`: what of that the puts cost
    pub fn bond(
        &mut self,
        amount: U256,
        max_underlying: U256,
        max_collateral: U256,
        receiver: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256, U256, U256)> {
        let (store, now) = (self.store(), self.vm().block_timestamp());
        if store.is_paused() {
            return Err(BondError::BondingPaused.into());
        }
        require_time(deadline.saturating_to(), now)?;
        if store.peer(Peer::Synthetic).is_zero() {
            return Err(Revert::new(errors::SyntheticNotSet::SELECTOR, &[]));
        }
        let bond = Bond::open(to_u128(amount)?, now, &store.params())?;
        store.enter()?;
        let mark = outside::record_and_mark(self.vm(), store.peer(Peer::History))?;
        let quote = self.quote(bond.amount, mark)?;
        let paid = to_u128(quote.collateral())?;
        quote.charge.require_within(paid, max_underlying.saturating_to(), max_collateral.saturating_to())?;
        let id = self.open(&store, bond, non_zero(receiver)?, &quote)?;
        self.pay_in(&store, &quote, deadline)?;
        store.leave();
        Ok((id, U256::from(quote.charge.underlying), quote.collateral(), quote.premium))
    }

    /// Turns a bond that is due into dpxETH for `recipient`; its owner's alone, once. Never paused.
    pub fn redeem(&mut self, bond_id: U256, recipient: Address) -> Outcome<()> {
        let (store, caller) = (self.store(), self.vm().msg_sender());
        store.enter()?;
        let number = bond_number(bond_id)?;
        let mut owned = store.load_bond(number);
        if owned.owner != caller {
            return Err(not_owned(bond_id, owned.owner, caller));
        }
        if owned.bond.redeemed {
            return Err(Revert::new(errors::AlreadyRedeemed::SELECTOR, &[bond_id]));
        }
        owned.bond.require_matured(self.vm().block_timestamp())?;
        owned.bond.redeemed = true;
        store.save_bond(number, &owned)?;
        let (amount, to) = (U256::from(owned.bond.amount), non_zero(recipient)?);
        let indexed = [bond_id, address_word(caller), address_word(to)];
        emit::<events::BondRedeemed>(self.vm(), &indexed, &[amount]);
        outside::mint(self.vm(), store.peer(Peer::Synthetic), to, amount)?;
        store.leave();
        Ok(())
    }

    // ---- The backing ----

    /// Burns `amount` dpxETH of the caller's, who has approved this contract for it, for its part of the backing, if that is
    /// at least `min_collateral` and `min_underlying`; until `deadline`. It takes no more than is worth `amount`, the
    /// underlying counted at the higher of the oracle's two prices; what it does not take stays with the others. Payoffs
    /// are collected first. Underlying that leaves is not covered from the pool's next roll on.
    /// Never paused; needs a price.
    ///
    /// # Returns
    /// - `collateralPaid`: collateral
    /// - `underlyingPaid`: underlying
    pub fn redeem_backing(
        &mut self,
        amount: U256,
        min_collateral: U256,
        min_underlying: U256,
        recipient: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        let (store, account) = (self.store(), self.vm().msg_sender());
        require_time(deadline.saturating_to(), self.vm().block_timestamp())?;
        store.enter()?;
        let mark = outside::record_and_mark(self.vm(), store.peer(Peer::History))?;
        self.collect_due(&store)?;
        let mut ledger = store.ledger();
        let taken = ledger.books.burn(to_u128(amount)?, mark)?;
        taken.require_least(min_collateral.saturating_to(), min_underlying.saturating_to())?;
        store.save(&ledger)?;
        let (collateral, underlying) = (U256::from(taken.collateral), U256::from(taken.underlying));
        let [held, backed, supply] = books_words(&ledger);
        let indexed = [address_word(account), address_word(non_zero(recipient)?)];
        let values = [amount, collateral, underlying, U256::from(mark.high), held, backed, supply];
        emit::<events::BackingRedeemed>(self.vm(), &indexed, &values);
        outside::burn_from(self.vm(), store.peer(Peer::Synthetic), account, amount)?;
        self.pool().report_supply(supply)?;
        self.pool().cover_at_most(backed)?;
        self.pay_out(store.peer(Peer::Collateral), recipient, collateral)?;
        self.pay_out(store.peer(Peer::Underlying), recipient, underlying)?;
        store.leave();
        Ok((collateral, underlying))
    }

    /// Takes the payoffs that the pool owes into the backing. Anybody may; never paused.
    ///
    /// # Returns
    /// - `amount`: how much, collateral
    pub fn collect(&mut self) -> Outcome<U256> {
        let store = self.store();
        store.enter()?;
        let amount = self.pool().collect_payoff()?;
        self.credit(&store, amount)?;
        store.leave();
        Ok(amount)
    }

    /// Buys puts for underlying that is not covered, up to `units` of it: what the escrow did not pay for, or no price could be
    /// had for, is covered again at a new strike. The caller pays the premium, at most `max_premium`, until `deadline`.
    /// Anybody may; what it costs is what keeps the floor.
    ///
    /// # Returns
    /// - `covered`: units
    /// - `premium`: what they cost, collateral
    pub fn cover(&mut self, units: U256, max_premium: U256, deadline: U256) -> Outcome<(U256, U256)> {
        let (store, payer) = (self.store(), self.vm().msg_sender());
        require_time(deadline.saturating_to(), self.vm().block_timestamp())?;
        store.enter()?;
        let pool = self.pool();
        let books = store.ledger().books;
        let open = U256::from(books.underlying).saturating_sub(pool.covered()?);
        let units = units.min(open);
        if units.is_zero() {
            return Err(BondError::ZeroAmount.into());
        }
        let (_, premium) = pool.quote(units)?;
        if premium > max_premium {
            return Err(Revert::new(errors::SlippageCollateral::SELECTOR, &[premium, max_premium]));
        }
        emit::<events::Covered>(self.vm(), &[address_word(payer)], &[units, premium]);
        let collateral = store.peer(Peer::Collateral);
        transfer_in(self.vm(), collateral, payer, premium)?;
        approve_exact(self.vm(), collateral, pool.at, premium)?;
        let supply = U256::from(books.supply);
        pool.purchase(&Order { units, supply, premium, strike: U256::ZERO, deadline })?;
        store.leave();
        Ok((units, premium))
    }

    /// Takes up the pool's price history, where that was replaced. Anybody may.
    pub fn sync_history(&mut self) -> Outcome<()> {
        let store = self.store();
        store.require_free()?;
        let history = self.pool().peers()?.history;
        if history != store.peer(Peer::History) {
            store.set_peer(Peer::History, history);
            emit::<events::HistoryChanged>(self.vm(), &[], &[address_word(history)]);
        }
        Ok(())
    }

    // ---- The owner and the guardian ----

    /// Takes `amount` of the money for funding out of the pool's escrow, to `recipient`. What is missing there when the pool
    /// rolls ends cover. Anybody adds to it with the pool's `fundEscrow`. Owner only.
    pub fn withdraw_escrow(&mut self, amount: U256, recipient: Address) -> Outcome<()> {
        self.ownership.only_owner()?;
        self.store().require_free()?;
        self.pool().withdraw_escrow(amount, recipient)
    }

    /// Pauses or resumes bonding, and nothing else. Guardian and owner may pause, the owner resumes.
    pub fn set_bonding_paused(&mut self, paused: bool) -> Outcome<()> {
        if paused {
            self.guardian.only_guardian(&self.ownership)?;
        } else {
            self.ownership.only_owner()?;
        }
        let store = self.store();
        store.require_free()?;
        store.set_paused(paused);
        emit::<events::BondingPauseChanged>(self.vm(), &[], &[U256::from(paused)]);
        Ok(())
    }

    /// Replaces the guardian; zero is nobody. Owner only.
    pub fn set_guardian(&mut self, guardian: Address) -> Outcome<()> {
        self.ownership.only_owner()?;
        self.guardian.set(guardian);
        Ok(())
    }

    /// Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Outcome<()> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes an offered ownership.
    pub fn accept_ownership(&mut self) -> Outcome<()> {
        Ok(self.ownership.accept()?)
    }

    // ---- Views of the contract ----

    /// Who governs.
    pub fn owner(&self) -> Outcome<Address> {
        Ok(self.ownership.owner())
    }

    /// Who may take the ownership; zero is nobody.
    pub fn pending_owner(&self) -> Outcome<Address> {
        Ok(self.ownership.pending())
    }

    /// Who may pause bonding; zero is nobody.
    pub fn guardian(&self) -> Outcome<Address> {
        Ok(self.guardian.get())
    }

    /// Whether bonding is paused.
    pub fn bonding_paused(&self) -> Outcome<bool> {
        Ok(self.store().is_paused())
    }

    /// What the contract was made with.
    pub fn params(&self) -> Outcome<BondingParams> {
        let params = self.store().params();
        Ok(BondingParams { maturity: U256::from(params.maturity), minBond: U256::from(params.min_bond) })
    }

    /// Whom the contract deals with.
    pub fn peers(&self) -> Outcome<BondingPeers> {
        let store = self.store();
        Ok(BondingPeers {
            pool: store.peer(Peer::Pool),
            collateral: store.peer(Peer::Collateral),
            underlying: store.peer(Peer::Underlying),
            history: store.peer(Peer::History),
            synthetic: store.peer(Peer::Synthetic),
        })
    }

    // ---- Quotes ----

    /// What bonding `amount` dpxETH would cost now. The pool may still refuse: see `maxSupply` and the pool's views.
    ///
    /// # Returns
    /// - `underlying`: underlying to be paid
    /// - `collateral`: collateral to be paid, without the premium
    /// - `premium`: what is to be paid on top of it
    /// - `strike`: of the puts, wad
    /// - `units`: underlying they cover
    pub fn quote_bond(&self, amount: U256) -> Outcome<(U256, U256, U256, U256, U256)> {
        let Quote { charge, premium, .. } = self.quote(to_u128(amount)?, self.mark()?)?;
        let word = U256::from::<u128>;
        Ok((
            word(charge.underlying),
            word(charge.collateral),
            premium,
            word(charge.strike),
            word(charge.units),
        ))
    }

    /// What burning `amount` dpxETH would take of the backing now; a part of payoffs that are due comes on top.
    ///
    /// # Returns
    /// - `collateral`: collateral
    /// - `underlying`: underlying
    pub fn preview_redeem_backing(&self, amount: U256) -> Outcome<(U256, U256)> {
        let taken = self.store().ledger().books.redemption(to_u128(amount)?, self.mark()?)?;
        Ok((U256::from(taken.collateral), U256::from(taken.underlying)))
    }

    // ---- The backing ----

    /// How the backing stands now, as if the pool had rolled where it could.
    ///
    /// # Returns
    /// - `collateralWad`: collateral, with payoffs that are due and not collected
    /// - `underlyingUnits`: underlying
    /// - `floorWad`: what it all is worth at the least, in collateral: with underlying that is worth nothing and the puts of
    ///   this epoch, which pay for that
    /// - `ratioWad`: what it is worth at the lower of the oracle's prices, with what the puts pay there, for each dpxETH; the
    ///   highest number where there are none
    pub fn backing(&self) -> Outcome<(U256, U256, U256, U256)> {
        let (backing, pool, price) = (self.present()?, self.pool(), U256::from(self.mark()?.low));
        let floor = backing.with_puts_down(U256::ZERO, pool.payoff_at(U256::ZERO)?)?;
        let worth = backing.with_puts_down(price, pool.payoff_at(price)?)?;
        Ok((backing.collateral, backing.underlying, floor, backing.ratio_down(worth)))
    }

    /// What the backing would be worth at a price, wad, with the puts of this epoch and without; needs no oracle.
    pub fn backing_at(&self, price: U256) -> Outcome<BackingView> {
        let backing = self.present()?;
        let without = backing.worth_down(price)?;
        let with = backing.with_puts_down(price, self.pool().payoff_at(price)?)?;
        Ok(BackingView {
            withoutPuts: without,
            withPuts: with,
            ratioWithoutPuts: backing.ratio_down(without),
            ratioWithPuts: backing.ratio_down(with),
        })
    }

    /// All dpxETH ever bonded and not burned, matured or not.
    pub fn supply(&self) -> Outcome<U256> {
        Ok(U256::from(self.store().ledger().books.supply))
    }

    /// The most of it that the pool's liquidity supports now.
    pub fn max_supply(&self) -> Outcome<U256> {
        self.pool().max_supply()
    }

    /// How long the treasury's escrow in the pool lasts: the pool's `quoteFunding`.
    ///
    /// # Returns
    /// - `needed`: what the next roll would take at the present mark and volatility, collateral
    /// - `escrow`: what there is
    /// - `runwayEpochs`: how many such rolls it pays for; the highest number if they cost nothing
    pub fn runway(&self) -> Outcome<(U256, U256, U256)> {
        self.pool().funding()
    }

    // ---- Lists ----

    /// One bond.
    pub fn bond_of(&self, id: U256) -> Outcome<BondView> {
        let owned = self.store().load_bond(bond_number(id)?);
        if owned.owner.is_zero() {
            return Err(unknown_bond(id));
        }
        Ok(view_bond(id, &owned))
    }

    /// Bonds of an owner, redeemed ones among them, from the newest to the oldest, at most `limit` and 100.
    ///
    /// # Arguments
    /// - `owner`: whose
    /// - `cursor`: number of the first, one of his; 0 for the newest
    /// - `limit`: how many
    ///
    /// # Returns
    /// - `list`: the bonds
    /// - `next`: the cursor of the next page; 0 at the end
    pub fn bonds_of(&self, owner: Address, cursor: U256, limit: U256) -> Outcome<(Vec<BondView>, U256)> {
        let store = self.store();
        let mut id = if cursor.is_zero() { store.newest(owner) } else { bond_number(cursor)? };
        let mut list = Vec::new();
        for _ in 0..limit.saturating_to::<u64>().min(PAGE) {
            let owned = store.load_bond(id);
            if id == 0 || owned.owner != owner {
                return Ok((list, U256::ZERO));
            }
            list.push(view_bond(U256::from(id), &owned));
            id = owned.before;
        }
        Ok((list, U256::from(id)))
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        self.uuid()
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> Outcome<String> {
        Ok(String::from(upgrade::UPGRADE_INTERFACE_VERSION))
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. Owner only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a bonding contract
    /// - `NotUpgradeable`: a bonding contract could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        self.ownership.only_owner()?;
        self.store().require_free()?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
            .map_err(Revert)
    }
}

routes!(Bonding {
    "initialize"(Address, Address, BondingParams) => initialize;
    "setSynthetic"(Address) => set_synthetic;
    "bond"(U256, U256, U256, Address, U256) => bond;
    "redeem"(U256, Address) => redeem;
    "redeemBacking"(U256, U256, U256, Address, U256) => redeem_backing;
    "collect"() => collect;
    "cover"(U256, U256, U256) => cover;
    "syncHistory"() => sync_history;
    "withdrawEscrow"(U256, Address) => withdraw_escrow;
    "setBondingPaused"(bool) => set_bonding_paused;
    "setGuardian"(Address) => set_guardian;
    "transferOwnership"(Address) => transfer_ownership;
    "acceptOwnership"() => accept_ownership;
    "owner"() => owner;
    "pendingOwner"() => pending_owner;
    "guardian"() => guardian;
    "bondingPaused"() => bonding_paused;
    "params"() => params;
    "peers"() => peers;
    "quoteBond"(U256) => quote_bond;
    "previewRedeemBacking"(U256) => preview_redeem_backing;
    "backing"() => backing;
    "backingAt"(U256) => backing_at;
    "supply"() => supply;
    "maxSupply"() => max_supply;
    "runway"() => runway;
    "bondOf"(U256) => bond_of;
    "bondsOf"(Address, U256, U256) => bonds_of;
    "upgradeToAndCall"(Address, Bytes) => upgrade_to_and_call;
    "proxiableUUID"() => uuid;
    "UPGRADE_INTERFACE_VERSION"() => interface_version;
});

impl Bonding {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    #[cfg(target_arch = "wasm32")]
    fn interface_version(&self) -> Outcome<upgrade::InterfaceVersion> {
        Ok(upgrade::InterfaceVersion)
    }

    fn store(&self) -> Store {
        Store::new(self.vm())
    }

    fn pool(&self) -> Pool<'_> {
        Pool { vm: self.vm(), at: self.store().peer(Peer::Pool) }
    }

    fn mark(&self) -> Outcome<Mark> {
        outside::mark(self.vm(), self.store().peer(Peer::History))
    }

    /// Refuses a token of other than 18 decimals: dpxETH is one to one with the collateral, to the wei.
    fn require_wad(&self, token: Address) -> Outcome<()> {
        let decimals = match token::decimals_of(self.vm(), token) {
            Decimals::Scale(1) => return Ok(()),
            Decimals::Scale(scale) => U256::from(18_u32.saturating_sub(scale.ilog10())),
            Decimals::Unsupported(decimals) => decimals,
        };
        Err(Revert::new(errors::UnsupportedToken::SELECTOR, &[address_word(token), decimals]))
    }

    fn quote(&self, amount: u128, mark: Mark) -> Outcome<Quote> {
        let charge = Charge::of(amount, mark)?;
        let (price, premium) = self.pool().quote(U256::from(charge.units))?;
        let price = to_u128(price)?;
        if price >= mark.low {
            return Ok(Quote { mark, charge, premium });
        }
        // In its settlement window the pool strikes no higher than the average that it will settle at: the underlying then
        // counts for no more than that, too.
        let mark = Mark { low: price, ..mark };
        let charge = Charge::of(amount, mark)?;
        let (_, premium) = self.pool().quote(U256::from(charge.units))?;
        Ok(Quote { mark, charge, premium })
    }

    /// Writes a new bond down and what it brings, before it is brought; its number.
    fn open(&self, store: &Store, bond: Bond, owner: Address, quote: &Quote) -> Outcome<U256> {
        let mut ledger = store.ledger();
        ledger.books.add(bond.amount, &quote.charge)?;
        ledger.bonds = ledger.bonds.checked_add(1).ok_or(BondError::Overflow)?;
        store.save(&ledger)?;
        let id = ledger.bonds;
        store.save_bond(id, &Owned { bond, owner, before: store.newest(owner) })?;
        store.set_newest(owner, id);
        self.log_bond(id, &bond, owner, quote, &ledger);
        Ok(U256::from(id))
    }

    fn log_bond(&self, id: u64, bond: &Bond, owner: Address, quote: &Quote, ledger: &Ledger) {
        let Charge { units, underlying, collateral, strike } = quote.charge;
        let indexed = [U256::from(id), address_word(owner), address_word(self.vm().msg_sender())];
        let [held, backed, supply] = books_words(ledger);
        let [amount, units, underlying, collateral, price, strike] =
            [bond.amount, units, underlying, collateral, quote.mark.low, strike].map(U256::from);
        let matures = U256::from(bond.matures);
        let values = [
            amount,
            units,
            underlying,
            collateral,
            quote.premium,
            price,
            strike,
            matures,
            held,
            backed,
            supply,
        ];
        emit::<events::Bonded>(self.vm(), &indexed, &values);
    }

    /// Takes what a bond brings and buys its puts.
    fn pay_in(&self, store: &Store, quote: &Quote, deadline: U256) -> Outcome<()> {
        let (vm, payer) = (self.vm(), self.vm().msg_sender());
        let (collateral, pool) = (store.peer(Peer::Collateral), self.pool());
        transfer_in(vm, store.peer(Peer::Underlying), payer, U256::from(quote.charge.underlying))?;
        transfer_in(vm, collateral, payer, quote.collateral())?;
        approve_exact(vm, collateral, pool.at, quote.premium)?;
        pool.purchase(&Order {
            units: U256::from(quote.charge.units),
            supply: U256::from(store.ledger().books.supply),
            premium: quote.premium,
            strike: U256::from(quote.charge.strike),
            deadline,
        })
    }

    /// Takes the payoffs that are due, if any are.
    fn collect_due(&self, store: &Store) -> Outcome<()> {
        match self.pool().collect_payoff() {
            Ok(amount) => self.credit(store, amount),
            // There is nothing, or it cannot be had now and stays due.
            Err(_) => Ok(()),
        }
    }

    fn credit(&self, store: &Store, amount: U256) -> Outcome<()> {
        let mut ledger = store.ledger();
        ledger.books.collect(to_u128(amount)?)?;
        store.save(&ledger)?;
        let [held, ..] = books_words(&ledger);
        emit::<events::PayoffCollected>(self.vm(), &[], &[amount, held]);
        Ok(())
    }

    fn pay_out(&self, token: Address, recipient: Address, amount: U256) -> Outcome<()> {
        if !amount.is_zero() {
            transfer_out(self.vm(), token, recipient, amount)?;
        }
        Ok(())
    }

    /// What backs dpxETH now, with what the pool owes.
    fn present(&self) -> Outcome<Backing> {
        let books = self.store().ledger().books;
        let due = self.pool().payoff_due()?;
        Ok(Backing {
            collateral: everfloor_math::add(U256::from(books.collateral), due)?,
            underlying: U256::from(books.underlying),
            supply: U256::from(books.supply),
        })
    }
}

impl Quote {
    /// Collateral to be paid: for the backing, and the premium.
    fn collateral(&self) -> U256 {
        // Two numbers of 128 bits; a premium that has more is no premium, and exceeds any limit.
        U256::from(self.charge.collateral).saturating_add(self.premium)
    }
}

/// Collateral, underlying and supply in the books.
fn books_words(ledger: &Ledger) -> [U256; 3] {
    [ledger.books.collateral, ledger.books.underlying, ledger.books.supply].map(U256::from)
}

fn bond_number(id: U256) -> Outcome<u64> {
    u64::try_from(id).map_err(|_| unknown_bond(id))
}

fn unknown_bond(id: U256) -> Revert {
    Revert::new(errors::UnknownBond::SELECTOR, &[id])
}

fn not_owned(id: U256, owner: Address, caller: Address) -> Revert {
    if owner.is_zero() {
        return unknown_bond(id);
    }
    Revert::new(errors::NotBondOwner::SELECTOR, &[id, address_word(caller)])
}

fn view_bond(id: U256, owned: &Owned) -> BondView {
    let Bond { amount, matures, redeemed } = owned.bond;
    BondView { id, owner: owned.owner, amount: U256::from(amount), maturity: U256::from(matures), redeemed }
}
