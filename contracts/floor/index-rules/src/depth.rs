//! What of a book the index may believe: the price of the D-th unit that counts, and the units near the best
//! price.
//!
//! Every price in the set that is walked holds a unit that counts ([`crate::offers`]), so the walk to the D-th
//! passes at most D prices: three reads to the best one, then two or so for each further price. It cannot be
//! lengthened by offers that do not count.

use everfloor_math::mul_div_up_u128;

use crate::{
    BPS,
    error::Result,
    offers::{Book, Offers, Set, best, next_worse},
    params::BookParams,
};

/// How much is bid near the best price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Near {
    /// Units that count.
    pub units: u64,
    /// Whether that is all of them: false if the walk ended before.
    pub is_all: bool,
}

/// The price of the best unit that counts: what somebody is bound to pay for an NFT (or sell one for); 0 if nobody
/// is.
pub fn binding<S: Offers>(store: &S, book: &Book, now: u64, params: &BookParams) -> Result<u128> {
    price_of_unit(store, book, 1, now, params)
}

/// The price of the `depth`-th unit that counts, best first: what that many NFTs can be sold for at least, each. 0
/// if fewer count, and for a depth of 0.
pub fn price_of_unit<S: Offers>(
    store: &S,
    book: &Book,
    depth: u32,
    now: u64,
    params: &BookParams,
) -> Result<u128> {
    book.require_current(store, now, params)?;
    let (mut units, mut place) = (0_u32, best(store, Set::Counted));
    for _ in 0..depth {
        let Some(tick) = place else { break };
        units = units.saturating_add(store.level(tick).counted);
        if units >= depth {
            return params.price(tick);
        }
        place = next_worse(store, Set::Counted, tick);
    }
    Ok(0)
}

/// Units that count at prices of at least `1 - near_bps` of the best bid, walking past at most `most` prices and
/// no further than it takes to find `enough`.
///
/// A walk that ends early says less than there is, never more; it has found one unit a price at least.
pub fn units_near<S: Offers>(
    store: &S,
    book: &Book,
    near_bps: u32,
    most: u32,
    enough: u64,
    now: u64,
    params: &BookParams,
) -> Result<Near> {
    book.require_current(store, now, params)?;
    let Some(top) = best(store, Set::Counted) else { return Ok(Near { units: 0, is_all: true }) };
    let lowest = mul_div_up_u128(top.into(), BPS.saturating_sub(near_bps.into()), BPS)?;
    let (mut units, mut place) = (0_u64, Some(top));
    for _ in 0..most {
        let Some(tick) = place.filter(|tick| u128::from(*tick) >= lowest) else {
            return Ok(Near { units, is_all: true });
        };
        if units >= enough {
            break;
        }
        units = units.saturating_add(store.level(tick).counted.into());
        place = next_worse(store, Set::Counted, tick);
    }
    let is_all = place.is_none_or(|tick| u128::from(tick) < lowest);
    Ok(Near { units, is_all })
}
