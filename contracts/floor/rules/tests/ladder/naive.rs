//! The source's rule, applied to every account one by one, in numbers so fine that nothing is rounded.

use num_bigint::BigInt;

/// Fractions of a wei that the model counts in.
pub fn fine() -> BigInt {
    BigInt::from(10).pow(60)
}

/// A whole number of wei.
pub fn wei(amount: impl Into<BigInt>) -> BigInt {
    amount.into() * fine()
}

fn zero() -> BigInt {
    BigInt::default()
}

/// An account; amounts in [`fine`] fractions of a wei.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub nfts: u32,
    pub cash: BigInt,
    pub fp: BigInt,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Naive {
    pub people: Vec<Person>,
}

impl Naive {
    /// FP of all longs.
    pub fn long(&self) -> BigInt {
        self.people.iter().map(|person| person.fp.clone().max(zero())).sum()
    }

    /// Pays one epoch: `mark` and `index` in wei for one FP.
    pub fn fund(&mut self, mark: u128, index: u128) {
        let (mark, index) = (BigInt::from(mark), BigInt::from(index));
        let one = BigInt::from(10).pow(18);
        let payment = &mark - &index;
        let long = self.long();
        if payment >= zero() {
            for person in &mut self.people {
                // Longs have positive FP and pay, shorts negative and get.
                person.cash -= &payment * &person.fp / &one;
            }
            return;
        }
        let payment = -payment;
        let (mut all_cash, mut all_kind) = (zero(), zero());
        for person in self.people.iter_mut().filter(|person| person.fp < zero()) {
            let due = &payment * -&person.fp / &one;
            let in_cash =
                if person.nfts == 0 { due.clone() } else { due.clone().min(person.cash.clone().max(zero())) };
            let kind = (due - &in_cash) * &one / &mark;
            person.cash -= &in_cash;
            person.fp -= &kind;
            all_cash += in_cash;
            all_kind += kind;
        }
        self.give_longs(&all_cash, &all_kind, &long);
    }

    /// Gives longs cash and FP in proportion to what they have.
    pub fn give_longs(&mut self, cash: &BigInt, fp: &BigInt, long: &BigInt) {
        for person in self.people.iter_mut().filter(|person| person.fp > zero()) {
            person.cash += cash * &person.fp / long;
            person.fp += fp * &person.fp / long;
        }
    }
}
