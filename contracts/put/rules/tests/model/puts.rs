//! All puts of the model, one by one.

use crate::number::{Int, down, int, up};

/// A put on some units, or what a roll struck anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    pub units: u128,
    pub strike: u128,
}

impl Lot {
    /// Wad of wad.
    fn value(self) -> Int {
        int(self.units) * self.strike
    }

    fn pays(self, price: u128) -> Int {
        int(self.units) * self.strike.saturating_sub(price)
    }

    /// Where its leaf begins: strikes that agree in their leading bit and the ten after it.
    fn leaf(strike: u128) -> u128 {
        let width = strike.checked_ilog2().map_or(1, |bits| 1 << bits.saturating_sub(10));
        strike / width * width
    }
}

/// What the last roll struck anew, and what was bought since.
#[derive(Clone, Debug, Default)]
pub struct Puts {
    pub base: Option<Lot>,
    pub lots: Vec<Lot>,
}

impl Puts {
    fn all(&self) -> impl Iterator<Item = Lot> {
        self.base.into_iter().chain(self.lots.iter().copied())
    }

    pub fn units(&self) -> Int {
        self.all().map(|lot| int(lot.units)).sum()
    }

    /// Each put locks its strike, rounded up.
    pub fn locked(&self, divisor: &Int) -> Int {
        self.all().map(|lot| up(lot.value(), divisor)).sum()
    }

    /// Units times strike.
    pub fn value(&self) -> Int {
        self.all().map(Lot::value).sum()
    }

    /// What all puts pay, each by itself and none of them rounded: wad of wad.
    pub fn fair(&self, price: u128) -> Int {
        self.all().map(|lot| lot.pays(price)).sum()
    }

    /// What they pay as the ladder documents it: sums in millionths of a wei, and in the leaf that holds the price the
    /// average strike.
    pub fn paid(&self, price: u128) -> Int {
        let grain = int(10_u128.pow(12));
        let leaf = Lot::leaf(price);
        let (mut above, mut inside) = (Int::ZERO, Int::ZERO);
        for lot in &self.lots {
            let net = down(lot.value(), &grain) * &grain - int(lot.units) * price;
            if Lot::leaf(lot.strike) == leaf {
                inside += net;
            } else if lot.strike > price {
                above += net;
            }
        }
        let base = self.base.map_or(Int::ZERO, |lot| lot.pays(price));
        base + above.max(Int::ZERO) + inside.max(Int::ZERO)
    }

    /// By how much [`Self::paid`] may fall short of [`Self::fair`]: a thousandth of the strike on the units of the
    /// price's leaf if they have several strikes, and a millionth of a wei for each purchase.
    pub fn shortfall(&self, price: u128) -> Int {
        let leaf = Lot::leaf(price);
        let inside: Vec<_> = self.lots.iter().filter(|lot| Lot::leaf(lot.strike) == leaf).collect();
        let several = inside.iter().any(|lot| lot.strike != inside[0].strike);
        let value: Int = inside.into_iter().map(|lot| lot.value()).sum();
        let leaf = if several { value / 1_000 } else { Int::ZERO };
        leaf + int(10_u128.pow(12)) * self.lots.len()
    }
}
