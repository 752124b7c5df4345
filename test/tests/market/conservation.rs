//! Long random histories: after every operation the contracts are where the rules say, the events tell all of it,
//! previews were right, and the tokens held are those of the ledgers.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use everfloor_perp_rules::{
    Position, Side, deleverage, depth,
    liquidation::{self, Liquidation, LiquidationOrder, TakeoverOrder},
    losses, margin,
    trade::{self, CloseOrder, Fill, OpenOrder},
};
use everfloor_test::{
    Backend, Done, LONG, NO_LIMIT, Native, Revert, SHORT, System, Wasm,
    abi::{ClearingHouse::*, InsuranceFund, MarketParams, Preview, TestDollar},
    account, wad,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    model::{Model, Rebuilt, Rule, revert_of},
    rig::with_deficit_ledger,
};

/// Accounts that trade.
const TRADERS: usize = 12;

/// The seed of this run: `EVERFLOOR_SEED`, or a new one; always printed.
fn seed() -> u64 {
    let given = std::env::var("EVERFLOOR_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    println!("seed: EVERFLOOR_SEED={seed}");
    seed
}

struct History<B> {
    s: System<B>,
    model: Model,
    told: Rebuilt,
    rng: StdRng,
    traders: Vec<Address>,
    keepers: Vec<Address>,
    /// The deficit ledger, if there is one.
    ledger: Option<Address>,
    /// Cents.
    price: u64,
    done: Tally,
}

/// How often what happened; a history in which something never did shows nothing about it.
#[derive(Debug, Default)]
struct Tally {
    opened: u32,
    reduced: u32,
    closed: u32,
    liquidated: u32,
    bad_debts: u32,
    draws: u32,
    realized: u32,
    claimed: u32,
    haircuts: u32,
    batches: u32,
    offered: u32,
    taken: u32,
    deleveraged: u32,
    caught_up: u32,
    repegs: u32,
    depths: u32,
    deficits: u32,
    refused: u32,
}

impl Tally {
    /// With what another history did.
    fn and(self, other: &Self) -> Self {
        Self {
            opened: self.opened + other.opened,
            reduced: self.reduced + other.reduced,
            closed: self.closed + other.closed,
            liquidated: self.liquidated + other.liquidated,
            bad_debts: self.bad_debts + other.bad_debts,
            draws: self.draws + other.draws,
            realized: self.realized + other.realized,
            claimed: self.claimed + other.claimed,
            haircuts: self.haircuts + other.haircuts,
            batches: self.batches + other.batches,
            offered: self.offered + other.offered,
            taken: self.taken + other.taken,
            deleveraged: self.deleveraged + other.deleveraged,
            caught_up: self.caught_up + other.caught_up,
            repegs: self.repegs + other.repegs,
            depths: self.depths + other.depths,
            deficits: self.deficits + other.deficits,
            refused: self.refused + other.refused,
        }
    }
}

fn small(value: U256) -> u128 {
    value.saturating_to()
}

impl<B: Backend> History<B> {
    fn new(mut s: System<B>, seed: u64, mut params: MarketParams, with_ledger: bool) -> Self {
        // A market that this history has from its first event.
        let owner = s.owner;
        let ledger = with_ledger.then(|| with_deficit_ledger(&mut s));
        // Room for those who bring the mark after the price, wherever that goes.
        params.trading.maxSkew = wad(60_000);
        (params.trading.maxOpenInterest, params.trading.maxPosition) = (wad(60_000), wad(30_000));
        let call = s.market_call(params.clone());
        let created = s.must(owner, call);
        s.market = created.returned;
        let mut told = Rebuilt::default();
        told.take(s.house, s.market, &created.logs);
        let names: Vec<String> = (0..TRADERS).map(|number| format!("trader {number}")).collect();
        let traders = names.iter().map(|name| s.trader(name, 1_000_000_000)).collect();
        let keepers = ["first keeper", "second keeper"].map(account).to_vec();
        let mut model = Model::of(&s, &params);
        model.deficits_are_taken_on = with_ledger;
        let rng = StdRng::seed_from_u64(seed);
        Self { s, model, told, rng, traders, keepers, ledger, price: 10_000, done: Tally::default() }
    }

    fn run(&mut self, operations: u32) {
        for operation in 0..operations {
            self.step();
            self.model.assert_market(&self.s);
            self.told.assert_market(&self.s, false);
            if operation % 16 == 0 {
                self.check_lists();
            }
        }
        self.check_lists();
        self.wind_down();
    }

    fn trader(&mut self) -> Address {
        self.traders[self.rng.random_range(0..TRADERS)]
    }

    /// Most at one end, now and then something much larger or smaller.
    fn amount(&mut self, usual: u128) -> u128 {
        match self.rng.random_range(0..12) {
            0 => self.rng.random_range(0..3),
            1 => self.rng.random_range(0..usual.saturating_mul(20)),
            _ => self.rng.random_range(usual / 20..usual),
        }
    }

    fn step(&mut self) {
        let trader = self.trader();
        match self.rng.random_range(0..118) {
            100..=102 => self.batch(),
            103..=105 => self.offer(trader),
            106..=108 => self.take(trader),
            109..=111 => self.deleverage(trader),
            112 => self.repeg(),
            113 => self.adjust_depth(),
            114 => self.catch_up(trader),
            115 => self.recapitalize(),
            116 => self.allocate(),
            117 => self.reduce_only(),
            0..=21 => self.open(trader),
            22..=41 => self.toward_index(trader),
            42..=50 => self.close(trader),
            51..=54 => self.add(trader),
            55..=60 => self.remove(trader),
            61..=64 => self.liquidate_any(trader),
            65..=72 => self.liquidate_all(),
            73..=75 => self.settle(),
            76..=79 => self.realize(trader),
            80..=84 => self.claim(trader),
            85 => self.pay_insurance(),
            86 => self.withdraw_reward(),
            87 => self.insure(),
            88 => self.pause(),
            89..=93 => self.pass_time(),
            94 | 95 => self.crash(),
            _ => self.move_price(),
        }
        self.model.assert_position(&self.s, trader);
        self.told.assert_position(&self.s, trader);
    }

    // ---- operations ----

    /// Sends what the rules have already done to the model: both must agree, to the byte of the refusal.
    fn both<C: SolCall, T>(
        &mut self,
        from: Address,
        call: C,
        ruled: Rule<T>,
    ) -> Option<(Done<C::Return>, T)> {
        let market = self.s.market;
        match (self.s.send(from, call), ruled) {
            (Ok(done), Ok(value)) => {
                self.told.take(self.s.house, market, &done.logs);
                Some((done, value))
            }
            (Err(Revert(data)), Err(error)) => {
                assert_eq!(data, revert_of(error), "{}", C::SIGNATURE);
                self.done.refused += 1;
                None
            }
            (Ok(_), Err(error)) => panic!("{} succeeded; the rules say {error:?}", C::SIGNATURE),
            (Err(revert), Ok(_)) => panic!("{} reverted with {revert:?}; the rules allow it", C::SIGNATURE),
        }
    }

    fn open(&mut self, trader: Address) {
        let side = if self.rng.random() { LONG } else { SHORT };
        let notional = self.amount(60_000) * 1_000_000_000_000_000_000;
        let leverage = if self.rng.random() { 9 } else { self.rng.random_range(1..11) };
        let margin = notional / 1_000_000_000_000 / leverage;
        let adds = self.rng.random_range(0..3) > 0;
        self.trade(trader, side, if adds { margin } else { 0 }, notional);
    }

    /// What keeps a mark near its index: somebody with money who trades the difference away.
    fn toward_index(&mut self, trader: Address) {
        let m = self.s.market();
        let side = if m.spotPrice < m.indexPrice { LONG } else { SHORT };
        let off = small(m.spotPrice.abs_diff(m.indexPrice)) * 50_000;
        let notional = off.min(230_000_000_000_000_000_000_000);
        self.trade(trader, side, notional / 1_000_000_000_000 / 7, notional);
    }

    fn trade(&mut self, trader: Address, side: u8, margin: u128, notional: u128) {
        let (market, now) = (self.s.market, self.s.backend.now());
        let base_limit = if side == LONG { self.rng.random_range(0..2) } else { 0 };
        let order = OpenOrder {
            side: if side == LONG { Side::Long } else { Side::Short },
            margin,
            notional,
            base_limit,
            max_fee: u128::MAX,
            deadline: now,
        };
        let (amount, value) = (U256::from(margin), U256::from(notional));
        let preview = self.s.view(previewOpenPositionCall {
            marketId: market,
            account: trader,
            side,
            margin: amount,
            notional: value,
            baseLimit: U256::from(base_limit),
            maxFee: NO_LIMIT,
        });
        let before = self.model.position(trader);
        let ruled = self.model.apply(&self.s, trader, |m, p, c| trade::open(m, p, c, &order));
        self.check_preview(trader, &preview, &ruled);
        let call = openPositionCall {
            baseLimit: U256::from(base_limit),
            deadline: U256::from(now),
            ..self.s.open_call(side, amount, value)
        };
        if let Some((done, fill)) = self.both(trader, call, ruled) {
            assert_eq!(done.returned.exchangedBase, I256::try_from(fill.base).unwrap());
            assert_eq!(done.returned.fee, U256::from(fill.fee));
            let grows = before.size == 0 || (before.size > 0) == (fill.base > 0);
            *(if grows { &mut self.done.opened } else { &mut self.done.reduced }) += 1;
        }
    }

    fn close(&mut self, trader: Address) {
        let (market, now) = (self.s.market, self.s.backend.now());
        let whole = self.model.position(trader).size.unsigned_abs();
        let size = match self.rng.random_range(0..4) {
            0 => whole / 2,
            1 => self.rng.random_range(0..=whole),
            _ => u128::MAX,
        };
        let order = CloseOrder { base: size, quote_limit: 0, max_fee: u128::MAX, deadline: now };
        let preview = self.s.view(previewClosePositionCall {
            marketId: market,
            account: trader,
            size: U256::from(size),
            quoteLimit: U256::ZERO,
            maxFee: NO_LIMIT,
        });
        let ruled = self.model.apply(&self.s, trader, |m, p, c| trade::close(m, p, c, &order));
        self.check_preview(trader, &preview, &ruled);
        let call = self.s.close_call(U256::from(size));
        if let Some((done, fill)) = self.both(trader, call, ruled) {
            assert_eq!(done.returned.exchangedNotional, U256::from(fill.notional));
            assert_eq!(done.returned.realizedPnl, I256::try_from(fill.realized_pnl).unwrap());
            self.done.closed += 1;
        }
    }

    /// A preview is what happens, or the bytes of the refusal.
    fn check_preview(&self, trader: Address, preview: &Preview, ruled: &Rule<Fill>) {
        match ruled {
            Ok(fill) => {
                let p = self.model.position(trader);
                let expected = Preview {
                    exchangedBase: I256::try_from(fill.base).unwrap(),
                    exchangedNotional: U256::from(fill.notional),
                    fee: U256::from(fill.fee),
                    realizedPnl: I256::try_from(fill.realized_pnl).unwrap(),
                    fundingPayment: I256::try_from(fill.funding).unwrap(),
                    ..self.left(p)
                };
                assert_eq!(*preview, expected);
            }
            Err(error) => assert_eq!(preview.errorData.to_vec(), revert_of(error.clone())),
        }
    }

    fn add(&mut self, trader: Address) {
        let amount = self.amount(5_000_000_000);
        let ruled = self.model.apply_raw(trader, |m, p| margin::add(m, p, amount));
        let call = addMarginCall { marketId: self.s.market, amount: U256::from(amount) };
        let wallet = self.s.balance(trader);
        if self.both(trader, call, ruled).is_some() {
            assert_eq!(self.s.balance(trader), wallet - U256::from(amount));
        }
    }

    fn remove(&mut self, trader: Address) {
        let p = self.model.position(trader);
        let most = if p.size == 0 { p.margin } else { p.margin / 2 };
        let amount = if self.rng.random() { most } else { self.rng.random_range(0..=p.margin + 1) };
        let preview = self.s.view(previewRemoveMarginCall {
            marketId: self.s.market,
            account: trader,
            amount: U256::from(amount),
        });
        let ruled = self.model.apply(&self.s, trader, |m, p, c| margin::remove(m, p, c, amount));
        match &ruled {
            Ok(funding) => {
                assert_eq!(preview.fundingPayment, I256::try_from(*funding).unwrap());
                assert_eq!(small(preview.margin), self.model.position(trader).margin);
            }
            Err(error) => assert_eq!(preview.errorData.to_vec(), revert_of(error.clone())),
        }
        let recipient = account("recipient");
        let wallet = self.s.balance(recipient);
        let call = removeMarginCall { marketId: self.s.market, amount: U256::from(amount), recipient };
        if self.both(trader, call, ruled).is_some() {
            assert_eq!(self.s.balance(recipient), wallet + U256::from(amount));
        }
    }

    fn liquidate_any(&mut self, trader: Address) {
        let may = self.model.liquidatable(&self.s, trader);
        assert_eq!(may, self.liquidate(trader), "the view and the liquidation disagree");
    }

    fn liquidate_all(&mut self) {
        let list = liquidatableCall { marketId: self.s.market, from: U256::ZERO, count: U256::MAX };
        for trader in self.s.view(list).accounts {
            // Each liquidation moves the curve for the next: never the price that decides, but the one it settles at.
            let fair = self.mark_is_fair(trader);
            let done = self.liquidate(trader);
            // With a window, what the one before has left of it may be too little.
            if self.model.params.impact_window == 0 {
                assert_eq!(done, fair, "a listed account could not be liquidated");
            }
        }
    }

    /// Liquidation waits while the curve is out of line with the oracle, against the position.
    fn mark_is_fair(&self, trader: Address) -> bool {
        let m = self.s.market();
        let allowed = m.indexPrice * U256::from(self.model.params.max_divergence_ppm) / U256::from(1_000_000);
        let against = if self.model.position(trader).size > 0 {
            m.indexPrice.saturating_sub(m.spotPrice)
        } else {
            m.spotPrice.saturating_sub(m.indexPrice)
        };
        against <= allowed
    }

    fn liquidate(&mut self, trader: Address) -> bool {
        let keeper = self.keepers[self.rng.random_range(0..self.keepers.len())];
        let preview = self.s.view(previewLiquidateCall {
            marketId: self.s.market,
            account: trader,
            quoteLimit: U256::ZERO,
            insurance: U256::MAX,
        });
        let order = self.liquidation_order();
        let ruled = self.model.apply(&self.s, trader, |m, p, c| liquidation::liquidate(m, p, c, &order));
        self.check_liquidation_preview(trader, &preview, &ruled);
        let call = self.s.liquidate_call(trader);
        let before = self.model.insured;
        if let Ok(report) = &mut ruled.clone() {
            self.conclude(keeper, trader, report);
        }
        let Some((done, report)) = self.both(keeper, call, ruled) else { return false };
        assert_eq!(done.returned.exchangedBase, I256::try_from(report.base).unwrap());
        assert_eq!(small(done.returned.reward), report.keeper_reward);
        assert_eq!(small(done.returned.shortfall), report.shortfall.amount);
        self.done.liquidated += 1;
        self.done.draws += u32::from(self.model.insured < before);
        self.check_fund(trader);
        true
    }

    /// A keeper without a limit; the fund is asked for whatever is missing, and says what it pays.
    fn liquidation_order(&self) -> LiquidationOrder {
        LiquidationOrder { quote_limit: 0, insurance_available: u128::MAX }
    }

    /// What comes after the rule: the reward, the fund, the deficit ledger.
    fn conclude(&mut self, keeper: Address, trader: Address, report: &mut Liquidation) {
        *self.model.rewards.entry(keeper).or_default() += report.keeper_reward;
        self.model.recover(trader, &mut report.shortfall, self.s.backend.now());
        self.done.bad_debts += u32::from(report.shortfall.uncovered() > 0);
    }

    /// A preview is what happens, or the bytes of the refusal.
    fn check_liquidation_preview(&self, trader: Address, preview: &Preview, ruled: &Rule<Liquidation>) {
        let report = match ruled {
            Ok(report) => report,
            Err(error) => return assert_eq!(preview.errorData.to_vec(), revert_of(error.clone())),
        };
        let p = self.model.position(trader);
        let expected = Preview {
            exchangedBase: I256::try_from(report.base).unwrap(),
            exchangedNotional: U256::from(report.notional),
            fee: U256::from(report.penalty),
            realizedPnl: I256::try_from(report.realized_pnl).unwrap(),
            fundingPayment: I256::try_from(report.funding).unwrap(),
            keeperReward: U256::from(report.keeper_reward),
            shortfall: U256::from(report.shortfall.amount),
            ..self.left(p)
        };
        assert_eq!(*preview, expected);
    }

    /// What a preview says is left.
    fn left(&self, p: Position) -> Preview {
        Preview {
            size: I256::try_from(p.size).unwrap(),
            openNotional: U256::from(p.open_notional),
            margin: U256::from(p.margin),
            claim: U256::from(p.claim),
            spotPrice: U256::from(self.model.market.curve.spot().unwrap()),
            ..Preview::default()
        }
    }

    fn offer(&mut self, trader: Address) {
        let fallen =
            self.model.list.iter().copied().find(|account| self.model.liquidatable(&self.s, *account));
        let trader = fallen.unwrap_or(trader);
        let ruled = self.model.apply(&self.s, trader, liquidation::start_takeover);
        let call = self.s.start_takeover_call(trader);
        if let Some((done, start)) = self.both(self.keepers[1], call, ruled) {
            assert_eq!(small(done.returned), u128::from(start));
            self.done.offered += 1;
        }
    }

    /// Somebody who is on offer, if anybody is.
    fn on_offer(&self, otherwise: Address) -> Address {
        let offered = |account: &Address| self.model.position(*account).takeover_start != 0;
        self.model.list.iter().copied().find(offered).unwrap_or(otherwise)
    }

    fn take(&mut self, taker: Address) {
        let trader = self.on_offer(self.traders[0]);
        if trader == taker {
            return;
        }
        if self.rng.random() {
            self.s.warp(self.rng.random_range(0..400));
        }
        let whole = self.model.position(trader).size.unsigned_abs();
        let base = if self.rng.random() { u128::MAX } else { self.rng.random_range(0..=whole) };
        // A fifth of what it is worth at a hundred.
        let margin = whole / 1_000_000_000_000 * 20;
        let order = TakeoverOrder { base, margin, price_limit: 0, insurance_available: u128::MAX };
        let ruled = self.model.apply_two(&self.s, [trader, taker], |market, [from, to], context| {
            liquidation::take_over(market, from, to, context, &order)
        });
        let call = self.s.take_over_call(trader, U256::from(base), U256::from(margin));
        self.concluded(taker, trader, call, ruled, |done, report| {
            assert_eq!(done.takenBase, -I256::try_from(report.base).unwrap());
            assert_eq!(small(done.notional), report.notional);
            assert_eq!(small(done.reward), report.keeper_reward);
        })
        .then(|| self.done.taken += 1);
    }

    fn deleverage(&mut self, trader: Address) {
        let trader = self.on_offer(trader);
        if self.rng.random_range(0..3) > 0 {
            self.s.warp(self.rng.random_range(0..700));
        }
        let Some(side) = self.model.position(trader).side() else { return };
        let side = side.opposite();
        let whole = self.model.position(trader).size.unsigned_abs();
        let base = if self.rng.random() { u128::MAX } else { self.rng.random_range(0..=whole) };
        let mut index = self.model.index(side, self.model.market.epoch(side));
        let ruled = self
            .model
            .apply(&self.s, trader, |m, p, c| deleverage::deleverage(m, p, c, &mut index, base, u128::MAX));
        if ruled.is_ok() {
            self.model.record_index(side, index);
        }
        let call = self.s.deleverage_call(trader, U256::from(base));
        let keeper = self.keepers[0];
        self.concluded(keeper, trader, call, ruled, |done, report| {
            assert_eq!(done.exchangedBase, I256::try_from(report.base).unwrap());
            assert_eq!(small(done.reward), report.keeper_reward);
            assert_eq!(small(done.shortfall), report.shortfall.amount);
        })
        .then(|| self.done.deleveraged += 1);
    }

    /// A way out of a position that the rules have taken, and what follows it.
    fn concluded<C: SolCall>(
        &mut self,
        keeper: Address,
        trader: Address,
        call: C,
        ruled: Rule<Liquidation>,
        same: impl FnOnce(&C::Return, &Liquidation),
    ) -> bool {
        if let Ok(report) = &mut ruled.clone() {
            self.conclude(keeper, trader, report);
        }
        let Some((done, report)) = self.both(keeper, call, ruled) else { return false };
        same(&done.returned, &report);
        self.check_fund(trader);
        true
    }

    /// Some accounts at once; who cannot be liquidated is passed over, for the reason the rules have.
    fn batch(&mut self) {
        let keeper = self.keepers[0];
        let mut traders: Vec<Address> = (0..5).map(|_| self.trader()).collect();
        traders.push(account("nobody"));
        let order = self.liquidation_order();
        for trader in &traders {
            self.model.catch_up(&self.s, *trader);
        }
        let (mut results, mut reports) = (Vec::new(), Vec::new());
        for trader in &traders {
            let ruled = self.model.apply(&self.s, *trader, |m, p, c| liquidation::liquidate(m, p, c, &order));
            results.push(match ruled {
                Ok(report) => {
                    reports.push((*trader, report));
                    [0; 4]
                }
                Err(error) => revert_of(error)[..4].try_into().unwrap(),
            });
        }
        let reward: u128 = reports.iter().map(|(_, report)| report.keeper_reward).sum();
        for (trader, report) in &mut reports {
            self.conclude(keeper, *trader, report);
        }
        let call = self.s.batch_call(&traders);
        let (done, ()) = self.both(keeper, call, Ok(())).expect("a batch is not refused");
        assert_eq!(done.returned.results.iter().map(|one| one.0).collect::<Vec<_>>(), results);
        assert_eq!(small(done.returned.reward), reward);
        self.done.batches += u32::from(!reports.is_empty());
    }

    fn repeg(&mut self) {
        let last = self.model.last_repeg;
        let ruled = self.model.apply(&self.s, account("nobody"), |m, _, c| depth::repeg(m, c, last));
        let call = repegCall { marketId: self.s.market };
        if let Some((done, change)) = self.both(account("anybody"), call, ruled) {
            assert_eq!(done.returned, I256::try_from(change.cost).unwrap());
            self.model.last_repeg = self.s.backend.now();
            self.done.repegs += 1;
        }
    }

    fn adjust_depth(&mut self) {
        let last = self.model.last_depth;
        let ruled = self.model.apply(&self.s, account("nobody"), |m, _, c| depth::adjust_depth(m, c, last));
        let call = adjustDepthCall { marketId: self.s.market };
        if let Some((done, change)) = self.both(account("anybody"), call, ruled) {
            assert_eq!(done.returned, I256::try_from(change.cost).unwrap());
            self.model.last_depth = self.s.backend.now();
            self.done.depths += 1;
        }
    }

    fn catch_up(&mut self, trader: Address) {
        let behind = self.model.is_behind(trader);
        self.model.catch_up(&self.s, trader);
        let call = catchUpCall { marketId: self.s.market, trader };
        let (done, ()) = self.both(account("anybody"), call, Ok(())).expect("nothing refuses it");
        assert_eq!(done.events::<PositionDeleveraged>().len(), usize::from(behind));
        self.done.caught_up += u32::from(behind);
    }

    fn recapitalize(&mut self) {
        let amount = self.amount(500_000_000);
        let ledger = &mut self.model.market.ledger;
        let ruled = losses::recapitalize(ledger, &mut self.model.losses, amount);
        let call = recapitalizeCall { marketId: self.s.market, amount: U256::from(amount) };
        let payer = self.traders[0];
        if let Some((done, taken)) = self.both(payer, call, ruled) {
            assert_eq!(small(done.returned), taken);
        }
    }

    fn allocate(&mut self) {
        let by_ledger = self.rng.random();
        let (stranger, now) = (account("stranger"), self.s.backend.now());
        let Some(caller) = self.ledger.map(|ledger| if by_ledger { ledger } else { stranger }) else {
            return;
        };
        let ledger = &mut self.model.market.ledger;
        let ruled = losses::allocate(ledger, &mut self.model.losses, by_ledger, now);
        let call = allocateDeficitCall { marketId: self.s.market };
        if let Some((done, moved)) = self.both(caller, call, ruled) {
            assert_eq!(small(done.returned), moved);
            self.done.deficits += 1;
        }
    }

    fn reduce_only(&mut self) {
        let status = &mut self.model.market.status;
        let reduce_only = !status.reduce_only && self.rng.random_range(0..3) == 0;
        status.reduce_only = reduce_only;
        let (owner, market) = (self.s.owner, self.s.market);
        let done = self.s.must(owner, setReduceOnlyCall { marketId: market, reduceOnly: reduce_only });
        self.told.take(self.s.house, market, &done.logs);
    }

    fn settle(&mut self) {
        let anybody = account("anybody");
        let ruled = self.model.apply(&self.s, anybody, |m, _, c| everfloor_perp_rules::funding::accrue(m, c));
        let call = settleFundingCall { marketId: self.s.market };
        self.both(anybody, call, ruled);
        self.told.assert_market(&self.s, true);
    }

    fn realize(&mut self, trader: Address) {
        let ruled = self.model.apply(&self.s, trader, margin::realize_loss);
        let call = realizeLossCall { marketId: self.s.market, trader };
        if let Some((done, moved)) = self.both(account("anybody"), call, ruled) {
            assert_eq!((small(done.returned.loss), small(done.returned.fundingPayment)), moved);
            self.done.realized += 1;
        }
    }

    fn claim(&mut self, trader: Address) {
        // Somebody who waits, if anybody does.
        let waiting = self.traders.iter().copied().find(|trader| self.model.position(*trader).claim > 0);
        let trader = waiting.unwrap_or(trader);
        let waits = self.model.position(trader).claim;
        let amount = if self.rng.random() { waits } else { self.rng.random_range(0..=waits + 1) };
        let ruled = self.model.apply_raw(trader, |m, p| margin::claim_profit(m, p, amount, 0));
        let call =
            claimProfitCall { marketId: self.s.market, amount: U256::from(amount), minPayout: U256::ZERO };
        if let Some((done, payout)) = self.both(trader, call, ruled) {
            assert_eq!(small(done.returned), payout);
            self.done.claimed += 1;
            self.done.haircuts += u32::from(payout < amount);
        }
    }

    fn pay_insurance(&mut self) {
        let due = core::mem::take(&mut self.model.market.ledger.insurance_due);
        let call = payInsuranceCall { marketId: self.s.market };
        let market = self.s.market;
        match self.s.send(account("anybody"), call) {
            Ok(done) => {
                assert_eq!(small(done.returned), due);
                self.told.take(self.s.house, market, &done.logs);
                self.model.insured += due;
            }
            Err(revert) => assert!(due == 0 && revert.decode::<NothingToPay>().is_some(), "{revert:?}"),
        }
        self.check_fund(account("anybody"));
    }

    fn withdraw_reward(&mut self) {
        let keeper = self.keepers[0];
        let reward = self.model.rewards.remove(&keeper).unwrap_or_default();
        match self.s.send(keeper, withdrawRewardCall { recipient: keeper }) {
            Ok(done) => assert_eq!(small(done.returned), reward),
            Err(revert) => assert!(reward == 0 && revert.decode::<NothingToPay>().is_some(), "{revert:?}"),
        }
    }

    fn insure(&mut self) {
        let (market, amount) = (self.s.market, self.rng.random_range(1..3_000_000_000_u128));
        self.s.insure(market, U256::from(amount));
        self.model.insured += amount;
        // And somebody sends the clearing house a token that is nobody's: out again at once, as if never sent.
        let (token, fund) = (self.s.token, self.s.fund);
        let raw = TestDollar::transferCall { to: fund, value: U256::ZERO }.abi_encode();
        self.s.backend.send(account("donor"), token, U256::ZERO, raw).unwrap();
    }

    fn pause(&mut self) {
        let status = &mut self.model.market.status;
        let paused = !status.paused && self.rng.random_range(0..3) == 0;
        let now = self.s.backend.now();
        // One grace a day.
        if status.paused && !paused && now >= self.model.resumed_at + 86_400 {
            self.model.resumed_at = now;
        }
        status.paused = paused;
        let (owner, market) = (self.s.owner, self.s.market);
        let done = self.s.must(owner, setOpeningPausedCall { marketId: market, paused });
        self.told.take(self.s.house, market, &done.logs);
    }

    fn pass_time(&mut self) {
        let seconds = match self.rng.random_range(0..4) {
            0 => 1,
            1 => self.rng.random_range(1..86_400),
            _ => self.rng.random_range(1..3_600),
        };
        self.s.warp(seconds);
    }

    fn move_price(&mut self) {
        let most = if self.rng.random_range(0..5) == 0 { 300 } else { 60 };
        let factor = self.rng.random_range(1_000 - most..=1_000 + most);
        self.price = (self.price * factor / 1_000).clamp(6_000, 17_000);
        self.s.set_price(wad(self.price) / U256::from(100));
    }

    /// What liquidations are for: some are fully leveraged, the price jumps, the mark follows, keepers come.
    fn crash(&mut self) {
        for _ in 0..3 {
            let trader = self.trader();
            let notional = self.rng.random_range(5_000..50_000) * 1_000_000_000_000_000_000;
            let side = if self.rng.random() { LONG } else { SHORT };
            self.trade(trader, side, notional / 9_000_000_000_000, notional);
        }
        let factor = if self.rng.random() {
            self.rng.random_range(750..900)
        } else {
            self.rng.random_range(1_100..1_250)
        };
        self.price = (self.price * factor / 1_000).clamp(6_000, 17_000);
        self.s.set_price(wad(self.price) / U256::from(100));
        if self.rng.random_range(0..3) > 0 {
            return self.auction();
        }
        for _ in 0..8 {
            self.toward_index(self.traders[0]);
        }
        self.s.warp(1_000);
        self.liquidate_all();
    }

    /// The curve has not followed yet: those who fell are offered, taken, and what is left closed against the other side.
    fn auction(&mut self) {
        let list = liquidatableCall { marketId: self.s.market, from: U256::ZERO, count: U256::MAX };
        for trader in self.s.view(list).accounts {
            self.offer(trader);
            for _ in 0..self.rng.random_range(1..4) {
                let taker = self.trader();
                self.take(taker);
            }
            if self.rng.random() {
                self.s.warp(self.rng.random_range(300..700));
                self.deleverage(trader);
            }
            let anybody = self.trader();
            self.catch_up(anybody);
        }
    }

    // ---- checks ----

    fn check_fund(&self, owner: Address) {
        let market = self.s.market;
        let held = self.s.ask(self.s.fund, InsuranceFund::balanceOfMarketCall { marketId: market }).unwrap();
        assert_eq!(small(held), self.model.insured);
        let drawn = self.s.ask(self.s.fund, InsuranceFund::drawnByCall { marketId: market, owner }).unwrap();
        assert_eq!(small(drawn), self.model.drawn.get(&owner).copied().unwrap_or_default());
    }

    fn check_lists(&mut self) {
        let page = self.rng.random_range(1..TRADERS as u64 + 2);
        assert_eq!(self.s.accounts(page), self.model.list, "the list of accounts");
        let list = liquidatableCall { marketId: self.s.market, from: U256::ZERO, count: U256::MAX };
        let expected: Vec<Address> = self
            .model
            .list
            .iter()
            .copied()
            .filter(|trader| self.model.liquidatable(&self.s, *trader))
            .collect();
        assert_eq!(self.s.view(list).accounts, expected, "the list of those who can be liquidated");
        for trader in self.traders.clone() {
            self.model.assert_position(&self.s, trader);
            self.told.assert_position(&self.s, trader);
        }
    }

    /// Everybody leaves as far as they can; whoever is flat takes all of his principal out.
    fn wind_down(&mut self) {
        for trader in self.traders.clone() {
            if self.model.liquidatable(&self.s, trader) {
                self.liquidate(trader);
            }
        }
        for trader in self.traders.clone() {
            if self.model.position(trader).size != 0 {
                self.close_whole(trader);
            }
        }
        for trader in self.traders.clone() {
            let p = self.model.position(trader);
            if p.size == 0 && p.claim > 0 {
                let ruled = self.model.apply_raw(trader, |m, p| margin::claim_profit(m, p, p.claim, 0));
                let call = claimProfitCall {
                    marketId: self.s.market,
                    amount: U256::from(p.claim),
                    minPayout: U256::ZERO,
                };
                // It is paid its share, unless a deficit waits for its ledger.
                let gated = self.s.market().money.deficit > U256::ZERO;
                assert_eq!(self.both(trader, call, ruled).is_none(), gated, "a claim of a flat account");
            }
            let p = self.model.position(trader);
            if p.size == 0 && p.margin > 0 {
                let amount = p.margin;
                let ruled = self.model.apply(&self.s, trader, |m, p, c| margin::remove(m, p, c, amount));
                let call = removeMarginCall {
                    marketId: self.s.market,
                    amount: U256::from(amount),
                    recipient: trader,
                };
                self.both(trader, call, ruled).expect("principal of a flat account is paid");
            }
        }
        self.check_lists();
        self.model.assert_market(&self.s);
    }

    fn close_whole(&mut self, trader: Address) {
        let deadline = self.s.backend.now();
        let order = CloseOrder { base: u128::MAX, quote_limit: 0, max_fee: u128::MAX, deadline };
        let ruled = self.model.apply(&self.s, trader, |m, p, c| trade::close(m, p, c, &order));
        let call = self.s.close_call(U256::MAX);
        self.both(trader, call, ruled);
    }
}

/// A market in which all that a live one has is on.
fn lively() -> MarketParams {
    let mut params = System::<Native>::live_params();
    (params.trading.maxPriceImpactPpm, params.trading.windowImpactPpm) = (40_000, 60_000);
    params.risk.targetDepth = wad(1_100_000);
    params
}

#[test]
fn thousands_of_operations_natively_stay_with_the_rules_the_events_and_the_tokens() {
    let seed = seed();
    let mut history = History::new(System::<Native>::new(), seed, System::<Native>::params(), false);
    history.run(12_000);
    let done = &history.done;
    println!("{done:?}");
    assert!(done.opened > 300 && done.closed > 100 && done.reduced > 50 && done.refused > 100, "{done:?}");
    assert!(done.liquidated > 15 && done.claimed > 3, "{done:?}");
}

#[test]
fn thousands_of_operations_in_a_live_market_stay_with_the_rules_the_events_and_the_tokens() {
    let seed = seed();
    // Several, because one may end with a deficit that nobody pays, or a mark that nobody can move.
    let done = (0..8).fold(Tally::default(), |done, number| {
        let mut history = History::new(System::<Native>::new(), seed.wrapping_add(number), lively(), true);
        history.run(3_000);
        done.and(&history.done)
    });
    println!("{done:?}");
    assert!(done.opened > 300 && done.closed > 100 && done.reduced > 50, "{done:?}");
    assert!(done.liquidated + done.batches > 15 && done.repegs > 5 && done.depths > 1, "{done:?}");
    assert!(done.offered > 15 && done.taken > 5, "{done:?}");
}

#[test]
fn hundreds_of_operations_on_wasm_stay_with_the_rules_the_events_and_the_tokens() {
    let seed = seed();
    for (params, with_ledger) in [(System::<Wasm>::params(), false), (lively(), true)] {
        let enough = |done: &Tally| done.opened > 10 && done.closed > 5;
        // Four, and more where they have been too quiet.
        let done = (0..16).fold(Tally::default(), |done, number| {
            if number >= 4 && enough(&done) {
                return done;
            }
            let seed = seed.wrapping_add(number);
            let mut history = History::new(System::<Wasm>::new(), seed, params.clone(), with_ledger);
            history.run(100);
            done.and(&history.done)
        });
        println!("{done:?}");
        assert!(enough(&done), "{done:?}");
    }
}
