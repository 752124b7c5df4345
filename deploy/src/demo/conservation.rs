//! Where every unit of money is, and the sums that prove none was made or lost.

/// All money at one moment, token units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    /// Tokens in existence.
    pub supply: u128,
    /// What the accounts were given: minted to each.
    pub minted: Vec<u128>,
    /// What each account has in its wallet.
    pub wallets: Vec<u128>,
    /// Each account's margin in the market.
    pub margins: Vec<u128>,
    /// Each account's waiting profit.
    pub claims: Vec<u128>,
    /// Each account's size, base wad.
    pub sizes: Vec<i128>,
    /// Each account's keeper rewards not withdrawn.
    pub rewards: Vec<u128>,
    /// The clearing house's tokens.
    pub house: u128,
    /// The market's ledger, as the contract says.
    pub principal: u128,
    /// Losses collected for winners.
    pub pool: u128,
    /// Profit that waits.
    pub waiting: u128,
    /// The market's fees.
    pub fees: u128,
    /// Insurance share not yet sent.
    pub insurance_due: u128,
    /// Base of all longs, wad.
    pub long: u128,
    /// Base of all shorts, wad.
    pub short: u128,
    /// The insurance fund's tokens.
    pub fund: u128,
    /// The insurance fund's ledgers.
    pub fund_ledger: u128,
}

/// Two numbers that must be equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// What is compared.
    pub name: &'static str,
    /// One side.
    pub left: i128,
    /// The other.
    pub right: i128,
    /// Whether these are token units, not base.
    pub money: bool,
}

impl Check {
    /// Whether it holds, to the unit.
    pub fn holds(&self) -> bool {
        self.left == self.right
    }
}

impl Books {
    /// What each account has gained: wallet less what it was given. Complete once nothing is left in the market.
    pub fn profits(&self) -> Vec<i128> {
        self.wallets.iter().zip(&self.minted).map(|(now, given)| whole(*now) - whole(*given)).collect()
    }

    /// The sums that hold at any moment.
    pub fn checks(&self) -> Vec<Check> {
        let rewards = sum(&self.rewards);
        let held = whole(self.principal) + whole(self.pool) + whole(self.fees) + whole(self.insurance_due);
        let contracts = whole(self.house) + whole(self.fund);
        let longs: i128 = self.sizes.iter().filter(|size| **size > 0).sum();
        let shorts: i128 = self.sizes.iter().filter(|size| **size < 0).sum();
        let money = |name, left, right| Check { name, left, right, money: true };
        let base = |name, left, right| Check { name, left, right, money: false };
        vec![
            money(
                "all tokens = wallets + clearing house + insurance fund",
                whole(self.supply),
                sum(&self.wallets) + contracts,
            ),
            money("all tokens = what the accounts were given", whole(self.supply), sum(&self.minted)),
            money(
                "clearing house = principal + pool + fees + insurance due + rewards",
                whole(self.house),
                held + rewards,
            ),
            money("insurance fund = its ledgers", whole(self.fund), whole(self.fund_ledger)),
            money("principal = every account's margin", whole(self.principal), sum(&self.margins)),
            money("waiting profit = every account's claim", whole(self.waiting), sum(&self.claims)),
            money(
                "all profits and losses = less what the contracts hold",
                self.profits().iter().sum(),
                -contracts,
            ),
            base("open longs = every long position", whole(self.long), longs),
            base("open shorts = every short position", whole(self.short), -shorts),
        ]
    }

    /// The sums that hold when everybody has left.
    pub fn final_checks(&self) -> Vec<Check> {
        let mut checks = self.checks();
        let nothing = |name, left: u128| Check { name, left: whole(left), right: 0, money: true };
        checks.push(nothing("nobody's margin is left", self.principal));
        checks.push(nothing("nobody's profit waits", self.waiting));
        checks.push(nothing("no reward is left", self.rewards.iter().sum()));
        checks.push(nothing("no insurance share is left to send", self.insurance_due));
        checks.push(Check {
            name: "nothing is open",
            left: whole(self.long) + whole(self.short),
            right: 0,
            money: false,
        });
        checks
    }
}

fn whole(value: u128) -> i128 {
    i128::try_from(value).unwrap_or(i128::MAX)
}

fn sum(values: &[u128]) -> i128 {
    values.iter().map(|value| whole(*value)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> Books {
        Books {
            supply: 1_000,
            minted: vec![600, 400],
            wallets: vec![500, 300],
            margins: vec![60, 40],
            claims: vec![5, 0],
            sizes: vec![7, -3],
            rewards: vec![0, 9],
            house: 150,
            principal: 100,
            pool: 20,
            waiting: 5,
            fees: 11,
            insurance_due: 10,
            long: 7,
            short: 3,
            fund: 50,
            fund_ledger: 50,
        }
    }

    #[test]
    fn books_that_balance_pass_every_check() {
        let checks = books().checks();
        assert!(checks.iter().all(Check::holds), "{checks:?}");
        assert_eq!(books().profits(), [-100, -100]);
    }

    #[test]
    fn a_unit_that_is_missing_anywhere_is_noticed() {
        let spoilers: [fn(&mut Books); 9] = [
            |books| books.supply += 1,
            |books| books.wallets[0] -= 1,
            |books| books.margins[1] += 1,
            |books| books.claims[0] -= 1,
            |books| books.sizes[1] += 1,
            |books| books.rewards[1] += 1,
            |books| books.house -= 1,
            |books| books.pool += 1,
            |books| books.fund_ledger += 1,
        ];
        for (number, spoil) in spoilers.into_iter().enumerate() {
            let mut books = books();
            spoil(&mut books);
            assert!(!books.checks().iter().all(Check::holds), "spoiler {number}");
        }
    }

    #[test]
    fn leaving_something_behind_fails_only_the_last_checks() {
        let failed: Vec<&str> = books()
            .final_checks()
            .into_iter()
            .filter(|check| !check.holds())
            .map(|check| check.name)
            .collect();
        assert_eq!(failed.len(), 5, "{failed:?}");
    }
}
