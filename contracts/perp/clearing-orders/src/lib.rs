//! The clearing house's orders program: who may act for whom, and several calls in one.
//!
//! Runs on the clearing house's storage by delegatecall; called at its own address it finds no house and does nothing.
//!
//! - An **operator** makes calls on an owner's account, those that its scopes allow (`executeFor`).
//! - A **signed order** is brought by anybody, or by the relayer it names (`openPositionFor`, `closePositionFor`,
//!   `setOperatorFor`). What it says is what is done, limits and deadline included, so it may also rest until the price
//!   allows it. Its number is good once; numbers may be used in any order, and cancelled (`invalidateNonces`).
//! - **Several calls** run in one, all or none (`multicall`), after a permit for the collateral if need be
//!   (`selfPermit`, `permitFor`).
//!
//! Nothing here trades: it calls the house, by delegatecall of the proxy's implementation, so the house decides and
//! refuses as it does for the owner. `ClearingState::act_for` tells on whose account that call acts. The house takes it
//! back the moment it asks (`ClearingState::account`), before it calls anybody, so that nothing that comes back in
//! meanwhile acts for the owner; a call that never asked is refused here.
//!
//! The house's fallback sends these here: `multicall(bytes[])`, `setOperator(address,uint8)`,
//! `setOperatorFor(OperatorOrder,bytes)`, `operatorScopes(address,address)`, `executeFor(address,bytes)`,
//! `openPositionFor(OpenOrder,bytes)`, `closePositionFor(CloseOrder,bytes)`, `invalidateNonces(uint256,uint256)`,
//! `nonceBitmap(address,uint256)`, `eip712Domain()`, `DOMAIN_SEPARATOR()`,
//! `selfPermit(uint256,uint256,uint8,bytes32,bytes32)` and
//! `permitFor(address,uint256,uint256,uint8,bytes32,bytes32)`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod eip712;
pub mod scope;
pub mod signature;
mod words;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, I256, U256, aliases::U8};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    delegate,
    initializer::IMPLEMENTATION_SLOT,
    raw::{self, address_word, word_at},
    roles::non_zero,
};
use everfloor_perp_rules::{PerpError, trade::require_in_time};
use everfloor_perp_storage::{
    abi::{
        errors, events,
        orders::{CloseOrder, OpenOrder, OperatorOrder},
    },
    revert::{Outcome, Revert},
    state::{ClearingState, narrow_time},
};
use stylus_sdk::{abi::Bytes, prelude::*};

sol! {
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    function allowance(address owner, address spender) external view returns (uint256);
}

/// Most bytes kept of what a token says when it refuses a permit.
const PERMIT_ANSWER: usize = 256;

/// The clearing house, seen by its orders program.
#[storage]
#[entrypoint]
pub struct ClearingOrders {
    state: ClearingState,
}

#[public]
impl ClearingOrders {
    // ---- Several calls in one ----

    /// Makes several calls of this contract, each as if the caller made it; if one fails, all do, with its error.
    ///
    /// # Returns
    /// - `results`: what each call returned
    pub fn multicall(&mut self, calls: Vec<Bytes>) -> Outcome<Vec<Bytes>> {
        calls.iter().map(|call| Ok(self.call_house(call)?.into())).collect()
    }

    // ---- Operators ----

    /// Lets an operator act on the caller's account, by `scopes` (bits): 1 trade with the margin that is there, 2 take
    /// margin from the caller's allowance, 4 take margin out, to the caller alone, 8 take waiting profit at the
    /// market's present share. 0 takes everything back.
    pub fn set_operator(&mut self, operator: Address, scopes: u8) -> Outcome<()> {
        let owner = self.vm().msg_sender();
        self.grant(owner, operator, scopes)
    }

    /// Lets an operator act on an account, as its owner has signed.
    pub fn set_operator_for(&mut self, order: OperatorOrder, signature: Bytes) -> Outcome<()> {
        let OperatorOrder { owner, relayer, operator, scopes, deadline, nonce } = order;
        let terms = Terms { owner, relayer, deadline, nonce };
        let says = [address_word(operator), U256::from(scopes), deadline];
        self.accept(&terms, eip712::OPERATOR_ORDER, &says, &signature)?;
        self.grant(owner, operator, scopes)
    }

    /// What an operator may do on an account.
    pub fn operator_scopes(&self, owner: Address, operator: Address) -> u8 {
        self.state.operators().getter(owner).get(operator).to()
    }

    /// Makes a call on an owner's account, as its operator: `openPosition`, `closePosition`, `addMargin`,
    /// `removeMargin` to the owner, or `claimProfit`.
    ///
    /// # Returns
    /// - `result`: what the call returned
    pub fn execute_for(&mut self, owner: Address, call: Bytes) -> Outcome<Bytes> {
        let operator = self.vm().msg_sender();
        let needed = scope::needed(owner, &call)?;
        let granted = self.operator_scopes(owner, operator);
        if granted & needed != needed {
            return Err(Revert(errors::NotOperator { owner, operator, granted, needed }.abi_encode()));
        }
        Ok(self.act_for(owner, &call)?.into())
    }

    // ---- Signed orders ----

    /// Opens, grows, reduces or reverses a position, as its owner has signed.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `fee`: fee taken from the margin, token units
    pub fn open_position_for(&mut self, order: OpenOrder, signature: Bytes) -> Outcome<(I256, U256)> {
        let OpenOrder {
            owner,
            relayer,
            marketId,
            side,
            margin,
            notional,
            baseLimit,
            maxFee,
            deadline,
            nonce,
        } = order;
        let call = [marketId, U256::from(side), margin, notional, baseLimit, maxFee, deadline];
        let terms = Terms { owner, relayer, deadline, nonce };
        let answer = self.carry_out(&terms, eip712::OPEN_ORDER, scope::OPEN_POSITION, &call, &signature)?;
        Ok((I256::from_raw(answered(&answer, 0)?), answered(&answer, 1)?))
    }

    /// Closes a position or a part of it, as its owner has signed.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `exchangedNotional`: quote received or paid, wad
    /// - `realizedPnl`: profit or loss before funding and fee, token units
    pub fn close_position_for(&mut self, order: CloseOrder, signature: Bytes) -> Outcome<(I256, U256, I256)> {
        let CloseOrder { owner, relayer, marketId, size, quoteLimit, maxFee, deadline, nonce } = order;
        let terms = Terms { owner, relayer, deadline, nonce };
        let call = [marketId, size, quoteLimit, maxFee, deadline];
        let answer = self.carry_out(&terms, eip712::CLOSE_ORDER, scope::CLOSE_POSITION, &call, &signature)?;
        let [base, notional, pnl] = [answered(&answer, 0)?, answered(&answer, 1)?, answered(&answer, 2)?];
        Ok((I256::from_raw(base), notional, I256::from_raw(pnl)))
    }

    /// Cancels orders of the caller's: the numbers `word * 256 + i` of every bit `i` in `mask`.
    pub fn invalidate_nonces(&mut self, word: U256, mask: U256) -> Outcome<()> {
        let first = word.checked_mul(U256::from(256)).ok_or(PerpError::Overflow)?;
        let signer = self.vm().msg_sender();
        let used = self.mark(signer, word, mask);
        for bit in (0..256).filter(|bit| mask.bit(*bit) && !used.bit(*bit)) {
            let nonce = first | U256::from(bit);
            self.vm().log(events::NonceSpent { signer, nonce });
        }
        Ok(())
    }

    /// The numbers of an account that are used or cancelled: bit `i` is number `word * 256 + i`.
    pub fn nonce_bitmap(&self, owner: Address, word: U256) -> U256 {
        self.state.nonces().getter(owner).get(word)
    }

    /// The domain of signed orders (EIP-5267).
    ///
    /// # Returns
    /// - `fields`: which of the following are part of it, a bit each
    /// - `name`: its name
    /// - `version`: its version
    /// - `chainId`: the chain
    /// - `verifyingContract`: this contract
    /// - `salt`: none
    /// - `extensions`: none
    pub fn eip712_domain(&self) -> eip712::Domain {
        eip712::domain(self.vm())
    }

    /// The hash of the domain of signed orders.
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self) -> B256 {
        eip712::separator(self.vm())
    }

    // ---- Permits ----

    /// Allows this contract to take `value` token units of the caller's, by its permit (ERC-2612). A permit that
    /// somebody else has brought before is no failure, as long as the allowance is there.
    pub fn self_permit(&mut self, value: U256, deadline: U256, v: u8, r: B256, s: B256) -> Outcome<()> {
        let owner = self.vm().msg_sender();
        self.permit_for(owner, value, deadline, v, r, s)
    }

    /// The same by anybody's permit: who relays an order may bring the permit with it.
    pub fn permit_for(
        &mut self,
        owner: Address,
        value: U256,
        deadline: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Outcome<()> {
        let token = self.state.quote_token();
        let (from, here) = (address_word(owner), address_word(self.vm().contract_address()));
        let words = [from, here, value, deadline, U256::from(v), r.into(), s.into()];
        // Nothing is loaded or half done here, so a token that calls back finds nothing to gain.
        let data = words::after(&permitCall::SELECTOR, &[&words]);
        let Err(reason) = raw::call(self.vm(), token, &data, PERMIT_ANSWER) else { return Ok(()) };
        let data = words::after(&allowanceCall::SELECTOR, &[&[from, here]]);
        let answer = raw::static_call(self.vm(), token, &data, u64::MAX, 32).unwrap_or_default();
        if word_at(&answer, 0).is_some_and(|allowed| allowed >= value) {
            return Ok(());
        }
        Err(Revert(if reason.is_empty() { errors::PermitFailed { token }.abi_encode() } else { reason }))
    }
}

/// What every signed order has.
struct Terms {
    owner: Address,
    relayer: Address,
    deadline: U256,
    nonce: U256,
}

impl ClearingOrders {
    /// Takes an order and makes its call; what it says is what the call says.
    fn carry_out(
        &mut self,
        terms: &Terms,
        type_hash: [u8; 32],
        selector: [u8; 4],
        says: &[U256],
        signature: &[u8],
    ) -> Outcome<Vec<u8>> {
        self.accept(terms, type_hash, says, signature)?;
        self.act_for(terms.owner, &words::after(&selector, &[says]))
    }

    /// Takes an order: it is in time, the caller may bring it, its number is new and now used, and the owner signed it.
    fn accept(&mut self, terms: &Terms, type_hash: [u8; 32], says: &[U256], signature: &[u8]) -> Outcome<()> {
        let Terms { owner, relayer, deadline, nonce } = *terms;
        let caller = self.vm().msg_sender();
        if !relayer.is_zero() && relayer != caller {
            return Err(Revert(errors::NotRelayer { caller, relayer }.abi_encode()));
        }
        require_in_time(narrow_time(deadline), self.vm().block_timestamp())?;
        self.spend(owner, nonce)?;
        let message = [&[address_word(owner), address_word(relayer)], says, &[nonce]];
        let digest = eip712::digest(self.vm(), &words::after(&type_hash, &message));
        if !signature::is_valid(self.vm(), owner, digest, signature) {
            return Err(Revert(errors::InvalidSignature { signer: owner }.abi_encode()));
        }
        self.vm().log(events::NonceSpent { signer: owner, nonce });
        Ok(())
    }

    /// Uses a number that was not used yet.
    fn spend(&mut self, signer: Address, nonce: U256) -> Outcome<()> {
        let bit = U256::ONE.wrapping_shl(usize::from(nonce.byte(0)));
        if (self.mark(signer, nonce.wrapping_shr(8), bit) & bit).is_zero() {
            return Ok(());
        }
        Err(Revert(errors::NonceUsed { signer, nonce }.abi_encode()))
    }

    /// Marks numbers as used; returns those that were.
    fn mark(&mut self, signer: Address, word: U256, mask: U256) -> U256 {
        let mut bitmaps = self.state.nonces();
        let mut bitmap = bitmaps.setter(signer);
        let mut bitmap = bitmap.setter(word);
        let used = bitmap.get();
        bitmap.set(used | mask);
        used
    }

    fn grant(&mut self, owner: Address, operator: Address, scopes: u8) -> Outcome<()> {
        scope::require_known(scopes)?;
        self.state.operators().setter(owner).setter(non_zero(operator)?).set(U8::from(scopes));
        self.vm().log(events::OperatorChanged { owner, operator, scopes });
        Ok(())
    }

    /// Makes a call of the house on `owner`'s account.
    ///
    /// The principal's name stays written: nobody looks at it unless somebody acts, and the next one is then written over it
    /// for a quarter of the gas that an empty place would cost.
    fn act_for(&mut self, owner: Address, call: &[u8]) -> Outcome<Vec<u8>> {
        self.state.act_for(owner);
        let answer = self.call_house(call)?;
        // The house has not asked whose account this is, so whatever it did was not done for the owner.
        if self.state.is_acting() {
            return scope::not_delegable(call.first_chunk().copied().unwrap_or_default());
        }
        Ok(answer)
    }

    /// Makes a call of this contract, with the present caller.
    fn call_house(&self, call: &[u8]) -> Outcome<Vec<u8>> {
        let house = Address::from_word(self.vm().storage_load_bytes32(IMPLEMENTATION_SLOT));
        delegate::forward(self.vm(), house, call).map_err(Revert)
    }
}

/// A word of what the house returned.
fn answered(answer: &[u8], index: usize) -> Outcome<U256> {
    Ok(word_at(answer, index).ok_or(PerpError::Overflow)?)
}
