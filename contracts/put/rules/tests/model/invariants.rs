//! What holds after every action.

use everfloor_put_rules::roll;

use crate::{
    action::Action,
    house::{House, Outcome},
    number::{Int, down, exact, int},
    pool::{Model, Roll},
    random::Random,
};

/// An action that worked.
pub struct Step<'a> {
    pub action: &'a Action,
    pub outcome: &'a Outcome,
    pub roll: Option<&'a Roll>,
    pub before: &'a House,
    pub house: &'a House,
    pub model: &'a Model,
}

pub fn check(step: &Step<'_>, random: &mut Random) {
    let Step { action, house, model, .. } = *step;
    same(action, house, model);
    let (mut house, mut model) = (house.clone(), model.clone());
    house.settle_all();
    model.vest();
    model.emit();
    for who in 0..model.accounts.len() {
        if model.accounts[who].open {
            model.round(who);
        }
    }
    positions(action, &house, &model);
    ledger(action, &house, &model);
    rewards(action, &house, &model);
    shares(action, &house, &model);
    solvency(action, &house, &model, random);
    terms(step);
}

/// All that the rules keep of a pool is what the model says.
fn same(action: &Action, house: &House, model: &Model) {
    let pool = &house.pool;
    for (name, rules, expected) in [
        ("liquidity", pool.book.liquidity, &model.liquidity),
        ("shares", pool.book.shares, &model.shares),
        ("queued", pool.queue.queued, &model.queued),
        ("unvested", pool.stream.unvested, &model.unvested),
        ("escrow", pool.buyer.escrow, &model.escrow),
        ("due", pool.buyer.due, &model.due),
        ("supply", pool.buyer.supply, &model.supply),
        ("released", pool.buyer.released, &model.released),
        ("unallocated", pool.rewards.unallocated, &model.unallocated),
        ("units", pool.cover.units, &model.puts.units()),
        ("locked", pool.cover.locked, &model.puts.locked(&model.divisor())),
    ] {
        assert_eq!(int(rules), *expected, "{action:?}: {name}");
    }
    for (name, rules, expected) in [
        ("epoch", pool.book.epoch.into(), model.epoch),
        ("generation", pool.book.generation.into(), model.generation),
        ("exits", pool.queue.fills.into(), model.fills),
        ("vested to", pool.stream.last, model.vested_to),
        ("rewards from", pool.rewards.start, model.rewards_from.unwrap_or_default()),
        ("lots", pool.cover.lots.into(), model.puts.lots.len() as u64),
        ("positions", pool.book.positions.into(), model.accounts.len() as u64),
    ] {
        assert_eq!(rules, expected, "{action:?}: {name}");
    }
    assert_eq!(pool.buyer.sigma, model.sigma, "{action:?}: volatility");
    let sum = pool.cover.sum().expect("a sum").to_string();
    assert_eq!(sum, model.puts.value().to_string(), "{action:?}: units times strike");
}

/// Every position has the shares the model says, and what it has earned to within the roundings that are documented.
fn positions(action: &Action, house: &House, model: &Model) {
    for (who, (position, account)) in house.positions.iter().zip(&model.accounts).enumerate() {
        assert_eq!(position.is_some(), account.open, "{action:?}: {who}");
        assert_eq!(house.owners[who], if account.open { account.owner } else { house.owners[who] });
        let Some(position) = position else { continue };
        assert_eq!(int(position.shares), account.shares, "{action:?}: shares of {who}");
        assert_eq!(int(position.requested), account.requested, "{action:?}: requested by {who}");
        assert_eq!(u64::from(position.generation), model.generation, "{action:?}: {who}");
        let (fees, rewards) = (position.owed, position.owed_reward);
        assert!(account.fees.allows(fees), "{action:?}: {who} is owed {fees}: {:?}", account.fees);
        assert!(
            account.rewards.allows(rewards),
            "{action:?}: {who} is owed {rewards}: {:?}",
            account.rewards
        );
    }
}

/// I0 and I3: the pool holds what it owes, and besides no more than roundings: a unit each time a position was settled,
/// what nobody's shares earned, and less than one share's worth that is carried over.
fn ledger(action: &Action, house: &House, model: &Model) {
    let pool = &house.pool;
    let owed: Int = house.positions.iter().flatten().map(|position| int(position.owed)).sum();
    let held = int(house.paid_in) - house.paid_out;
    let owes = &owed + pool.book.liquidity + pool.stream.unvested + pool.buyer.escrow + pool.buyer.due;
    let dust = held - owes;
    let nobodys = &model.nobody.fees;
    let most = exact(&int(model.roundings)) + &nobodys.earned + &nobodys.more + &model.carried;
    assert!(dust >= Int::ZERO, "{action:?}: the pool owes {dust} more than it holds");
    assert!(exact(&dust) <= most, "{action:?}: {dust} is nobody's");
    // What was taken has vested or will, and nobody was paid from anything else.
    assert_eq!(&model.vested + pool.stream.unvested, model.taken, "{action:?}: fees");
    let claimed: u128 = house.wallets.iter().map(|(fees, _)| fees).sum();
    assert!(owed + claimed <= &model.vested + &model.left_with, "{action:?}: fees beyond what vested");
}

/// I4: rewards paid, owed and unallocated are what the plan has emitted, and never more than all of it.
fn rewards(action: &Action, house: &House, model: &Model) {
    let owed: Int = house.positions.iter().flatten().map(|position| int(position.owed_reward)).sum();
    let given = owed + house.rewards_out + house.pool.rewards.unallocated;
    let emitted = model.emitted_by(house.now);
    assert_eq!(emitted, model.emitted, "{action:?}: emission");
    let rules = house.pool.rewards.emitted(&house.params.rewards(), house.now).expect("an emission");
    assert_eq!(int(rules), emitted, "{action:?}: emission");
    assert!(emitted <= int(house.rewards_in), "{action:?}: more than was put in");
    let dust = emitted - given;
    let nobodys = &model.nobody.rewards;
    let most = exact(&int(model.roundings)) + &nobodys.earned + &nobodys.more + &model.carried_reward;
    assert!(dust >= Int::ZERO && exact(&dust) <= most, "{action:?}: {dust} of rewards");
}

/// Shares are somebody's but for the roundings of exits, and are never worth more than at first.
fn shares(action: &Action, house: &House, model: &Model) {
    let sum = |of: fn(&everfloor_put_rules::Position) -> u128| -> Int {
        house.positions.iter().flatten().map(|position| int(of(position))).sum()
    };
    let (owned, waiting) = (sum(|position| position.shares), sum(|position| position.requested));
    let book = &house.pool.book;
    let (unowned, unasked) = (int(book.shares) - owned, int(house.pool.queue.queued) - waiting);
    assert_eq!(unowned, unasked, "{action:?}: nobody's shares wait to leave");
    assert!(unowned >= Int::ZERO && unowned <= int(model.share_roundings), "{action:?}: {unowned}");
    // A whole exit rounds what it is paid by less than a unit, and leaves a thousand units or none.
    let first = int(book.liquidity) * house.collateral.scale;
    let rounded = int(book.shares) * (1_001 + model.fills);
    assert!(first * 1_000 <= rounded, "{action:?}: a share is worth more than at first");
    assert!(book.shares >= book.liquidity, "{action:?}: a share is worth more than a unit");
    assert!((book.shares == 0) <= (book.liquidity == 0), "{action:?}: liquidity without shares");
}

/// I1, I2: whatever the price, puts pay no more than they lock, and they lock no more than there is; and each pays what
/// its own strike says, as far as the ladder tells strikes apart.
fn solvency(action: &Action, house: &House, model: &Model, random: &mut Random) {
    let (cover, divisor) = (&house.pool.cover, model.divisor());
    assert!(cover.locked <= house.pool.book.liquidity, "{action:?}: locked");
    let lots = &model.puts.lots;
    let strikes = [0, 1].map(|_| match random.below(lots.len() as u64 + 1) as usize {
        0 => cover.base_strike,
        number => lots[number - 1].strike,
    });
    let [one, other] = strikes;
    for price in [0, 1, one, one.saturating_sub(1), other + 1, random.between(0, 1 << 88) >> random.below(88)]
    {
        let payoff = cover.payoff(&house.strikes, price, house.collateral).expect("a payoff");
        let (paid, fair) = (model.puts.paid(price), model.puts.fair(price));
        assert!(payoff <= cover.locked, "{action:?}: {payoff} at {price}");
        assert_eq!(int(payoff), down(paid.clone(), &divisor), "{action:?}: payoff at {price}");
        assert!(paid <= fair, "{action:?}: more than all puts together at {price}");
        assert!(fair - paid <= model.puts.shortfall(price), "{action:?}: too little at {price}");
    }
}

/// Three quarters, rounded down to a wei.
fn is_three_quarters(strike: u128, price: u128) -> bool {
    let (four, three) = (int(strike) * 4, int(price) * 3);
    four <= three && four > three - 4
}

/// What single actions promise.
fn terms(step: &Step<'_>) {
    let Step { action, outcome, house, before, model, .. } = *step;
    let buyer = &house.pool.buyer;
    if matches!(action, Action::Purchase { .. } | Action::ReportSupply { .. })
        && buyer.supply > before.pool.buyer.supply
    {
        let most = int(before.pool.book.liquidity) * house.params.leverage;
        assert!(int(buyer.supply) <= most, "{action:?}: supply");
    }
    if let (Action::Purchase { order }, Some(bought)) = (action, outcome.bought) {
        assert!(is_three_quarters(bought.strike, order.price), "{action:?}: {bought:?}");
        assert!(bought.prefunded <= bought.premium && bought.premium > 0, "{action:?}: {bought:?}");
        assert_eq!(int(bought.lot) + 1, int(model.puts.lots.len()), "{action:?}: {bought:?}");
    }
    if let Action::Deposit { amount, .. } = *action {
        let position = house.positions.last().copied().flatten().expect("a position");
        // H-05: entering is never worth anything by itself.
        assert!(house.pool.book.worth(position.shares).expect("a worth") <= amount, "{action:?}");
        assert_eq!((position.owed, position.owed_reward), (0, 0), "{action:?}");
    }
    if let Action::Transfer { who, .. } = *action {
        assert_eq!(house.positions[who], before.positions[who], "{action:?}: nothing runs");
    }
    if let (Some(roll), Some((due, prices, rolled))) = (step.roll, outcome.roll) {
        rolled_as_expected(step, roll, &rolled);
        check_roll(step, roll);
        assert_eq!((due.ended, due.epoch), (before.pool.book.epoch, house.pool.book.epoch));
        assert_eq!(due.prompt, roll.prompt, "{action:?}: {due:?}");
        same_at_the_end(step, prices);
    }
}

fn rolled_as_expected(step: &Step<'_>, roll: &Roll, rolled: &everfloor_put_rules::Rolled) {
    for (name, rules, expected) in [
        ("settlement", rolled.settlement, &int(roll.settlement)),
        ("payoff", rolled.payoff, &roll.payoff),
        ("strike", rolled.strike, &int(roll.strike)),
        ("units", rolled.units, &roll.units),
        ("lapsed", rolled.lapsed, &roll.lapsed),
        ("released", rolled.released, &roll.released),
        ("required", rolled.required, &roll.required),
        ("funding", rolled.funding, &roll.funding),
    ] {
        assert_eq!(int(rules), *expected, "{:?}: {name}", step.action);
    }
    assert_eq!((rolled.capped, rolled.lost.is_some()), (roll.capped, roll.lost), "{:?}", step.action);
    let exit = rolled.fill.map(|fill| (int(fill.queued), int(fill.burned), int(fill.paid)));
    assert_eq!(exit, roll.exit, "{:?}: exit", step.action);
    let last = step.house.last_fill().copied();
    assert!(rolled.fill.is_none() || rolled.fill == last, "{:?}: exit written", step.action);
}

fn check_roll(step: &Step<'_>, roll: &Roll) {
    let Step { action, house, before, model, .. } = *step;
    // What is struck anew adds up, and costs as much as the escrow could pay.
    let held = int(before.pool.cover.units) - &roll.released;
    assert_eq!(&roll.units + &roll.lapsed, held, "{action:?}: units");
    if roll.strike != 0 {
        let wanted = is_three_quarters(roll.strike, roll.mark.unwrap_or_default());
        assert!(wanted != roll.capped, "{action:?}: strike");
        assert!(roll.required > Int::ZERO, "{action:?}: cover for nothing");
    }
    if roll.strike != 0 && roll.lapsed > Int::ZERO {
        assert!(roll.required > int(before.pool.buyer.escrow), "{action:?}: lapsed in spite of the escrow");
    }
    // Rule X: exits leave what the supply and the units need; without exits nothing but payoffs leaves.
    let stayed = int(house.pool.book.liquidity);
    match &roll.exit {
        Some((_, _, paid)) if *paid > Int::ZERO && !roll.lost => {
            assert!(stayed >= roll.stays, "{action:?}: rule X")
        }
        _ if roll.lost => assert_eq!(stayed, Int::ZERO, "{action:?}"),
        _ => assert_eq!(stayed, int(before.pool.book.liquidity) - &roll.payoff, "{action:?}"),
    }
    assert_eq!(house.pool.cover.lots, 0, "{action:?}");
    assert_eq!(model.puts.lots.len(), 0, "{action:?}");
}

/// P8: rolled in the second the epoch ended, and the same prices given, the epoch pays the same; and what continues has
/// the same strike and costs the same, if the roll was prompt.
fn same_at_the_end(step: &Step<'_>, prices: roll::Prices) {
    let Some((_, _, rolled)) = &step.outcome.roll else { return };
    let mut house = step.before.clone();
    house.now = house.end();
    let params = house.params;
    let due = roll::due(params.schedule(), house.pool.book.epoch, house.now, params.window, params.grace)
        .expect("an epoch that ended");
    let sigma = step.house.pool.buyer.sigma;
    let at_once = house
        .pool
        .roll(&house.strikes, &due, prices, sigma, house.now, &params, house.collateral)
        .expect("a roll");
    assert_eq!(at_once.payoff, rolled.payoff, "{:?}: payoff at once", step.action);
    if step.roll.is_some_and(|roll| roll.prompt) {
        let of = |rolled: &everfloor_put_rules::Rolled| {
            (rolled.strike, rolled.units, rolled.required, rolled.funding, rolled.lapsed, rolled.capped)
        };
        assert_eq!(of(&at_once), of(rolled), "{:?}: terms at once", step.action);
    }
}
