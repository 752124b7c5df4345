//! Fractional shares of a collection's NFTs that recombine.
//!
//! Of each NFT that is held here there are exactly `10^18` shares, under the NFT's own id (ERC-6909); whoever has them all
//! burns them for the NFT. So the shares of an id sum to `10^18` exactly while its NFT is held, and to less from the time
//! that it was sold to one of its owners until the last of the others has redeemed his. Books alone say what is held: what
//! is simply sent here is nobody's. There is no fee, no pause and no oracle; the owner of the market it was
//! made with can replace the code and do nothing else.
//!
//! # Dead shares
//!
//! A lost or stubborn wei of shares would lock an NFT up for good. So whoever has a tenth of it may offer to buy all
//! others out at a price of his choice, and brings the money. For 48 hours anybody may buy *his* shares at that price
//! instead (`counter`), which takes a tenth of the money where he stakes a tenth: too low an offer costs its maker his shares.
//! Then the NFT is his, and the others redeem their shares for their part of the money when they like; they stay ERC-6909
//! shares until then, so whatever contract they lie in can give them back. From 30 days on anybody may redeem for another, who
//! claims the money: only then can shares of the same NFT be made again.
//!
//! An offer that is better by a twentieth takes a running one's place. Without that, a holder of a tenth could hold all
//! others up by countering himself through a second account, again and again; with it he can do so only while his offer
//! is one that nobody else would better, and nobody is the poorer. Whoever was countered rests for 7 days.
//!
//! # A liquidation filled by fractions
//!
//! An account of a floor market whose short has outgrown its NFTs is liquidated by the sale of whole NFTs, although a part
//! of one might do. `take` fills such a sale by a fraction: the buyer brings the price `p` of the NFT, the market sells it
//! whole to this contract, buys the short back with `p` and credits the owner with the rest `r`; this contract
//! withdraws `r` as the owner's operator and gives it back to the buyer, who so has paid `p - r` and gets `(p - r) / p` of the
//! shares, rounded up. The owner keeps the other shares of his own NFT, and has sold no more of it than his short cost with
//! its fees.
//!
//! That is the sale of a part of the NFT to the same money at the same price, with one difference: what is left of the NFT is
//! the owner's, here, and covers nothing in the market any more. The sale therefore buys back as much as for a whole NFT, and
//! an account with others has to be covered by these. Whoever wants the rest back as cover buys the missing shares, recombines
//! and deposits.
//!
//! `r` is what this sale alone made the owner's cash more, by the market's own account of it before and after: his other cash
//! is not touched. What the market cannot pay at once or the account cannot do without stays the owner's cash, and the buyer
//! pays for it and gets the shares for it. An owner takes part by making this contract his operator in the market
//! (`setOperator`); no call of it does anything else with that.
//!
//! Units: cash is wei of the cash token, shares are wei of which an NFT has `10^18`, prices are wei for a whole NFT, times are
//! seconds.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
mod book;
mod market;
pub mod rules;

#[cfg(not(target_arch = "wasm32"))]
use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytes, U256, Uint};
use everfloor_common::{
    initializer::Initializer,
    lock,
    log::emit,
    raw::address_word,
    roles::non_zero,
    routes,
    token::{transfer_in, transfer_out},
    upgrade,
};
use everfloor_floor_rules::FloorError;
use everfloor_floor_storage::{
    abi::{errors as market_errors, narrow, seconds},
    outside::move_nft,
    revert::{Outcome, Revert},
};
use everfloor_math::{add, add_u128, sub_u128};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU64, StorageU128, StorageU256},
};

use crate::{
    abi::{errors, events},
    book::Book,
    market::Market,
    rules::{KEEPS, Offer, RESTS, WHOLE, fraction, payout, require_from},
};

/// What ERC-165 answers for: itself, ERC-6909 and its supply.
const INTERFACES: [[u8; 4]; 3] =
    [[0x01, 0xff, 0xc9, 0xa7], [0x0f, 0x63, 0x2f, 0xb3], [0xbd, 0x85, 0xb0, 0x39]];

/// An offer for all shares of an NFT, and whose it is; nobody's is none.
#[storage]
pub struct BuyOut {
    initiator: StorageAddress,
    ends: StorageU64,
    shares: StorageU128,
    price: StorageU128,
    cash: StorageU128,
}

/// What is left for the shares of an NFT that was sold to one of its owners.
#[storage]
pub struct Sold {
    pot: StorageU128,
    since: StorageU64,
}

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("counterCost", U256);

/// Shares of the NFTs of a collection.
#[storage]
#[entrypoint]
pub struct FloorShares {
    initializer: Initializer,
    collection: StorageAddress,
    locked: StorageBool,
    cash: StorageAddress,
    market: StorageAddress,
    book: Book,
    buy_outs: StorageMap<U256, BuyOut>,
    sales: StorageMap<U256, Sold>,
    /// When an account's last offer for an NFT was countered.
    countered: StorageMap<U256, StorageMap<Address, StorageU64>>,
    /// What accounts may claim, wei.
    credits: StorageMap<Address, StorageU256>,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorShares {
    /// Makes the contract, once, in the call that creates its proxy: of which collection there are shares, what they are
    /// bought out with, and the market whose owner may replace the code.
    pub fn initialize(&mut self, collection: Address, cash: Address, market: Address) -> Outcome<()> {
        self.initializer.begin()?;
        self.collection.set(non_zero(collection)?);
        self.cash.set(non_zero(cash)?);
        self.market.set(non_zero(market)?);
        let indexed = [collection, cash, market].map(address_word);
        emit::<events::SharesCreated>(self.vm(), &indexed, &[]);
        Ok(())
    }

    // ---- Whole NFTs ----

    /// Takes NFTs of the caller's, who has approved this contract; all shares of each are `to`'s.
    pub fn fractionalize(&mut self, ids: Vec<U256>, to: Address) -> Outcome<()> {
        self.enter()?;
        let from = self.vm().msg_sender();
        for id in &ids {
            self.require_none(*id)?;
            self.book.mint(to, *id, U256::from(WHOLE))?;
            let indexed = [*id, address_word(from), address_word(to)];
            emit::<events::Fractionalized>(self.vm(), &indexed, &[]);
        }
        let (vm, collection) = (self.vm(), self.collection.get());
        for id in ids {
            move_nft(vm, collection, from, vm.contract_address(), id)?;
        }
        self.leave();
        Ok(())
    }

    /// Burns all shares of an NFT, which are the caller's, and gives it to `to`.
    pub fn recombine(&mut self, id: U256, to: Address) -> Outcome<()> {
        self.enter()?;
        let holder = self.vm().msg_sender();
        self.book.burn(holder, id, U256::from(WHOLE))?;
        self.give_nft(id, holder, non_zero(to)?)?;
        self.leave();
        Ok(())
    }

    // ---- Buy-outs ----

    /// Offers to buy all other shares of an NFT at `price` for all of it: stakes `shares` of the caller's, at least a tenth,
    /// and takes the money for the others from the caller, who has approved it; until `deadline`. Takes the place of a running
    /// offer that it betters by a twentieth.
    ///
    /// # Returns
    /// - `cash`: what was taken, wei, rounded up
    pub fn start_buy_out(&mut self, id: U256, shares: U256, price: U256, deadline: U256) -> Outcome<U256> {
        let now = self.require_time(deadline)?;
        self.enter()?;
        if self.book.supply(id) != U256::from(WHOLE) {
            return Err(errors::NotHeld { id }.into());
        }
        let (initiator, here) = (self.vm().msg_sender(), self.vm().contract_address());
        require_from(self.rested(id, initiator), now)?;
        let offer = Offer::new(narrow(shares)?, narrow(price)?, now)?;
        let (before, running) = self.load_buy_out(id);
        if !before.is_zero() {
            running.require_better(offer.price, now)?;
            self.book.hand_over(here, before, id, U256::from(running.shares))?;
            self.credit(before, running.cash)?;
            let values = [running.shares, running.cash].map(U256::from);
            emit::<events::BuyOutOutbid>(self.vm(), &[id, address_word(before)], &values);
        }
        self.book.hand_over(initiator, here, id, shares)?;
        self.save_buy_out(id, initiator, &offer);
        let cash = U256::from(offer.cash);
        let values = [shares, price, cash, U256::from(offer.ends)];
        emit::<events::BuyOutStarted>(self.vm(), &[id, address_word(initiator)], &values);
        transfer_in(self.vm(), self.cash.get(), initiator, cash)?;
        self.leave();
        Ok(cash)
    }

    /// Buys the shares of an offer's maker at the offer's own price, which must be no more than `maxPrice` for all of the NFT;
    /// until `deadline`. The caller has approved the money. The offer is over, and its maker claims this and what he brought.
    ///
    /// # Returns
    /// - `shares`: what was bought
    /// - `paid`: for how much, wei, rounded up
    pub fn counter(&mut self, id: U256, max_price: U256, deadline: U256) -> Outcome<(U256, U256)> {
        let now = self.require_time(deadline)?;
        self.enter()?;
        let (initiator, offer) = self.require_buy_out(id)?;
        offer.require_running(now)?;
        self.require_price(offer.price, max_price)?;
        let (cost, buyer) = (offer.cost()?, self.vm().msg_sender());
        let (shares, paid) = (U256::from(offer.shares), U256::from(cost));
        self.book.hand_over(self.vm().contract_address(), buyer, id, shares)?;
        self.credit(initiator, add_u128(offer.cash, cost)?)?;
        self.countered.setter(id).insert(initiator, Uint::from(now));
        self.save_buy_out(id, Address::ZERO, &Offer::default());
        let indexed = [id, address_word(initiator), address_word(buyer)];
        emit::<events::BuyOutCountered>(self.vm(), &indexed, &[shares, paid, U256::from(offer.cash)]);
        transfer_in(self.vm(), self.cash.get(), buyer, paid)?;
        self.leave();
        Ok((shares, paid))
    }

    /// Gives an NFT to whose offer for it was not answered in time; what he brought is from now on for the others. For
    /// anybody.
    pub fn finish_buy_out(&mut self, id: U256) -> Outcome<()> {
        self.enter()?;
        let (initiator, offer) = self.require_buy_out(id)?;
        let now = self.vm().block_timestamp();
        require_from(offer.ends, now)?;
        self.book.burn(self.vm().contract_address(), id, U256::from(offer.shares))?;
        self.save_buy_out(id, Address::ZERO, &Offer::default());
        let mut sold = self.sales.setter(id);
        sold.pot.set(Uint::from(offer.cash));
        sold.since.set(Uint::from(now));
        let left = self.book.supply(id);
        let indexed = [id, address_word(initiator)];
        emit::<events::BuyOutFinished>(self.vm(), &indexed, &[left, U256::from(offer.cash)]);
        self.give_nft(id, initiator, initiator)?;
        self.leave();
        Ok(())
    }

    /// Burns shares of the caller's of an NFT that was sold, for their part of the money, to `to`.
    ///
    /// # Returns
    /// - `cash`: what was paid, wei, rounded down
    pub fn redeem(&mut self, id: U256, shares: U256, to: Address) -> Outcome<U256> {
        self.enter()?;
        let holder = self.vm().msg_sender();
        let cash = self.burn_sold(id, holder, non_zero(to)?, shares)?;
        transfer_out(self.vm(), self.cash.get(), to, cash)?;
        self.leave();
        Ok(cash)
    }

    /// Burns all shares that `holder` has of an NFT that was sold 30 days ago or longer, for their part of the money, which he
    /// may claim. For anybody.
    ///
    /// # Returns
    /// - `cash`: what he may claim more, wei, rounded down
    pub fn redeem_for(&mut self, holder: Address, id: U256) -> Outcome<U256> {
        self.enter()?;
        require_from(self.kept_until(id), self.vm().block_timestamp())?;
        let cash = self.burn_sold(id, holder, Address::ZERO, self.book.balance(holder, id))?;
        self.credit(holder, narrow(cash)?)?;
        self.leave();
        Ok(cash)
    }

    /// Pays an account what is due to it. For anybody, always.
    ///
    /// # Returns
    /// - `cash`: what was paid, wei
    pub fn claim(&mut self, account: Address) -> Outcome<U256> {
        self.enter()?;
        let cash = self.credits.get(account);
        if cash.is_zero() {
            return Err(FloorError::NothingToPay.into());
        }
        self.credits.insert(account, U256::ZERO);
        emit::<events::Claimed>(self.vm(), &[address_word(account)], &[cash]);
        transfer_out(self.vm(), self.cash.get(), account, cash)?;
        self.leave();
        Ok(cash)
    }

    // ---- Liquidations ----

    /// Takes one NFT of a liquidation for as much of its shares as its owner needs the money: brings its price, no more than
    /// `maxPrice`, from the caller, who has approved it, and gives back what the owner's account does not need; until
    /// `deadline`. The caller ends up having paid no more than `maxCash`. The owner has made this contract his operator in
    /// `market`, and has the rest of the shares. Nothing here is lent for it: all is done at once, or nothing.
    ///
    /// # Returns
    /// - `paid`: what the caller paid in the end, wei
    /// - `shares`: what he got for it
    ///
    /// # Errors
    /// - `NotOperator`: the owner has not
    /// - [`errors::NotLiquidation`]: it is the owner's own sale
    pub fn take(
        &mut self,
        market: Address,
        auction: U256,
        id: U256,
        max_price: U256,
        max_cash: U256,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.require_time(deadline)?;
        self.enter()?;
        self.require_none(id)?;
        let vm = &self.vm().clone();
        let (here, buyer, token) = (vm.contract_address(), vm.msg_sender(), self.cash.get());
        let market = Market { vm, at: market, cash: token, collection: self.collection.get() };
        market.require_same()?;
        let sale = market.sale(auction, id, here)?;
        self.require_price(sale.price, max_price)?;
        // What comes back is known only then, so the shares are made after these calls; nobody comes in meanwhile.
        transfer_in(vm, token, buyer, U256::from(sale.price))?;
        let surplus = market.take(&sale, here, deadline)?;
        let back = market.withdraw(sale.owner, surplus, here, deadline)?;
        let paid = sub_u128(sale.price, back)?;
        let cash = U256::from(paid);
        if cash > max_cash {
            return Err(market_errors::CashAboveLimit { cash, limit: max_cash }.into());
        }
        let bought = fraction(paid, sale.price)?;
        let shares = U256::from(bought);
        self.book.mint(buyer, id, shares)?;
        if bought != WHOLE {
            self.book.mint(sale.owner, id, U256::from(sub_u128(WHOLE, bought)?))?;
        }
        let indexed = [address_word(market.at), auction, id];
        let people = [buyer, sale.owner].map(address_word);
        let values = [people[0], people[1], U256::from(sale.price), cash, shares];
        emit::<events::TakenInPart>(vm, &indexed, &values);
        if back != 0 {
            transfer_out(vm, token, buyer, U256::from(back))?;
        }
        self.leave();
        Ok((cash, shares))
    }

    // ---- Shares (ERC-6909) ----

    /// Moves shares of the caller's.
    pub fn transfer(&mut self, receiver: Address, id: U256, amount: U256) -> Outcome<bool> {
        let sender = self.vm().msg_sender();
        self.book.transfer(sender, receiver, id, amount)?;
        Ok(true)
    }

    /// Moves shares of another's, as his operator or out of what he has approved.
    pub fn transfer_from(
        &mut self,
        sender: Address,
        receiver: Address,
        id: U256,
        amount: U256,
    ) -> Outcome<bool> {
        self.book.spend(sender, id, amount)?;
        self.book.transfer(sender, receiver, id, amount)?;
        Ok(true)
    }

    /// Lets `spender` move so many shares of the caller's; the highest number is any.
    pub fn approve(&mut self, spender: Address, id: U256, amount: U256) -> Outcome<bool> {
        self.book.approve(spender, id, amount)?;
        Ok(true)
    }

    /// Lets `spender` move all shares of the caller's, or no longer.
    pub fn set_operator(&mut self, spender: Address, approved: bool) -> Outcome<bool> {
        self.book.set_operator(spender, approved)?;
        Ok(true)
    }

    /// The shares that somebody has of an NFT.
    pub fn balance_of(&self, owner: Address, id: U256) -> Outcome<U256> {
        Ok(self.book.balance(owner, id))
    }

    /// The shares that `spender` may move of an NFT's of `owner`.
    pub fn allowance(&self, owner: Address, spender: Address, id: U256) -> Outcome<U256> {
        Ok(self.book.allowance(owner, spender, id))
    }

    /// Whether `spender` may move all shares of `owner`.
    pub fn is_operator(&self, owner: Address, spender: Address) -> Outcome<bool> {
        Ok(self.book.is_operator(owner, spender))
    }

    /// The shares there are of an NFT: `10^18` while it is held, less while a sale is being redeemed, or none.
    pub fn total_supply(&self, id: U256) -> Outcome<U256> {
        Ok(self.book.supply(id))
    }

    /// Whether this is of an interface (ERC-165).
    pub fn supports_interface(&self, interface: FixedBytes<4>) -> Outcome<bool> {
        Ok(INTERFACES.contains(&interface.0))
    }

    // ---- Views ----

    /// The collection.
    pub fn collection(&self) -> Outcome<Address> {
        Ok(self.collection.get())
    }

    /// The market whose owner may replace the code.
    pub fn market(&self) -> Outcome<Address> {
        Ok(self.market.get())
    }

    /// The cash token.
    pub fn cash(&self) -> Outcome<Address> {
        Ok(self.cash.get())
    }

    /// The offer for an NFT.
    ///
    /// # Returns
    /// - `initiator`: whose; zero is that there is none
    /// - `shares`: what he staked
    /// - `price`: for all of the NFT, wei
    /// - `cash`: what he brought, wei
    /// - `ends`: until when it can be answered
    pub fn buy_out(&self, id: U256) -> Outcome<(Address, U256, U256, U256, U256)> {
        let (initiator, offer) = self.load_buy_out(id);
        let [shares, price, cash] = [offer.shares, offer.price, offer.cash].map(U256::from);
        Ok((initiator, shares, price, cash, U256::from(offer.ends)))
    }

    /// What `counter` would cost now, wei.
    pub fn counter_cost(&self, id: U256) -> Outcome<U256> {
        let (_, offer) = self.require_buy_out(id)?;
        offer.require_running(self.vm().block_timestamp())?;
        Ok(U256::from(offer.cost()?))
    }

    /// From when an account may offer for an NFT; 0 is always.
    pub fn may_offer_from(&self, id: U256, account: Address) -> Outcome<U256> {
        Ok(U256::from(self.rested(id, account)))
    }

    /// What is left of an NFT's sale to one of its owners.
    ///
    /// # Returns
    /// - `shares`: those that are not redeemed; 0 if there was none, or it is over
    /// - `pot`: what there is for them, wei
    /// - `keptUntil`: from when on anybody may redeem for others
    pub fn sale_of(&self, id: U256) -> Outcome<(U256, U256, U256)> {
        let Ok(left) = self.require_sold(id) else { return Ok(Default::default()) };
        let pot = U256::from(self.sales.getter(id).pot.get());
        Ok((U256::from(left), pot, U256::from(self.kept_until(id))))
    }

    /// What an account may claim, wei.
    pub fn claimable(&self, account: Address) -> Outcome<U256> {
        Ok(self.credits.get(account))
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
    /// empty. For the owner of the market only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of shares of a collection
    /// - `NotUpgradeable`: shares of a collection could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        lock::check(&self.locked)?;
        upgrade::require_owner_of(self.vm(), self.market.get()).map_err(Revert)?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
            .map_err(Revert)
    }
}

routes!(FloorShares {
    "initialize"(Address, Address, Address) => initialize;
    "fractionalize"(Vec<U256>, Address) => fractionalize;
    "recombine"(U256, Address) => recombine;
    "startBuyOut"(U256, U256, U256, U256) => start_buy_out;
    "counter"(U256, U256, U256) => counter;
    "finishBuyOut"(U256) => finish_buy_out;
    "redeem"(U256, U256, Address) => redeem;
    "redeemFor"(Address, U256) => redeem_for;
    "claim"(Address) => claim;
    "take"(Address, U256, U256, U256, U256, U256) => take;
    "transfer"(Address, U256, U256) => transfer;
    "transferFrom"(Address, Address, U256, U256) => transfer_from;
    "approve"(Address, U256, U256) => approve;
    "setOperator"(Address, bool) => set_operator;
    "balanceOf"(Address, U256) => balance_of;
    "allowance"(Address, Address, U256) => allowance;
    "isOperator"(Address, Address) => is_operator;
    "totalSupply"(U256) => total_supply;
    "supportsInterface"(FixedBytes<4>) => supports_interface;
    "collection"() => collection;
    "cash"() => cash;
    "buyOut"(U256) => buy_out;
    "counterCost"(U256) => counter_cost;
    "mayOfferFrom"(U256, Address) => may_offer_from;
    "saleOf"(U256) => sale_of;
    "claimable"(Address) => claimable;
    "proxiableUUID"() => uuid;
    "UPGRADE_INTERFACE_VERSION"() => interface_version;
    "upgradeToAndCall"(Address, Bytes) => upgrade_to_and_call;
    "market"() => market;
});

impl FloorShares {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    #[cfg(target_arch = "wasm32")]
    fn interface_version(&self) -> Outcome<upgrade::InterfaceVersion> {
        Ok(upgrade::InterfaceVersion)
    }

    fn enter(&mut self) -> Outcome<()> {
        Ok(lock::acquire(&mut self.locked)?)
    }

    fn leave(&mut self) {
        lock::release(&mut self.locked);
    }

    /// The time, if it is not after a deadline.
    fn require_time(&self, deadline: U256) -> Outcome<u64> {
        let (deadline, now) = (seconds(deadline), self.vm().block_timestamp());
        if now > deadline { Err(FloorError::Expired { deadline, now }.into()) } else { Ok(now) }
    }

    fn require_price(&self, price: u128, max_price: U256) -> Outcome<()> {
        let limit = max_price.saturating_to();
        if price > limit { Err(FloorError::PriceAboveLimit { price, limit }.into()) } else { Ok(()) }
    }

    /// Refuses an NFT of which there are shares.
    fn require_none(&self, id: U256) -> Outcome<()> {
        let shares = self.book.supply(id);
        if shares.is_zero() { Ok(()) } else { Err(errors::SharesLeft { id, shares }.into()) }
    }

    /// The shares of a sold NFT that are not redeemed.
    fn require_sold(&self, id: U256) -> Outcome<u128> {
        match self.book.supply(id).saturating_to() {
            left @ 1..WHOLE => Ok(left),
            _ => Err(errors::NotSold { id }.into()),
        }
    }

    fn require_buy_out(&self, id: U256) -> Outcome<(Address, Offer)> {
        let (initiator, offer) = self.load_buy_out(id);
        if initiator.is_zero() { Err(errors::NoBuyOut { id }.into()) } else { Ok((initiator, offer)) }
    }

    fn load_buy_out(&self, id: U256) -> (Address, Offer) {
        let stored = self.buy_outs.getter(id);
        let [shares, price, cash] =
            [&stored.shares, &stored.price, &stored.cash].map(|number| number.get().to());
        (stored.initiator.get(), Offer { shares, price, cash, ends: stored.ends.get().to() })
    }

    /// Nobody's is none.
    fn save_buy_out(&mut self, id: U256, initiator: Address, offer: &Offer) {
        let mut stored = self.buy_outs.setter(id);
        stored.initiator.set(initiator);
        stored.ends.set(Uint::from(offer.ends));
        stored.shares.set(Uint::from(offer.shares));
        stored.price.set(Uint::from(offer.price));
        stored.cash.set(Uint::from(offer.cash));
    }

    /// From when an account may offer for an NFT; 0 is always.
    fn rested(&self, id: U256, account: Address) -> u64 {
        let countered: u64 = self.countered.getter(id).get(account).to();
        if countered == 0 { 0 } else { countered.saturating_add(RESTS) }
    }

    /// From when on anybody may redeem for those who have not.
    fn kept_until(&self, id: U256) -> u64 {
        self.sales.getter(id).since.get().to::<u64>().saturating_add(KEEPS)
    }

    fn credit(&mut self, account: Address, cash: u128) -> Outcome<()> {
        let due = add(self.credits.get(account), U256::from(cash))?;
        self.credits.insert(account, due);
        Ok(())
    }

    /// Burns shares of a sold NFT; what is due for them, wei.
    fn burn_sold(&mut self, id: U256, holder: Address, to: Address, shares: U256) -> Outcome<U256> {
        let left = self.require_sold(id)?;
        let pot = self.sales.getter(id).pot.get().to();
        let cash = payout(pot, narrow(shares)?, left)?;
        self.book.burn(holder, id, shares)?;
        self.sales.setter(id).pot.set(Uint::from(sub_u128(pot, cash)?));
        let indexed = [id, address_word(holder), address_word(to)];
        emit::<events::Redeemed>(self.vm(), &indexed, &[shares, U256::from(cash)]);
        Ok(U256::from(cash))
    }

    fn give_nft(&self, id: U256, from: Address, to: Address) -> Outcome<()> {
        let vm = self.vm();
        emit::<events::Recombined>(vm, &[id, address_word(from), address_word(to)], &[]);
        move_nft(vm, self.collection.get(), vm.contract_address(), to, id)
    }
}
