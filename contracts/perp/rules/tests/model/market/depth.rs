//! The peg and the depth, and what moving them is worth to traders.

use super::{Curve, Done, Model};
use crate::int::{Int, ZERO, int, ppm, wad};
use everfloor_perp_rules::Side;

const HOUR: u64 = 3_600;

impl Model {
    /// Moves the peg towards the oracle if mark and average are on the same side of it.
    pub fn repeg(&mut self) -> Done {
        self.begin_change(0)?;
        let (spot, index, average) = (self.curve.spot(), self.index(), self.average());
        let rises = spot < index && average < index;
        let falls = spot > index && average > index;
        if !rises && !falls {
            return Err("NothingToChange");
        }
        let peg = self.curve.peg;
        let wanted = ((peg * index).down(spot) - peg).abs();
        let step = wanted.min((peg * self.params.repeg_step_ppm).down(ppm()));
        let pegged = |step: Int| Curve { peg: if rises { peg + step } else { peg - step }, ..self.curve };
        let (full, budget) = (self.cost_of(&pegged(step)), self.budget());
        let affordable = if full > budget { (step * (budget - 1).max(ZERO)).down(full) } else { step };
        if affordable == ZERO {
            return Err(if full > budget { "OverBudget" } else { "NothingToChange" });
        }
        self.change(pegged(affordable), 0)
    }

    /// Scales the reserves towards the target: a step, or as many halves of it as the budget needs.
    pub fn adjust_depth(&mut self) -> Done {
        self.begin_change(1)?;
        let (target, depth) = (int(self.params.target_depth), self.curve.product().root());
        if target == ZERO || target == depth {
            return Err("NothingToChange");
        }
        let wanted = ((target * ppm()).down(depth) - ppm()).abs();
        let (mut step, mut cost) = (wanted.min(int(20_000)), ZERO);
        while step > ZERO {
            let curve = self.scaled(if target > depth { ppm() + step } else { ppm() - step });
            cost = self.cost_of(&curve);
            if cost <= self.budget() {
                return self.change(curve, 1);
            }
            step = step.down(2);
        }
        Err(if cost > self.budget() { "OverBudget" } else { "NothingToChange" })
    }

    fn begin_change(&self, kind: usize) -> Done {
        self.require_live()?;
        self.require_good()?;
        if self.now < self.changed[kind] + HOUR { Err("TooEarly") } else { Ok(()) }
    }

    fn scaled(&self, factor: Int) -> Curve {
        let base = (self.curve.base * factor).down(ppm());
        Curve { base, quote: (self.curve.quote * base).down(self.curve.base), ..self.curve }
    }

    fn budget(&self) -> Int {
        (self.fees * self.params.curve_share_ppm).down(ppm())
    }

    /// What all traders would get by closing together, floored for those who get and ceiled for those who owe.
    pub fn exit_of_all(&self, curve: &Curve) -> Int {
        let exit = |side| curve.exit_value(side, self.skew()).expect("the curve can take all");
        if self.open[0] >= self.open[1] { exit(Side::Long) } else { -exit(Side::Short) }
    }

    /// What a change gives them, and what of it may have been cut, in token units rounded up.
    fn cost_of(&self, curve: &Curve) -> Int {
        if self.skew() == ZERO {
            return ZERO;
        }
        (self.exit_of_all(curve) - self.exit_of_all(&self.curve) + curve.peg.up(wad()) + 1).up(self.scale)
    }

    fn change(&mut self, curve: Curve, kind: usize) -> Done {
        let paid = self.cost_of(&curve).max(ZERO);
        if paid > self.budget() {
            return Err("OverBudget");
        }
        self.fees -= paid;
        self.pool += paid;
        self.curve = curve;
        self.changed[kind] = self.now;
        Ok(())
    }
}
