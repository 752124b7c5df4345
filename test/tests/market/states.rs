//! Pausing and its grace, the council's steps, who may do what, and the end of a market.

use alloy_primitives::{Address, I256, U256};
use everfloor_test::{
    Backend, LONG, SHORT, System,
    abi::{ClearingHouse::*, FeedSettings, MarketParams, PriceFeed},
    account, dollars, on_both, wad,
};

use crate::rig::{leveraged, move_to, with_deficit_ledger};

const DAY: u64 = 86_400;

fn pause(paused: bool) -> setOpeningPausedCall {
    setOpeningPausedCall { marketId: U256::ONE, paused }
}

fn halt<B: Backend>(s: &mut System<B>) -> U256 {
    let owner = s.owner;
    s.must(owner, haltMarketCall { marketId: s.market }).returned
}

/// A market with a winner, losers, one of them ruined, and a flat account; halted after a fall.
fn halted<B: Backend>(s: &mut System<B>) -> Vec<Address> {
    let shorts = ["first short", "second short"].map(|name| s.trader(name, 100_000));
    s.open(shorts[0], SHORT, dollars(20_000), wad(30_000));
    s.open(shorts[1], SHORT, dollars(20_000), wad(20_000));
    let ruined = leveraged(s, "ruined", LONG, 40_000);
    let loser = s.trader("loser", 100_000);
    s.open(loser, LONG, dollars(20_000), wad(20_000));
    let saver = s.trader("saver", 1_000);
    s.must(saver, addMarginCall { marketId: s.market, amount: dollars(100) });
    s.set_price(wad(80));
    s.warp(3_600);
    halt(s);
    vec![shorts[0], ruined, saver, shorts[1], loser]
}

/// Settles and redeems in this order, and tells what everybody has then.
fn settle_all<B: Backend>(s: &mut System<B>, order: &[Address], paid: &[Address]) -> Vec<(Address, U256)> {
    let anybody = account("anybody");
    for trader in order {
        if s.position(*trader).size != I256::ZERO {
            s.must(anybody, settlePositionCall { marketId: s.market, trader: *trader });
        }
        s.assert_backed(&[]);
    }
    for trader in paid {
        if s.position(*trader).claim != U256::ZERO {
            s.must(anybody, redeemClaimCall { marketId: s.market, trader: *trader });
        }
    }
    let mut all: Vec<_> = order.iter().map(|trader| (*trader, s.position(*trader).margin)).collect();
    all.sort();
    for trader in order {
        if !s.position(*trader).margin.is_zero() {
            s.remove_all(*trader);
        }
    }
    let m = s.market();
    assert_eq!((m.accounts, m.openPositions, m.money.claims), (U256::ZERO, U256::ZERO, U256::ZERO));
    s.assert_backed(&[]);
    all
}

on_both! {
    // ---- pausing ----

    fn the_guardian_only_pauses_and_the_council_resumes(s) {
        let (owner, guardian, council) = (s.owner, account("guardian"), account("council"));
        s.must(owner, setGuardianCall { guardian });
        let e = s.must(owner, setCouncilCall { council }).event::<CouncilChanged>();
        assert_eq!((e.council, s.view(councilCall {})), (council, council));
        s.must(guardian, pause(true));
        s.refused(guardian, pause(false), NotCouncil { caller: guardian });
        let reduce = setReduceOnlyCall { marketId: s.market, reduceOnly: true };
        s.refused(guardian, reduce.clone(), NotCouncil { caller: guardian });
        let step = stepMarketCall { marketId: s.market, params: System::<B>::params() };
        s.refused(guardian, step.clone(), NotCouncil { caller: guardian });
        s.must(council, pause(false));
        s.must(council, reduce);
        s.must(council, step);
        // Of the owner's things the council does none.
        let market = s.market;
        let not_owner = || NotOwner { caller: council };
        s.refused(council, setMarketCall { marketId: market, feed: s.feed, params: System::<B>::params() }, not_owner());
        s.refused(council, s.market_call(System::<B>::params()), not_owner());
        s.refused(council, setProgramsCall { programs: s.programs() }, not_owner());
        s.refused(council, setDeficitLedgerCall { deficitLedger: council }, not_owner());
        s.refused(council, setCouncilCall { council: guardian }, not_owner());
        s.refused(council, setGuardianCall { guardian: council }, not_owner());
        s.refused(council, transferOwnershipCall { newOwner: council }, not_owner());
        let halt = haltMarketCall { marketId: market };
        assert!(s.fails(council, halt).decode::<OracleAlive>().is_some());
    }

    /// Who was shut out may use what the pause took from him, before he is liquidated; who is ruined waits for nobody.
    fn after_a_pause_there_is_a_grace_for_those_with_equity(s) {
        s.change(|params| params.risk.resumeGrace = 600);
        let owner = s.owner;
        let (alice, bob) = (leveraged(&mut s, "alice", LONG, 1_000), leveraged(&mut s, "bob", LONG, 1_000));
        let keeper = account("keeper");
        s.must(owner, pause(true));
        s.set_price(wad(90));
        s.warp(2_000);
        // While opening is paused, liquidation goes on, and so do added margin and reduction.
        assert!(s.position(alice).liquidatable);
        s.must(owner, pause(false));
        let resumed = s.backend.now();
        for seconds in [0, 599] {
            s.warp(seconds);
            let until = U256::from(resumed + 600);
            let call = s.liquidate_call(alice);
            s.refused(keeper, call, InGrace { until, nowTime: U256::from(s.backend.now()) });
            assert!(!s.position(alice).liquidatable);
            let preview = s.view(previewLiquidateCall {
                marketId: s.market, account: alice, quoteLimit: U256::ZERO, insurance: U256::ZERO,
            });
            assert_eq!(preview.errorSelector.0, <InGrace as alloy_sol_types::SolError>::SELECTOR);
        }
        s.must(bob, addMarginCall { marketId: s.market, amount: dollars(200) });
        s.warp(1);
        let call = s.liquidate_call(alice);
        s.must(keeper, call);
        assert!(!s.position(bob).liquidatable, "he has used it");
        // Resuming what was not paused gives no new grace.
        let carol = s.trader("carol", 10_000);
        s.set_price(wad(100));
        s.open(carol, LONG, dollars(110), wad(1_000));
        s.set_price(wad(89));
        s.must(owner, pause(false));
        let p = s.position(carol);
        assert!(p.equity > I256::ZERO && p.liquidatable);
        // And without equity there is none.
        s.set_price(wad(80));
        s.must(owner, pause(true));
        s.must(owner, pause(false));
        s.warp(5);
        let p = s.position(carol);
        assert!(p.equity < I256::ZERO && p.liquidatable);
        let call = s.liquidate_call(carol);
        s.must(keeper, call);
        s.assert_backed(&[keeper]);
    }

    // ---- the council ----

    fn the_council_moves_parameters_a_tenth_a_day_within_the_bounds(s) {
        let (owner, council) = (s.owner, account("council"));
        s.must(owner, setCouncilCall { council });
        let step = |params: MarketParams| stepMarketCall { marketId: U256::ONE, params };
        let mut params = System::<B>::params();
        params.trading.initialMarginPpm = 110_001;
        let error = ParameterOutOfBounds { index: U256::ZERO, value: U256::from(110_001) };
        s.refused(council, step(params.clone()), error);
        params.trading.initialMarginPpm = 110_000;
        params.trading.maxPosition = wad(13_500);
        let e = s.must(council, step(params.clone())).event::<MarketParamsChanged>();
        assert_eq!((e.marketId, e.feed), (s.market, s.feed));
        assert_eq!(s.view(getParamsCall { marketId: s.market }).params, params);
        let now = s.backend.now();
        let next = U256::from(now + DAY);
        s.refused(council, step(params.clone()), TooEarly { next, nowTime: U256::from(now) });
        s.refused(owner, step(params.clone()), TooEarly { next, nowTime: U256::from(now) });
        s.warp(DAY - 1);
        s.refused(council, step(params.clone()), TooEarly { next, nowTime: next - U256::ONE });
        s.warp(1);
        // What is zero stays zero: switching something on is the owner's.
        let mut on = params.clone();
        on.trading.skewSpreadPpm = 1;
        s.refused(council, step(on), ParameterOutOfBounds { index: U256::from(11), value: U256::ONE });
        let mut large = params.clone();
        large.trading.maxOpenInterest = wad(22_001);
        let error = ParameterOutOfBounds { index: U256::from(23), value: wad(22_001) };
        s.refused(council, step(large), error);
        // The hard bounds are the same for a small step.
        let mut penalty = params.clone();
        penalty.risk.takeoverDiscountPpm = 33_000;
        s.must(council, step(penalty));
        let stranger = account("stranger");
        s.refused(stranger, step(params), NotCouncil { caller: stranger });
    }

    fn steps_end_at_the_hard_bounds(s) {
        let (owner, council) = (s.owner, account("council"));
        s.must(owner, setCouncilCall { council });
        s.change(|params| (params.trading.feePpm, params.risk.keeperFloor) = (99_000, U256::ZERO));
        let mut params = s.view(getParamsCall { marketId: s.market }).params;
        params.trading.feePpm = 100_001;
        let error = ParameterOutOfBounds { index: U256::from(2), value: U256::from(100_001) };
        s.refused(council, stepMarketCall { marketId: s.market, params: params.clone() }, error);
        params.trading.feePpm = 100_000;
        s.must(council, stepMarketCall { marketId: s.market, params });
    }

    // ---- the end ----

    fn a_halted_market_only_settles(s) {
        let (owner, thief) = (s.owner, account("thief"));
        let (alice, saver) = (s.trader("alice", 10_000), s.trader("saver", 1_000));
        s.open(alice, LONG, dollars(300), wad(1_000));
        s.must(saver, addMarginCall { marketId: s.market, amount: dollars(100) });
        let call = haltMarketCall { marketId: s.market };
        assert!(s.fails(thief, call.clone()).decode::<OracleAlive>().is_some());
        s.refused(thief, settlePositionCall { marketId: s.market, trader: alice }, MarketNotHalted {});
        s.refused(thief, redeemClaimCall { marketId: s.market, trader: alice }, MarketNotHalted {});
        let twap = s.ask(s.feed, PriceFeed::twapCall {}).unwrap().price;
        let done = s.must(owner, call.clone());
        let (e, status) = (done.event::<MarketSettled>(), done.event::<MarketStatusChanged>());
        assert_eq!((done.returned, e.price), (twap, twap));
        assert!(status.halted && !status.paused && !status.reduceOnly);
        let m = s.market();
        assert_eq!((m.halted, m.settlementPrice, m.sequence), (true, twap, e.sequence));
        s.refused(owner, call, MarketHalted {});
        let market = s.market;
        let order = s.open_call(LONG, U256::ZERO, wad(100));
        s.refused(alice, order, MarketHalted {});
        let order = s.close_call(U256::MAX);
        s.refused(alice, order, MarketHalted {});
        s.refused(alice, addMarginCall { marketId: market, amount: U256::ONE }, MarketHalted {});
        s.refused(alice, removeMarginCall { marketId: market, amount: U256::ONE, recipient: alice }, MarketHalted {});
        s.refused(alice, claimProfitCall { marketId: market, amount: U256::ONE, minPayout: U256::ZERO }, MarketHalted {});
        s.refused(thief, realizeLossCall { marketId: market, trader: alice }, MarketHalted {});
        let order = s.liquidate_call(alice);
        s.refused(thief, order, MarketHalted {});
        let order = s.start_takeover_call(alice);
        s.refused(thief, order, MarketHalted {});
        let order = s.take_over_call(alice, U256::MAX, U256::ZERO);
        s.refused(thief, order, MarketHalted {});
        let order = s.deleverage_call(alice, U256::MAX);
        s.refused(thief, order, MarketHalted {});
        s.refused(thief, repegCall { marketId: market }, MarketHalted {});
        s.refused(thief, adjustDepthCall { marketId: market }, MarketHalted {});
        s.refused(owner, pause(true), MarketHalted {});
        s.refused(owner, setReduceOnlyCall { marketId: market, reduceOnly: true }, MarketHalted {});
        s.refused(owner, setMarketCall { marketId: market, feed: s.feed, params: System::<B>::params() }, MarketHalted {});
        assert_eq!(s.view(maxWithdrawCall { marketId: market, account: alice }), U256::ZERO);
        assert!(!s.position(alice).liquidatable);
        // Principal of a flat account was never part of it.
        s.remove_all(saver);
        let before = s.position(alice);
        let done = s.must(thief, settlePositionCall { marketId: market, trader: alice });
        let c = done.event::<PositionChanged>();
        assert_eq!((c.size, c.exchangedBase), (I256::ZERO, -before.size));
        assert_eq!(c.exchangedNotional, before.size.into_raw() * twap / wad(1));
        assert_eq!((done.returned.margin, done.returned.claim), (c.margin, c.claim));
        s.remove_all(alice);
        s.assert_backed(&[]);
    }

    fn funding_ends_with_the_halt(s) {
        let alice = s.trader("alice", 100_000);
        s.open(alice, LONG, dollars(20_000), wad(100_000));
        s.warp(3_600);
        halt(&mut s);
        let before = s.position(alice).fundingOwed;
        s.warp(DAY);
        assert_eq!(s.position(alice).fundingOwed, before);
        s.must(account("anybody"), settleFundingCall { marketId: s.market });
        assert_eq!(s.position(alice).fundingOwed, before);
    }

    /// Whoever comes first gets nothing more, and whoever comes last nothing less.
    fn the_order_of_settlement_and_payment_changes_nothing(s) {
        let people = halted(&mut s);
        let mut vectors = vec![settle_all(&mut s, &people, &people)];
        for turn in 1..people.len() {
            let mut s = System::<B>::new();
            let mut people = halted(&mut s);
            people.rotate_left(turn);
            let mut paid = people.clone();
            paid.reverse();
            vectors.push(settle_all(&mut s, &people, &paid));
        }
        for vector in &vectors[1..] {
            assert_eq!(*vector, vectors[0]);
        }
        // The ruined has nothing, and the winners are paid at one share.
        assert_eq!(vectors[0].iter().filter(|(_, margin)| margin.is_zero()).count(), 1);
    }

    fn nobody_is_paid_before_all_is_known(s) {
        let people = halted(&mut s);
        let anybody = account("anybody");
        let redeem = |trader| redeemClaimCall { marketId: U256::ONE, trader };
        s.must(anybody, settlePositionCall { marketId: s.market, trader: people[0] });
        assert!(s.position(people[0]).claim > U256::ZERO);
        s.refused(anybody, redeem(people[0]), Unsettled { positions: U256::from(3) });
        let none = s.send(anybody, settlePositionCall { marketId: s.market, trader: people[2] });
        assert!(none.is_err() || none.unwrap().logs.is_empty(), "a flat account has nothing to settle");
        for (left, trader) in [(2, people[4]), (1, people[1]), (0, people[3])] {
            let done = s.must(anybody, settlePositionCall { marketId: s.market, trader });
            if trader == people[1] {
                let e = done.event::<PositionLiquidated>();
                assert_eq!((e.mode, e.penalty, e.keeperReward), (3, U256::ZERO, U256::ZERO));
                assert_eq!(e.coveredByMarket + e.coveredByFund + e.uncovered, e.shortfall);
                assert!(e.shortfall > U256::ZERO);
            }
            if left > 0 {
                s.refused(anybody, redeem(people[0]), Unsettled { positions: U256::from(left) });
            }
        }
        let (m, claim) = (s.market(), s.position(people[0]).claim);
        let share = if m.money.pool >= m.money.claims { claim } else { claim * m.money.pool / m.money.claims };
        let done = s.must(anybody, redeem(people[0]));
        let e = done.event::<ProfitClaimed>();
        assert_eq!((done.returned, e.amount, e.payout, e.trader), (share, claim, share, people[0]));
        s.refused(anybody, redeem(people[0]), ExceedsClaim { asked: U256::ZERO, available: U256::ZERO });
        s.assert_backed(&[]);
    }

    fn a_settled_shortfall_can_wait_for_its_ledger(s) {
        let ledger = with_deficit_ledger(&mut s);
        let people = halted(&mut s);
        let anybody = account("anybody");
        for trader in [people[0], people[1], people[3], people[4]] {
            s.must(anybody, settlePositionCall { marketId: s.market, trader });
        }
        let deficit = s.market().money.deficit;
        assert!(deficit > U256::ZERO);
        let redeem = redeemClaimCall { marketId: s.market, trader: people[0] };
        s.refused(anybody, redeem.clone(), WithdrawalsGated {});
        s.must(ledger, allocateDeficitCall { marketId: s.market });
        s.must(anybody, redeem);
        s.assert_backed(&[]);
    }

    fn anybody_may_end_a_market_whose_oracle_is_dead(s) {
        let settings = FeedSettings { heartbeat: 3_600, ..System::<B>::feed_settings(s.source) };
        let (owner, feed) = (s.owner, s.feed);
        s.send_to(owner, feed, PriceFeed::configureCall { settings }).unwrap();
        s.set_price(wad(100));
        let updated = U256::from(s.backend.now());
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(300), wad(1_000));
        let call = haltMarketCall { marketId: s.market };
        let dead = updated + U256::from(3 * DAY);
        let alive = || OracleAlive { updatedAt: updated, deadAt: dead };
        let anybody = account("anybody");
        s.refused(anybody, call.clone(), alive());
        s.warp(3 * DAY - 1);
        s.refused(anybody, call.clone(), alive());
        s.warp(1);
        s.must(anybody, call);
        assert!(s.market().halted);
        s.must(anybody, settlePositionCall { marketId: s.market, trader: alice });
        s.remove_all(alice);
        s.assert_backed(&[]);
    }

    /// A feed that does not answer proves nothing: only the owner can tell a broken feed from a dead one.
    fn a_feed_that_does_not_answer_lets_nobody_but_the_owner_halt(s) {
        let now = U256::from(s.backend.now());
        let reading = (wad(100), wad(100), now, U256::ZERO);
        let feed = s.backend.stub(Ok(alloy_sol_types::SolValue::abi_encode(&reading)));
        let owner = s.owner;
        let create = createMarketCall { feed, ..s.market_call(System::<B>::params()) };
        s.market = s.must(owner, create).returned;
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(300), wad(1_000));
        s.backend.restub(feed, Err(Vec::new()));
        s.warp(30 * DAY);
        let call = haltMarketCall { marketId: s.market };
        assert!(s.fails(account("anybody"), call.clone()).decode::<OracleAlive>().is_some());
        // Without an average of the oracle's the mark's is taken.
        let price = s.must(owner, call).returned;
        assert!(price > wad(99) && price < wad(101), "{price}");
        s.must(account("anybody"), settlePositionCall { marketId: s.market, trader: alice });
        s.remove_all(alice);
    }

    fn a_market_that_was_deleveraged_settles_like_any_other(s) {
        let f = crate::rig::abandoned(&mut s, wad(85));
        let call = s.deleverage_call(f.long, U256::MAX);
        s.must(f.keeper, call);
        let late = s.trader("late long", 100_000);
        s.open(late, LONG, dollars(5_000), wad(20_000));
        halt(&mut s);
        let m = s.market();
        assert_eq!(m.openPositions, U256::from(3));
        for trader in [f.shorts[1], late, f.shorts[0]] {
            s.must(f.keeper, settlePositionCall { marketId: s.market, trader });
        }
        for trader in [f.shorts[0], f.shorts[1], late] {
            if s.position(trader).claim > U256::ZERO {
                s.must(f.keeper, redeemClaimCall { marketId: s.market, trader });
            }
            s.remove_all(trader);
        }
        let m = s.market();
        assert_eq!((m.openPositions, m.money.principal, m.money.claims), (U256::ZERO, U256::ZERO, U256::ZERO));
        s.assert_backed(&[f.keeper]);
    }

    fn rewards_and_insurance_leave_a_halted_market_too(s) {
        let alice = leveraged(&mut s, "alice", LONG, 1_000);
        let keeper = account("keeper");
        move_to(&mut s, wad(93));
        s.warp(2_000);
        let call = s.liquidate_call(alice);
        s.must(keeper, call);
        halt(&mut s);
        s.must(keeper, withdrawRewardCall { recipient: keeper });
        s.must(keeper, payInsuranceCall { marketId: s.market });
        s.must(keeper, settleFundingCall { marketId: s.market });
        s.assert_backed(&[keeper]);
    }
}
