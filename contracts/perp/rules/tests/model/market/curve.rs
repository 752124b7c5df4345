//! The constant product with a peg, as its table of roundings says.

use super::Done;
use crate::int::{Int, ZERO, wad};
use everfloor_perp_rules::Side;

/// The reserves, and what was exchanged with them.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    pub base: Int,
    pub quote: Int,
    pub peg: Int,
    /// Quote that traders have paid into it less what they have got out of it, wei.
    pub paid: Int,
    /// What that has moved the reserve by, at the peg of its time, wad of wei.
    pub moved: Int,
    /// How far rounding may have taken one above the other.
    pub slack: Int,
}

impl Curve {
    pub fn new(base: u128, quote: u128, peg: u128) -> Self {
        Self { base: base.into(), quote: quote.into(), peg: peg.into(), paid: ZERO, moved: ZERO, slack: ZERO }
    }

    /// The marginal price.
    pub fn spot(&self) -> Int {
        (self.quote * self.peg).down(self.base)
    }

    /// The constant of the product.
    pub fn product(&self) -> Int {
        self.base * self.quote
    }

    /// Base for a notional: what a buyer gets, what a seller gives.
    pub fn swap_quote(&mut self, side: Side, notional: Int) -> Done<Int> {
        let base = match side {
            Side::Long => {
                let quote = (notional * wad()).down(self.peg);
                let base = (self.base * quote).down(self.quote + quote);
                self.shift(-base, quote, notional);
                base
            }
            Side::Short => {
                let quote = (notional * wad()).up(self.peg);
                if quote >= self.quote {
                    return Err("CurveExhausted");
                }
                let base = (self.base * quote).up(self.quote - quote);
                self.shift(base, -quote, -notional);
                base
            }
        };
        Ok(base)
    }

    /// Notional for the base of a position on `side` that closes: what a long gets, what a short pays.
    pub fn swap_base(&mut self, side: Side, base: Int) -> Done<Int> {
        match side {
            Side::Long => {
                let quote = (self.quote * base).down(self.base + base);
                let notional = (quote * self.peg).down(wad());
                self.shift(base, -quote, -notional);
                Ok(notional)
            }
            Side::Short if base >= self.base => Err("CurveExhausted"),
            Side::Short => {
                let quote = (self.quote * base).up(self.base - base);
                let notional = (quote * self.peg).up(wad());
                self.shift(-base, quote, notional);
                Ok(notional)
            }
        }
    }

    /// The same without doing it.
    pub fn exit_value(&self, side: Side, base: Int) -> Done<Int> {
        let mut copy = *self;
        copy.swap_base(side, base)
    }

    fn shift(&mut self, base: Int, quote: Int, paid: Int) {
        self.base += base;
        self.quote += quote;
        self.paid += paid;
        self.moved += quote * self.peg;
        self.slack += self.peg.max(wad());
    }
}
