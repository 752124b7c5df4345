//! What tokens are worth in ether, so that rewards can be held against gas.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use anyhow::{Context, Result};
use everfloor_bindings::{PriceFeed, TestToken};

use crate::{
    book::Book,
    chain::Look,
    config::{Config, Token},
    work::Sum,
};

/// One, in 18 decimals.
pub(crate) const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// How a token's worth is known.
#[derive(Clone, Copy, Debug)]
enum Worth {
    /// Wei for a whole token.
    Fixed(U256),
    /// A feed that says how many tokens an ether costs.
    Feed(Address),
}

#[derive(Clone, Copy, Debug)]
struct Known {
    /// Units of a whole token.
    whole: U256,
    worth: Worth,
}

/// What tokens are worth.
#[derive(Clone, Debug, Default)]
pub struct Values {
    tokens: BTreeMap<Address, Known>,
}

impl Values {
    /// As configured; decimals are the tokens' own.
    pub async fn open(config: &Config, book: &Book, look: &Look<'_>) -> Result<Self> {
        let mut tokens = BTreeMap::new();
        for (place, token) in &config.tokens {
            let at = place.find(book)?;
            let worth = worth(token, book)?;
            let decimals =
                look.ask(at, &TestToken::decimalsCall {}).await.with_context(|| place.0.clone())?;
            let whole = U256::from(10).pow(U256::from(decimals));
            tokens.insert(at, Known { whole, worth });
        }
        Ok(Self { tokens })
    }

    /// Whether a token's worth is known.
    pub fn knows(&self, token: Address) -> bool {
        self.tokens.contains_key(&token)
    }

    /// What a sum is worth, wei; nothing, if nobody says.
    pub async fn of(&self, look: &Look<'_>, sum: Sum) -> Result<U256> {
        let Some(known) = self.tokens.get(&sum.token).filter(|_| !sum.amount.is_zero()) else {
            return Ok(U256::ZERO);
        };
        Ok(match known.worth {
            Worth::Fixed(wei) => sum.amount.saturating_mul(wei) / known.whole,
            Worth::Feed(feed) => {
                let price = look.ask(feed, &PriceFeed::readCall {}).await?.price;
                let wad = sum.amount.saturating_mul(WAD) / known.whole;
                wad.saturating_mul(WAD).checked_div(price).unwrap_or_default()
            }
        })
    }
}

fn worth(token: &Token, book: &Book) -> Result<Worth> {
    Ok(match (&token.ether, &token.ether_price_feed) {
        (Some(wei), _) => Worth::Fixed(wei.0),
        (None, Some(feed)) => Worth::Feed(feed.find(book)?),
        (None, None) => Worth::Fixed(U256::ZERO),
    })
}
