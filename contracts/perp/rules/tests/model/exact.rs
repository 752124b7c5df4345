//! A market written from its formulas, in integers without a bound: no index, no packing, every account visited.
//!
//! Funding is kept per account as an exact fraction; what the rules settle, rounded, is checked against it and taken
//! over. Everything else has to be the same to the last unit.

use num_bigint::{BigInt, Sign};

pub type Int = BigInt;

/// Funding is kept in this part of a wad.
const FINE: u128 = 10_u128.pow(36);

pub fn int(value: impl Into<Int>) -> Int {
    value.into()
}

fn wad() -> Int {
    int(10_u128.pow(18))
}

fn ppm() -> Int {
    int(1_000_000)
}

pub fn floor(a: &Int, b: &Int) -> Int {
    let (quotient, rest) = (a / b, a % b);
    if rest.sign() != Sign::NoSign && (rest.sign() != b.sign()) { quotient - 1 } else { quotient }
}

pub fn ceil(a: &Int, b: &Int) -> Int {
    -floor(&-a, b)
}

fn zero() -> Int {
    Int::default()
}

/// The larger of two.
fn most(a: Int, b: Int) -> Int {
    a.max(b)
}

/// A market's parameters.
#[derive(Clone, Debug)]
pub struct Terms {
    pub initial: Int,
    pub maintenance: Int,
    pub fee: Int,
    pub penalty: Int,
    pub insurance_share: Int,
    pub keeper_share: Int,
    pub impact: Int,
    pub divergence: Int,
    pub band: Int,
    pub funding: Int,
    pub window: u64,
    pub least: Int,
    pub side_cap: Int,
    pub account_cap: Int,
    pub keeper_floor: Int,
    pub scale: Int,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Signed.
    pub size: Int,
    pub entry: Int,
    pub margin: Int,
    pub claim: Int,
    /// Funding owed since it was last settled, in fine parts of a wad.
    pub owed: Int,
    /// How far rounding may have taken the rules above that, in wei.
    pub slack: Int,
}

impl Account {
    pub fn long(&self) -> bool {
        self.size > zero()
    }
    pub fn flat(&self) -> bool {
        self.size == zero()
    }
    pub fn base(&self) -> Int {
        Int::from(self.size.magnitude().clone())
    }
    fn pnl(&self, value: &Int) -> Int {
        if self.flat() {
            zero()
        } else if self.long() {
            value - &self.entry
        } else {
            &self.entry - value
        }
    }
}

/// What the oracle says.
#[derive(Clone, Debug)]
pub struct Oracle {
    pub price: Int,
    pub area: Int,
    /// 0 good, 1 deviating, more is unusable.
    pub status: u8,
}

impl Oracle {
    fn usable(&self) -> bool {
        self.status < 2 && self.price > zero()
    }

    /// Late prices and those of a restarted sequencer were true when they were made.
    fn known(&self) -> bool {
        [0, 1, 2, 4].contains(&self.status) && self.price > zero()
    }
}

/// The name of a refusal.
pub type Refusal = &'static str;

#[derive(Clone, Debug)]
pub struct Model {
    pub terms: Terms,
    pub base: Int,
    pub quote: Int,
    pub accounts: Vec<Account>,
    pub pool: Int,
    pub fees: Int,
    pub due: Int,
    pub bad_debt: Int,
    pub paused: bool,
    /// The mark since each of these times.
    history: Vec<(u64, Int)>,
    pub touched: u64,
    /// The longest window there has been: how much history is kept.
    longest: u64,
    /// The oracle's area when funding was last paid.
    area: Int,
    /// The mark's area since then.
    mark_area: Int,
    pub oracle: Oracle,
    pub now: u64,
    /// Realised profit of all closes, wad.
    pub realized: Int,
    pub quote0: Int,
    pub base0: Int,
}

/// A swap that takes size off.
struct Exchange {
    base: Int,
    notional: Int,
    exit: Option<Int>,
}

/// What a liquidation pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    pub penalty: Int,
    pub reward: Int,
    pub shortfall: Int,
    pub market: Int,
    pub fund: Int,
}

impl Model {
    pub fn new(terms: Terms, base: Int, quote: Int, accounts: usize, oracle: Oracle, now: u64) -> Self {
        let spot = floor(&(&quote * wad()), &base);
        Self {
            longest: terms.window,
            terms,
            base0: base.clone(),
            quote0: quote.clone(),
            base,
            quote,
            accounts: vec![Account::default(); accounts],
            pool: zero(),
            fees: zero(),
            due: zero(),
            bad_debt: zero(),
            paused: false,
            history: vec![(now, spot)],
            touched: now,
            area: oracle.area.clone(),
            mark_area: zero(),
            oracle,
            now,
            realized: zero(),
        }
    }

    pub fn spot(&self) -> Int {
        floor(&(&self.quote * wad()), &self.base)
    }

    pub fn claims(&self) -> Int {
        self.accounts.iter().map(|account| &account.claim).sum()
    }

    pub fn principal(&self) -> Int {
        self.accounts.iter().map(|account| &account.margin).sum()
    }

    /// Base open on a side.
    pub fn open_on(&self, long: bool) -> Int {
        self.accounts
            .iter()
            .filter(|account| !account.flat() && account.long() == long)
            .map(Account::base)
            .sum()
    }

    /// Base for a quote amount: what a buyer gets, what a seller gives.
    fn base_for(&self, buy: bool, quote: &Int) -> Result<Int, Refusal> {
        if buy {
            return Ok(floor(&(&self.base * quote), &(&self.quote + quote)));
        }
        if quote >= &self.quote {
            return Err("CurveExhausted");
        }
        Ok(ceil(&(&self.base * quote), &(&self.quote - quote)))
    }

    /// Quote for a base amount: what a long that closes gets, what a short that closes pays.
    fn quote_for(&self, long: bool, base: &Int) -> Result<Int, Refusal> {
        if long {
            return Ok(floor(&(&self.quote * base), &(&self.base + base)));
        }
        if base >= &self.base {
            return Err("CurveExhausted");
        }
        Ok(ceil(&(&self.quote * base), &(&self.base - base)))
    }

    fn trade(&mut self, buy: bool, base: &Int, quote: &Int) {
        if buy {
            self.base -= base;
            self.quote += quote;
        } else {
            self.base += base;
            self.quote -= quote;
        }
    }

    /// The mark's integral from one time to the last touch, from the whole history.
    pub fn integral(&self, from: u64) -> Int {
        let ends = self.history.iter().skip(1).map(|step| step.0).chain([self.touched]);
        let area = |((start, spot), end): (&(u64, Int), u64)| {
            let seconds = end.saturating_sub((*start).max(from));
            spot * seconds
        };
        self.history.iter().zip(ends).map(area).sum()
    }

    /// Brings the mark's history to now, and funding too if the oracle can be relied on.
    pub fn accrue(&mut self) {
        self.remember();
        if !self.oracle.known() {
            return;
        }
        let index = most(&self.oracle.area - &self.area, zero());
        let premium = &self.mark_area - &index;
        self.rebase(self.oracle.area.clone());
        let cap = floor(&(&index * &self.terms.funding), &ppm());
        let size = cap.min(Int::from(premium.magnitude().clone()));
        if size != zero() {
            self.pay_funding(premium > zero(), &size);
        }
    }

    /// Adds the price that held since the last touch to the history.
    fn remember(&mut self) {
        let seconds = self.now - self.touched;
        if seconds == 0 {
            return;
        }
        let spot = self.spot();
        self.mark_area += &spot * seconds;
        self.history.push((self.touched, spot));
        self.touched = self.now;
        let keep = self.now.saturating_sub(4 * self.longest + 4);
        let first = self.history.iter().rposition(|step| step.0 <= keep).unwrap_or(0);
        self.history.drain(..first);
    }

    /// Funding begins anew, where the oracle's area is this.
    pub fn rebase(&mut self, area: Int) {
        self.area = area;
        self.mark_area = zero();
    }

    /// Averages over another window from now on.
    pub fn set_window(&mut self, window: u64) {
        self.terms.window = window;
        self.longest = self.longest.max(window);
    }

    /// Every account on the paying side pays its base times the area; the receivers share no more than that.
    fn pay_funding(&mut self, payers_are_long: bool, area: &Int) {
        let (paying, receiving) = (self.open_on(payers_are_long), self.open_on(!payers_are_long));
        if paying == zero() {
            return;
        }
        let day = wad() * 86_400;
        for account in self.accounts.iter_mut().filter(|account| !account.flat()) {
            let base = account.base();
            account.slack += floor(&(&base * 2), &wad()) + 2;
            let owed = &base * area * FINE;
            if account.long() == payers_are_long {
                account.owed += floor(&owed, &day);
            } else if receiving > paying {
                account.owed -= floor(&(owed * &paying), &(&day * &receiving));
            } else {
                account.owed -= floor(&owed, &day);
            }
        }
    }

    /// Takes over what the rules say an account owes, token units, if it is what it owes, rounded up.
    pub fn check_owed(&self, who: usize, owed: &Int) {
        let account = &self.accounts[who];
        let exact = &account.owed;
        let got = owed * &self.terms.scale * FINE;
        let most = exact + (&account.slack + &self.terms.scale + 1) * FINE;
        // Fractions of this model are cut off, too.
        let least = exact - 1_000_000;
        assert!(got >= least, "account {who} owes {owed} units, exactly {exact}");
        assert!(got <= most, "account {who} owes {owed} units, exactly {exact}, slack {}", account.slack);
    }

    fn settled(&mut self, who: usize) {
        self.accounts[who].owed = zero();
        self.accounts[who].slack = zero();
    }

    /// The price the rules call neutral, if their average starts at `from`.
    pub fn neutral(&self, from: u64) -> Int {
        let average = if self.touched == from {
            self.spot()
        } else {
            floor(&self.integral(from), &int(self.touched - from))
        };
        if self.oracle.price == zero() {
            return average;
        }
        let band = floor(&(&self.oracle.price * &self.terms.band), &ppm());
        let low = most(&self.oracle.price - &band, zero());
        average.max(low).min(&self.oracle.price + band)
    }

    fn part_up(&self, notional: &Int, share: &Int) -> Int {
        ceil(&(notional * share), &(ppm() * &self.terms.scale))
    }

    /// Value of a position and its equity there: at the exit, or at a price.
    fn worth(&self, who: usize, price: Option<&Int>, owed: &Int) -> Result<(Int, Int, Int), Refusal> {
        let account = &self.accounts[who];
        let value = match price {
            _ if account.flat() => zero(),
            None => self.quote_for(account.long(), &account.base())?,
            Some(price) if account.long() => floor(&(account.base() * price), &wad()),
            Some(price) => ceil(&(account.base() * price), &wad()),
        };
        let pnl = account.pnl(&value);
        let equity = &account.margin + &account.claim + floor(&pnl, &self.terms.scale) - owed;
        Ok((value, pnl, equity))
    }

    /// What could be had for a claim now.
    fn redeemable(&self, claim: &Int) -> Int {
        let claims = self.claims();
        if self.pool >= claims { claim.clone() } else { floor(&(claim * &self.pool), &claims) }
    }

    fn require_initial(&self, who: usize, from: u64, owed: &Int) -> Result<(), Refusal> {
        let claim = &self.accounts[who].claim;
        for price in [None, Some(self.neutral(from))] {
            let (value, _, equity) = self.worth(who, price.as_ref(), owed)?;
            if equity - claim + self.redeemable(claim) < self.part_up(&value, &self.terms.initial) {
                return Err("BelowInitialMargin");
            }
        }
        Ok(())
    }

    pub fn healthy(&self, who: usize, from: u64, owed: &Int) -> bool {
        let (value, _, equity) = self.worth(who, Some(&self.neutral(from)), owed).expect("a price");
        equity >= self.part_up(&value, &self.terms.maintenance)
    }

    fn free(&self, who: usize, from: u64, owed: &Int) -> Result<Int, Refusal> {
        let exit = self.worth(who, None, owed)?;
        let neutral = self.worth(who, Some(&self.neutral(from)), owed)?;
        let (value, pnl, _) = if exit.1 < neutral.1 { exit } else { neutral };
        let account = &self.accounts[who];
        let basis = if account.long() { account.entry.clone() } else { value };
        let loss = floor(&pnl, &self.terms.scale).min(zero());
        Ok(&account.margin - owed + loss - self.part_up(&basis, &self.terms.initial))
    }

    fn require_usable(&self) -> Result<(), Refusal> {
        if self.oracle.usable() { Ok(()) } else { Err("OracleUnusable") }
    }

    /// Takes a loss: margin to the pool, then against the account's own claim. Returns what is missing.
    fn absorb(&mut self, who: usize, loss: &Int) -> Int {
        let account = &mut self.accounts[who];
        let cash = loss.clone().min(account.margin.clone());
        account.margin -= &cash;
        self.pool += &cash;
        let rest = loss - cash;
        let set_off = rest.clone().min(account.claim.clone());
        account.claim -= &set_off;
        rest - set_off
    }

    fn credit(&mut self, who: usize, profit: &Int) {
        self.accounts[who].claim += profit;
        if self.pool >= self.claims() {
            let claim = core::mem::take(&mut self.accounts[who].claim);
            self.pool -= &claim;
            self.accounts[who].margin += claim;
        }
    }

    fn settle(&mut self, who: usize, net: &Int) -> Result<(), Refusal> {
        match net.sign() {
            Sign::Minus if self.absorb(who, &-net) > zero() => return Err("InsufficientMargin"),
            Sign::Plus => self.credit(who, net),
            _ => {}
        }
        Ok(())
    }

    fn charge(&mut self, who: usize, fee: &Int) -> Result<(), Refusal> {
        let account = &mut self.accounts[who];
        if fee > &account.margin {
            return Err("InsufficientMargin");
        }
        account.margin -= fee;
        let insured = ceil(&(fee * &self.terms.insurance_share), &ppm());
        self.fees += fee - &insured;
        self.due += insured;
        Ok(())
    }

    fn require_least(&self, who: usize) -> Result<(), Refusal> {
        let account = &self.accounts[who];
        if account.flat() {
            return Ok(());
        }
        match self.quote_for(account.long(), &account.base()) {
            Ok(value) if value < self.terms.least => Err("PositionTooSmall"),
            _ => Ok(()),
        }
    }

    /// Trades a notional: `from` is where the rules' average starts, `owed` what they say is owed.
    pub fn open(
        &mut self,
        who: usize,
        buy: bool,
        margin: &Int,
        notional: &Int,
        (from, owed): (u64, &Int),
    ) -> Result<(), Refusal> {
        if notional == &zero() {
            return Err("ZeroAmount");
        }
        self.accounts[who].margin += margin;
        let account = &self.accounts[who];
        if !account.flat() && account.long() != buy {
            return self.reduce(who, buy, notional, owed);
        }
        if self.paused {
            return Err("OpeningPaused");
        }
        if self.oracle.status != 0 || self.oracle.price == zero() {
            return Err("OracleUnusable");
        }
        let before = self.spot();
        let base = self.base_for(buy, notional)?;
        if base == zero() {
            return Err("ZeroAmount");
        }
        self.trade(buy, &base, notional);
        self.require_guards(&before)?;
        self.settle(who, &-owed)?;
        self.settled(who);
        let fee = self.part_up(notional, &self.terms.fee);
        self.charge(who, &fee)?;
        let account = &mut self.accounts[who];
        account.size += if buy { base } else { -base };
        account.entry += notional;
        if self.open_on(buy) > self.terms.side_cap {
            return Err("OpenInterestAboveCap");
        }
        if self.accounts[who].base() > self.terms.account_cap {
            return Err("PositionAboveCap");
        }
        self.require_least(who)?;
        self.require_initial(who, from, &zero())
    }

    fn require_guards(&self, before: &Int) -> Result<(), Refusal> {
        let after = self.spot();
        let far = |a: &Int, b: &Int| Int::from((a - b).magnitude().clone());
        if far(&after, before) * ppm() > before * &self.terms.impact {
            return Err("PriceImpactTooHigh");
        }
        let index = &self.oracle.price;
        let gap = far(&after, index);
        if gap > floor(&(index * &self.terms.divergence), &ppm()) && gap > far(before, index) {
            return Err("MarkTooFarFromIndex");
        }
        Ok(())
    }

    fn reduce(&mut self, who: usize, buy: bool, notional: &Int, owed: &Int) -> Result<(), Refusal> {
        let total = self.accounts[who].base();
        let exit = self.quote_for(!buy, &total)?;
        if notional > &exit {
            return Err("ExceedsPosition");
        }
        let base = self.base_for(buy, notional)?;
        let exchange = if notional == &exit || base >= total {
            Exchange { base: total, notional: exit.clone(), exit: Some(exit) }
        } else {
            Exchange { base, notional: notional.clone(), exit: Some(exit) }
        };
        if exchange.base == zero() {
            return Err("ZeroAmount");
        }
        self.take_off(who, exchange, owed)
    }

    /// Closes up to `base`.
    pub fn close(&mut self, who: usize, base: &Int, owed: &Int) -> Result<(), Refusal> {
        let account = &self.accounts[who];
        if account.flat() {
            return Err("NoPosition");
        }
        let (long, base) = (account.long(), base.clone().min(account.base()));
        if base == zero() {
            return Err("ZeroAmount");
        }
        let exit = self.quote_for(long, &account.base()).ok();
        let notional = self.quote_for(long, &base)?;
        self.take_off(who, Exchange { base, notional, exit }, owed)
    }

    fn take_off(&mut self, who: usize, exchange: Exchange, owed: &Int) -> Result<(), Refusal> {
        let notional = exchange.notional.clone();
        let profit = self.realize(who, exchange);
        self.settle(who, &(profit - owed))?;
        self.settled(who);
        let fee = self.part_up(&notional, &self.terms.fee).min(self.accounts[who].margin.clone());
        self.charge(who, &fee)?;
        self.require_least(who)
    }

    /// Books a swap that takes size off; the profit in token units.
    ///
    /// The part takes its share of the profit at the exit, and the rest keeps what it is worth there less its own
    /// share; where that would need an entry below nothing, the part takes what is beyond.
    fn realize(&mut self, who: usize, exchange: Exchange) -> Int {
        let Exchange { base, notional, exit } = exchange;
        let long = self.accounts[who].long();
        self.trade(!long, &base, &notional);
        let account = &mut self.accounts[who];
        let (total, entry) = (account.base(), account.entry.clone());
        // Signed so that a long pays its entry and gets the notional.
        let sign = int(if long { 1 } else { -1 });
        let profit = if base == total {
            account.entry = zero();
            &sign * (&notional - &entry)
        } else if let Some(exit) = exit {
            let whole = &sign * (&exit - &entry);
            let share = floor(&(&whole * &base), &total);
            // Profit taken + profit left = whole; left = sign * (exit - notional - entry left).
            let left = &exit - &notional - &sign * (&whole - &share);
            account.entry = most(left.clone(), zero());
            share + most(-left, zero())
        } else {
            let share = &entry * &base;
            let share = if long { ceil(&share, &total) } else { floor(&share, &total) };
            account.entry -= &share;
            &sign * (&notional - &share)
        };
        account.size -= if long { base } else { -base };
        self.realized += &profit;
        floor(&profit, &self.terms.scale)
    }

    pub fn add(&mut self, who: usize, amount: &Int) -> Result<(), Refusal> {
        if amount == &zero() {
            return Err("ZeroAmount");
        }
        self.accounts[who].margin += amount;
        Ok(())
    }

    pub fn remove(&mut self, who: usize, amount: &Int, (from, owed): (u64, &Int)) -> Result<(), Refusal> {
        if amount == &zero() {
            return Err("ZeroAmount");
        }
        if !self.accounts[who].flat() {
            self.require_usable()?;
            self.settle(who, &-owed)?;
            self.settled(who);
        }
        if amount > &self.accounts[who].margin {
            return Err("InsufficientMargin");
        }
        self.accounts[who].margin -= amount;
        if !self.accounts[who].flat() && self.free(who, from, &zero())? < zero() {
            return Err("InsufficientMargin");
        }
        Ok(())
    }

    /// Takes a part of a claim for what it is worth.
    pub fn claim(&mut self, who: usize, amount: &Int) -> Result<Int, Refusal> {
        let payout = self.redeemable(amount);
        let account = &mut self.accounts[who];
        if amount == &zero() || amount > &account.claim {
            return Err("ExceedsClaim");
        }
        if !account.flat() && &payout < amount {
            return Err("ClaimBacksPosition");
        }
        account.claim -= amount;
        account.margin += &payout;
        self.pool -= &payout;
        Ok(payout)
    }

    /// Returns the loss and the funding that went to the pool.
    pub fn realize_loss(&mut self, who: usize, (from, owed): (u64, &Int)) -> Result<(Int, Int), Refusal> {
        self.require_usable()?;
        if self.accounts[who].flat() {
            return Err("NoPosition");
        }
        let wanted = self.claims() - &self.pool;
        if wanted <= zero() {
            return Err("NothingToRealize");
        }
        let mut funding = zero();
        if owed > &zero() {
            if owed > &self.accounts[who].margin {
                return Err("NothingToRealize");
            }
            funding = owed.clone();
            self.absorb(who, owed);
            self.settled(who);
        }
        let rest = if owed > &zero() { zero() } else { owed.clone() };
        let exit = self.worth(who, None, &rest)?.1;
        let neutral = self.worth(who, Some(&self.neutral(from)), &rest)?.1;
        let loss = floor(&most(-exit.max(neutral), zero()), &self.terms.scale);
        let loss = loss.min(most(wanted - &funding, zero())).min(self.accounts[who].margin.clone());
        if &loss + &funding == zero() {
            return Err("NothingToRealize");
        }
        self.absorb(who, &loss);
        let by = &loss * &self.terms.scale;
        let account = &mut self.accounts[who];
        account.entry += if account.long() { -&by } else { by.clone() };
        self.realized -= by;
        Ok((loss, funding))
    }

    pub fn liquidate(
        &mut self,
        who: usize,
        insurance: &Int,
        (from, owed): (u64, &Int),
    ) -> Result<Cover, Refusal> {
        self.require_usable()?;
        if self.accounts[who].flat() {
            return Err("NoPosition");
        }
        if self.healthy(who, from, owed) {
            return Err("NotLiquidatable");
        }
        let (long, base) = (self.accounts[who].long(), self.accounts[who].base());
        let index = &self.oracle.price;
        let beyond = if long { index - self.spot() } else { self.spot() - index };
        if beyond > floor(&(index * &self.terms.divergence), &ppm()) {
            return Err("MarkTooFarFromIndex");
        }
        let (_, _, equity) = self.worth(who, Some(&self.neutral(from)), owed)?;
        let at_mark = floor(&(&base * self.spot()), &wad());
        let notional = self.quote_for(long, &base)?;
        let impact = if long { &at_mark - &notional } else { &notional - &at_mark };
        let impact = Int::from(impact.magnitude().clone());
        let explained = most(-equity, zero()) + ceil(&impact, &self.terms.scale);
        let profit = self.realize(who, Exchange { base, notional: notional.clone(), exit: None });
        self.settled(who);
        let mut cover = Cover::default();
        let net = &profit - owed;
        if net >= zero() {
            self.credit(who, &net);
        } else {
            cover.shortfall = self.absorb(who, &-net);
            let insured = cover.shortfall.clone().min(most(-profit, zero())).min(explained);
            let fees = insured.clone().min(self.fees.clone());
            let due = (&insured - &fees).min(self.due.clone());
            cover.market = &fees + &due;
            cover.fund = (insured - &cover.market).min(insurance.clone());
            self.fees -= fees;
            self.due -= due;
            self.pool += &cover.market + &cover.fund;
            self.bad_debt += &cover.shortfall - &cover.market - &cover.fund;
        }
        self.penalize(who, &notional, &mut cover);
        Ok(cover)
    }

    fn penalize(&mut self, who: usize, notional: &Int, cover: &mut Cover) {
        let account = &mut self.accounts[who];
        cover.penalty = ceil(&(notional * &self.terms.penalty), &(ppm() * &self.terms.scale));
        cover.penalty = cover.penalty.clone().min(account.margin.clone());
        account.margin -= &cover.penalty;
        let share = floor(&(&cover.penalty * &self.terms.keeper_share), &ppm());
        let own = most(share, self.terms.keeper_floor.clone().min(cover.penalty.clone()));
        let topped = most(&self.terms.keeper_floor - &own, zero()).min(self.fees.clone());
        self.fees -= &topped;
        self.due += &cover.penalty - &own;
        cover.reward = own + topped;
    }
}
