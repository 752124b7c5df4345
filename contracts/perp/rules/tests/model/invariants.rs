//! What must hold after every action: the study's I1 to I10, each with its exact statement and its bound.

use everfloor_perp_rules::{
    Position, Side, deleverage, liquidation, liquidation::Liquidation, margin, position::Valuation,
};

use crate::{
    action::{Action, TRADERS},
    house::{House, Outcome},
    int::{Int, ZERO, int, wad},
    market::{Error, FINE, Model, place},
};

/// An action that worked, with both sides before and after it.
pub struct Step<'a> {
    pub action: &'a Action,
    pub outcome: &'a Outcome,
    /// The rules before it, with clocks and accounts brought to now.
    pub ready: &'a House,
    pub before: (&'a House, &'a Model),
    pub after: (&'a House, &'a Model),
}

pub fn check(step: &Step<'_>) {
    let (house, model) = step.after;
    same_market(house, model);
    same_accounts(house, model);
    tokens_are_somebodys(house, model);
    sizes_add_up(step);
    entries_add_up(model);
    funding_is_paid_before_it_is_received(step);
    others_keep_what_they_have(step);
    liquidation_costs_what_it_says(step);
    risk_is_margined(step);
    decisions_change_no_claim(step);
    rounding_favours_the_pool(step);
    depth_only_changes_when_told(step);
    liquidation_keeps_its_bounds(step);
    the_liquidation_price_is_where_the_margin_ends(step);
    realizing_a_loss_keeps_equity(step);
    the_end_is_frozen(step);
}

/// The model has the same market, to the last unit.
fn same_market(house: &House, model: &Model) {
    let (market, curve) = (&house.market, &model.curve);
    let [base, quote, peg] = [market.curve.base, market.curve.quote, market.curve.peg].map(int);
    assert_eq!((base, quote, peg), (curve.base, curve.quote, curve.peg), "curve");
    assert_eq!([market.long_size, market.short_size].map(int), model.open, "open interest");
    assert_eq!(int(market.drift_ppm), model.drift, "drift");
    assert_eq!(market.epochs.map(u64::from), model.epochs, "epochs");
    assert_eq!(market.status, model.status, "status");
    assert_eq!(market.ledger.gated, model.gated(), "gate");
    let (ledger, losses) = (&market.ledger, &house.losses);
    assert_eq!(
        [ledger.principal, ledger.pool, ledger.claims, ledger.fees, ledger.insurance_due].map(int),
        [model.principal(), model.pool, model.claims(), model.fees, model.due],
        "principal, pool, claims, fees, insurance due"
    );
    assert_eq!([losses.bad_debt, losses.deficit].map(int), [model.bad_debt, model.deficit], "losses");
    assert_eq!(losses.deficit_since, model.deficit_since, "deficit since");
    let frozen = [house.settlement.price, house.settlement.pool, house.settlement.claims].map(int);
    assert_eq!(frozen, [model.frozen.0, model.frozen.1, model.frozen.2], "settlement");
}

/// The model has the same accounts, to the last unit.
fn same_accounts(house: &House, model: &Model) {
    for (who, (position, account)) in house.positions.iter().zip(&model.accounts).enumerate() {
        assert_eq!(
            (int(position.size), int(position.open_notional), int(position.margin), int(position.claim)),
            (account.size, account.entry, account.margin, account.claim),
            "size, entry, margin, claim of {who}"
        );
        assert_eq!(position.takeover_start, account.auction, "auction of {who}");
    }
}

/// I1: the tokens held are the sum of the ledgers, and what came in less what went out.
fn tokens_are_somebodys(house: &House, model: &Model) {
    let ledger = &house.market.ledger;
    let held = int(ledger.principal) + ledger.pool + ledger.fees + ledger.insurance_due;
    assert_eq!(held, model.tokens, "I1: tokens held");
    assert_eq!(int(ledger.total().expect("a sum")), held, "I1: the ledgers' own sum");
    let margins: Int = house.positions.iter().map(|position| int(position.margin)).sum();
    assert_eq!(int(ledger.principal), margins, "I1: principal is the sum of margins");
}

/// I2: each side is the sum of its accounts and the dust that deleveraging left, and the curve stands against what one
/// side exceeds the other by.
fn sizes_add_up(step: &Step<'_>) {
    let model = step.after.1;
    for side in [Side::Long, Side::Short] {
        let owned: Int = model
            .accounts
            .iter()
            .filter(|account| account.side() == Some(side))
            .map(|account| account.left())
            .sum();
        let sum = owned + model.dust[place(side)];
        let off = (model.open[place(side)] * FINE - sum).abs();
        // Each deleveraging cuts a fraction of this model's per account.
        let cut = int(TRADERS as u64 + 1) * model.epochs[place(side)];
        assert!(off <= cut, "I2: {side:?} is {}, its accounts {sum}", model.open[place(side)]);
        assert!(model.dust[place(side)] >= -cut, "I2: more is owned than is open");
    }
    if matches!(step.action, Action::AdjustDepth | Action::Settle { .. }) {
        return;
    }
    let net = |model: &Model| model.open[0] - model.open[1] + model.curve.base;
    let (before, after) = (net(step.before.1), net(model));
    // What catching up rounds away stays in the totals.
    assert_eq!(before, after, "I2: the curve stands against the net size");
}

/// I3: entries, signed, are what was exchanged with the curve and what was realised; exact but for what deleveraging
/// rounds, which is bounded where it happens. The reserve has moved by what was exchanged at the peg of the time, to
/// the curve's advantage, by less than a wei and the peg a swap.
fn entries_add_up(model: &Model) {
    let entries: Int = model.accounts.iter().map(|account| account.signed_entry()).sum();
    let exchanged = model.curve.paid * FINE + model.realized + model.rounded + model.settled;
    assert_eq!(entries, exchanged, "I3: entries");
    let kept = model.curve.paid * wad() - model.curve.moved;
    assert!(kept >= ZERO && kept <= model.curve.slack, "I3: the reserve and what was paid for it: {kept}");
}

/// I4: what was received is at most what was paid and what fees have added; what dust would have paid is the only
/// thing missing.
fn funding_is_paid_before_it_is_received(step: &Step<'_>) {
    let model = step.after.1;
    let paid = (model.funding + model.added) * model.scale * FINE + model.owed();
    assert!(paid >= -model.unowned - 1_000_000, "I4: {paid} wei more funding received than paid");
    let settled = model.funding - step.before.1.funding;
    let simple =
        step.action.who().is_some_and(|who| step.ready.positions[who] == step.before.0.positions[who]);
    if simple && !matches!(step.action, Action::TakeOver { .. }) {
        assert_eq!(int(step.outcome.funding), settled, "funding reported");
    }
}

/// I5: nobody else's account changes. What deleveraging takes of the other side, at the oracle's price, leaves the
/// equity at that price what it was, but for roundings.
fn others_keep_what_they_have(step: &Step<'_>) {
    let touched = step.action.accounts();
    let others = (0..TRADERS).filter(|who| !touched.contains(who));
    for who in others {
        let (was, is) = (&step.before.0.positions[who], &step.after.0.positions[who]);
        assert_eq!(was, is, "I5: account {who} was changed by another's action");
        if matches!(step.action, Action::Deleverage { .. }) {
            deleveraging_is_fair(step, who);
        }
        if matches!(step.action, Action::Claim { .. } | Action::Redeem { .. }) {
            let worth = |house: &House| house.market.ledger.worth_of(was.claim).expect("a share");
            assert!(worth(step.after.0) >= worth(step.before.0), "I5: {who}'s claim is worth less");
        }
    }
}

fn deleveraging_is_fair(step: &Step<'_>, who: usize) {
    let Some(given) = step.after.1.accounts[who].given else { return };
    let equity = |house: &House| {
        let mut house = house.clone();
        // What nobody has paid of its loss is given up.
        let unpaid = house.load(who).map_or(0, |caught| caught.unpaid);
        house.accrue().expect("clocks that run");
        int(at_price(&house, &house.positions[who], house.oracle.price).equity) - unpaid
    };
    let error = Error::of(&given, step.after.1.accounts[who].base());
    let scale = step.after.1.scale;
    // Profit and funding are each rounded once more than without; before it, they were rounded, too.
    let most =
        int(4) + ((error.base * step.after.0.oracle.price).up(wad()) + error.value + error.funding).up(scale);
    let off = equity(step.after.0) - equity(step.before.0);
    assert!(off.abs() <= most, "I5: deleveraging changed equity by {off}, at most {most}: {given:?}");
}

fn at_price(house: &House, position: &Position, price: u128) -> Valuation {
    let context = House::context(&house.params, house.oracle, house.scale, house.now, house.resumed_at);
    Valuation::at_price(&house.market, position, &context, price).expect("a value")
}

/// I6: at the neutral price from before, a liquidation changes equity by the penalty, by how much worse or better than
/// that price the exchange was, and by what others paid; and it lowers equity less requirement by no more than how much
/// worse the exchange was (with the penalty on that much, for a short, who pays more notional then), three units of
/// rounding aside: the requirement that goes with the size is never below the penalty.
fn liquidation_costs_what_it_says(step: &Step<'_>) {
    let (Some(report), Some(who)) = (step.outcome.liquidation, step.action.who()) else { return };
    let neutral = price_of(step);
    let scale = step.after.1.scale;
    let [was, is] = [step.ready, step.after.0]
        .map(|house| equity_and_requirement(house, &house.positions[who], neutral, step));
    let worse = worse_than(&report, neutral, step.ready.positions[who].size > 0);
    let explained = was.0 - is.0 + report.shortfall.amount - report.penalty;
    let off = explained - worse.down(scale);
    assert!(off.abs() <= int(3), "I6: equity fell by {explained} more, the price explains {worse} wei");

    let fell = (was.0 - was.1) - (is.0 - is.1);
    let bound = worse.max(ZERO);
    let bound = bound + (bound * step.after.0.params.liquidation_penalty_ppm).up(1_000_000_u128);
    let others = int(report.shortfall.amount);
    assert!(fell + others <= bound.up(scale) + 3, "I6: liquidation lowered the margin by {fell}");
}

fn price_of(step: &Step<'_>) -> u128 {
    let house = step.ready;
    let context = House::context(&house.params, house.oracle, house.scale, house.now, house.resumed_at);
    margin::neutral_price(&house.market, &context).expect("a price")
}

fn equity_and_requirement(house: &House, position: &Position, price: u128, step: &Step<'_>) -> (Int, Int) {
    let value = at_price(house, position, price);
    let share = int(step.after.0.params.maintenance_margin_ppm);
    let required = (int(value.notional) * share).up(int(1_000_000_u128) * step.after.1.scale);
    (int(value.equity), required)
}

/// By how much the exchange was worse than the neutral price, wei.
fn worse_than(report: &Liquidation, neutral: u128, long: bool) -> Int {
    let fair = (int(report.base.unsigned_abs()) * neutral).down(wad());
    if long { fair - report.notional } else { int(report.notional) - fair }
}

/// I7: who took on risk, or took margin out, has the initial margin, at the exit and at the neutral price.
fn risk_is_margined(step: &Step<'_>) {
    let who = match step.action {
        Action::TakeOver { taker, .. } => *taker,
        Action::Open { who, .. } => *who,
        Action::Remove { who, .. } => *who,
        _ => return,
    };
    let (was, is) = (step.ready.positions[who].size, step.after.0.positions[who].size);
    let turned = was.signum() * is.signum() < 0;
    let grew = is.unsigned_abs() > was.unsigned_abs() || turned;
    if is != 0 && (grew || matches!(step.action, Action::Remove { .. })) {
        let done = step.after.1.require_initial(who);
        assert!(done.is_ok(), "I7: {:?} left less than the initial margin", step.action);
    }
}

/// I9: status, parameters and the feed change nobody's money and no position.
fn decisions_change_no_claim(step: &Step<'_>) {
    let decided =
        matches!(step.action, Action::SetStatus { .. } | Action::ChangeParams { .. } | Action::Halt { .. });
    if decided {
        assert_eq!(step.before.0.positions, step.after.0.positions, "I9: positions");
        assert_eq!(step.ready.market.ledger, step.after.0.market.ledger, "I9: ledger");
        assert_eq!(step.ready.market.curve, step.after.0.market.curve, "I9: curve");
        assert_eq!(step.ready.market.funding, step.after.0.market.funding, "I9: funding");
    }
}

/// I10: what losers have paid and would have to pay, by closing now, covers what winners were and would be promised:
/// `pool + bad debt − claims + entries − exit of all + funding owed`. No action lowers it, and none raises it by more
/// than its roundings, but for what goes nowhere else: funding nobody receives, value that a change of the curve takes
/// from traders, and what a claim taken below its amount leaves.
fn rounding_favours_the_pool(step: &Step<'_>) {
    if matches!(step.action, Action::Halt { .. }) {
        return; // another price
    }
    let (before, after) = (step.before.1, step.after.1);
    let gained = surplus(after) - surplus(before) - due_to_nobody(step);
    // Fractions of the model, and what dust would have paid.
    let cut = int(1_000_000) * (after.epochs[0] + after.epochs[1] + 1) + after.unowned - before.unowned;
    assert!(gained >= -cut, "I10: {:?} lost the pool {gained} fine wei", step.action);
    let most = roundings(step) * FINE + cut;
    assert!(gained <= most, "I10: {:?} rounded {gained} fine wei, at most {most}", step.action);
}

fn surplus(model: &Model) -> Int {
    let entries: Int = model.accounts.iter().map(|account| account.signed_entry()).sum();
    let money = (model.pool + model.bad_debt + model.deficit - model.claims()) * model.scale * FINE;
    money + entries - model.rounded - exit_of_all(model) + model.owed()
}

/// What all would get by closing, exactly.
fn exit_of_all(model: &Model) -> Int {
    let net = model.open[0] - model.open[1];
    if model.status.halted {
        return (net * model.frozen.0 * FINE).down(wad());
    }
    let curve = &model.curve;
    (curve.quote * curve.peg * net * FINE).down(wad() * (curve.base + net))
}

/// What an action may raise the surplus by for good reason, fine.
fn due_to_nobody(step: &Step<'_>) -> Int {
    let (before, after) = (step.before.1, step.after.1);
    let unreceived = after.unreceived - before.unreceived;
    let forfeited = int(step.outcome.forfeited) * after.scale * FINE;
    unreceived
        + forfeited
        + match step.action {
            Action::Repeg | Action::AdjustDepth => (exit_of_all(before) - exit_of_all(after)).max(ZERO),
            // The first who is paid at the end brings the fees with him, and leaves what is nobody's to the insurance.
            Action::Redeem { .. } => (before.fees + before.due - after.fees - after.due) * after.scale * FINE,
            _ => ZERO,
        }
}

/// How far the roundings of one action can go, wei: profit, funding and a cost are each rounded by less than a unit, a
/// swap by a wei of base and one of virtual quote, funding by what its index cannot tell.
fn roundings(step: &Step<'_>) -> Int {
    let (before, after) = (step.before.1, step.after.1);
    let touched = step.action.accounts();
    let slack: Int = touched.iter().map(|who| after.accounts[*who].slack + before.accounts[*who].slack).sum();
    let given = touched.iter().filter_map(|who| {
        let account = &before.accounts[*who];
        Some(Error::of(&account.given?, account.base()).funding)
    });
    let accounts = before.accounts.iter().chain(&after.accounts);
    let spans = accounts.map(|account| (account.left() * 3).up(wad() * FINE) + 3);
    let units = after.scale * (4 * touched.len() as u64 + 1);
    units
        + slack
        + given.sum::<Int>()
        + spans.sum::<Int>()
        + (wei_of_reserves(before) + wei_of_reserves(after)) * 4
}

/// What a wei of either reserve is worth, at the price of now, of the oracle, or once all have closed, wei of quote.
fn wei_of_reserves(model: &Model) -> Int {
    let curve = &model.curve;
    // Nobody closes on the curve of a halted market.
    let net = if model.status.halted { ZERO } else { model.open[0] - model.open[1] };
    let at_the_end = curve.base + net;
    let price = curve.spot().max((curve.product() * curve.peg).up(at_the_end * at_the_end));
    let quote = curve.peg.max((curve.peg * curve.base).up(at_the_end));
    (price + quote + model.oracle.price).up(wad()) + 2
}

/// Swaps never lower the product of the reserves; only a change of depth scales them.
fn depth_only_changes_when_told(step: &Step<'_>) {
    let (before, after) = (&step.before.1.curve, &step.after.1.curve);
    match step.action {
        Action::AdjustDepth => {
            let (was, is) = (before.spot(), after.spot());
            // The quote is cut to a wei.
            let most = before.peg.up(after.base) + 1;
            assert!((was - is).abs() <= most, "a change of depth moved the mark from {was} to {is}");
        }
        Action::Repeg => assert_eq!(before.product(), after.product(), "a repeg moved reserves"),
        _ => {
            assert!(after.product() >= before.product(), "the product fell");
            assert_eq!(before.peg, after.peg, "the peg moved");
        }
    }
}

/// A slice keeps to what one trade and the window may move.
fn liquidation_keeps_its_bounds(step: &Step<'_>) {
    let Action::Liquidate { .. } = step.action else { return };
    let house = step.ready;
    let (was, is) = (step.before.1.curve.spot(), step.after.1.curve.spot());
    // The mark is floored, the quote cut to a wei.
    let moved = ((was - is).abs() - 1 - step.after.1.curve.peg.up(step.after.1.curve.base)) * 1_000_000;
    assert!(moved <= was * house.params.max_price_impact_ppm, "a liquidation moved {was} to {is}");
    if house.params.impact_window != 0 {
        let (drift, before) = (step.after.1.drift.abs(), int(house.market.drift_ppm).abs());
        let limit = int(house.params.window_impact_ppm).max(before);
        assert!(drift <= limit, "a liquidation moved the mark beyond the window: {drift}");
    }
}

/// Whether the rules say of a position that it can be liquidated.
pub fn is_liquidatable(ready: &House, who: usize) -> bool {
    let context = House::context(&ready.params, ready.oracle, ready.scale, ready.now, ready.resumed_at);
    let known = liquidation::is_liquidatable(&ready.market, &ready.positions[who], &context);
    known.expect("an answer")
}

/// At the liquidation price equity is the maintenance requirement, but for three units of rounding and what a few wei
/// of price are worth.
fn the_liquidation_price_is_where_the_margin_ends(step: &Step<'_>) {
    let (house, Some(who)) = (step.after.0, step.action.who()) else { return };
    let position = &house.positions[who];
    let context = House::context(&house.params, house.oracle, house.scale, house.now, house.resumed_at);
    let price = margin::liquidation_price(&house.market, position, &context).expect("a price");
    if price == 0 || deleverage::is_behind(&house.market, position) {
        return;
    }
    let (equity, required) = equity_and_requirement(house, position, price, step);
    let most = (int(position.base()) * 4).up(wad()).up(step.after.1.scale) + 3;
    assert!((equity - required).abs() <= most, "at {price}: equity {equity}, required {required}");
}

/// I5: whoever asks for it, realising a loss leaves its owner's equity what it was, but for the unit by which funding
/// is rounded up.
fn realizing_a_loss_keeps_equity(step: &Step<'_>) {
    let Action::RealizeLoss { who } = step.action else { return };
    let price = price_of(step);
    let [was, is] =
        [step.ready, step.after.0].map(|house| at_price(house, &house.positions[*who], price).equity);
    assert!(was >= is && was - is <= 1, "I5: realising a loss changed equity from {was} to {is}");
}

/// Once a market is halted, neither its curve nor its funding nor its price moves.
fn the_end_is_frozen(step: &Step<'_>) {
    let (before, after) = (step.before.0, step.after.0);
    if before.market.status.halted {
        assert!(after.market.status.halted, "a halted market trades again");
        assert_eq!(before.market.curve, after.market.curve, "the curve of a halted market moved");
        let indices = |house: &House| [Side::Long, Side::Short].map(|side| house.market.funding.index(side));
        assert_eq!(indices(before), indices(after), "funding of a halted market accrued");
        assert_eq!(before.settlement.price, after.settlement.price, "the frozen price moved");
    }
}

/// The time-average covers at least a window once there is so much history, and less than two; a change of the window
/// shows within a window of the first touch after it.
#[derive(Clone)]
pub struct Window {
    /// When it was last changed.
    changed: u64,
    /// From when on the average is again as long as it says; none until the next touch.
    steady: Option<u64>,
}

impl Default for Window {
    fn default() -> Self {
        Self { changed: crate::story::START, steady: Some(crate::story::START) }
    }
}

impl Window {
    pub fn check(&mut self, house: &House, action: &Action) {
        if matches!(action, Action::ChangeParams { .. }) {
            *self = Self { changed: house.now, steady: None };
        }
        let (mark, window) = (&house.market.mark, u64::from(house.params.twap_window));
        let (now, span) = (mark.last.time, mark.last.time - mark.older.time);
        assert!(mark.older.time <= mark.newer.time && mark.newer.time <= now, "{mark:?}");
        assert!(span >= window.min(now.saturating_sub(self.changed)), "window {window}, average over {span}");
        if self.steady.is_none() && now > self.changed {
            self.steady = Some(now + window);
        }
        if self.steady.is_some_and(|steady| now >= steady) {
            assert!(span < 2 * window || span == 0, "window {window}, average over {span}");
        }
    }
}
