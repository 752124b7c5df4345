//! Funding, liquidation, losses, waiting profit, pausing.

use alloy_primitives::{Address, I256, U256};
use everfloor_test::{
    Backend, LONG, SHORT, System,
    abi::{ClearingHouse::*, InsuranceFund, PostedAggregator},
    account, dollars, int, on_both, wad, wad_milli,
};

use crate::rig::{leveraged, move_to};

/// Token units of a wad, rounded down.
fn units(wad: U256) -> U256 {
    wad / U256::from(1_000_000_000_000_u64)
}

fn drawn_by<B: Backend>(s: &System<B>, owner: Address) -> U256 {
    s.ask(s.fund, InsuranceFund::drawnByCall { marketId: s.market, owner }).unwrap()
}

fn insured<B: Backend>(s: &System<B>) -> U256 {
    s.ask(s.fund, InsuranceFund::totalBalanceCall {}).unwrap()
}

fn set_fund<B: Backend>(s: &mut System<B>, fund: Address) {
    // A clearing house of its own, with this fund for good.
    let owner = s.owner;
    s.house = s.new_house();
    s.fund = fund;
    s.must(owner, setCollateralCall { quoteToken: s.token, insuranceFund: fund });
    let call = s.market_call(System::<B>::params());
    s.market = s.must(owner, call).returned;
}

on_both! {
    // ---- funding ----

    fn a_premium_held_for_a_day_costs_itself_once(s) {
        let (alice, bob) = (s.trader("alice", 100_000), s.trader("bob", 100_000));
        s.open(alice, LONG, dollars(20_000), wad(100_000));
        s.open(bob, SHORT, dollars(20_000), wad(50_000));
        let premium = s.market().spotPrice - wad(100);
        assert!(premium > wad_milli(900));
        s.warp(86_400);
        let m = s.market();
        assert_eq!(m.longFundingIndex, I256::from_raw(premium));
        assert_eq!(m.shortFundingIndex, -I256::from_raw(premium));
        let (long, short) = (s.position(alice), s.position(bob));
        let paid = units(premium * long.size.unsigned_abs() / wad(1)) + U256::ONE;
        assert_eq!(long.fundingOwed, I256::from_raw(paid));
        let received = units(premium * short.size.unsigned_abs() / wad(1));
        assert_eq!(short.fundingOwed, -I256::from_raw(received));
        // Whoever receives first waits for those who pay.
        let closed = s.close(bob).event::<PositionChanged>();
        assert_eq!(closed.fundingPayment, -I256::from_raw(received));
        assert!(closed.claim + U256::from(2) >= received, "but for the rounding of the swap");
        let closed = s.close(alice).event::<PositionChanged>();
        assert_eq!(closed.fundingPayment, I256::from_raw(paid));
        assert!(s.market().money.pool >= s.market().money.claims);
        s.assert_backed(&[]);
    }

    fn shorts_pay_when_the_mark_is_below_and_receivers_share_what_is_paid(s) {
        let (alice, bob) = (s.trader("alice", 100_000), s.trader("bob", 100_000));
        s.open(alice, LONG, dollars(20_000), wad(50_000));
        s.open(bob, SHORT, dollars(20_000), wad(20_000));
        s.set_price(wad(103));
        let before = s.market();
        s.warp(43_200);
        let m = s.market();
        assert!(m.shortFundingIndex > before.shortFundingIndex && m.longFundingIndex < before.longFundingIndex);
        let paid = m.shortFundingIndex.unsigned_abs() * m.shortSize;
        let received = m.longFundingIndex.unsigned_abs() * m.longSize;
        assert!(received <= paid && paid - received < wad(1) * wad(1));
        s.assert_backed(&[]);
    }

    fn funding_is_capped_by_the_day(s) {
        let mut params = System::<B>::params();
        params.trading.maxFundingPpm = 1_000;
        let (owner, alice) = (s.owner, s.trader("alice", 100_000));
        s.must(owner, setMarketCall { marketId: s.market, feed: s.feed, params });
        s.open(alice, LONG, dollars(20_000), wad(100_000));
        s.warp(86_400);
        assert_eq!(s.market().longFundingIndex, I256::from_raw(wad(100) / U256::from(1_000)));
    }

    fn a_mark_pushed_and_put_back_within_a_block_weighs_nothing(s) {
        let (alice, whale) = (s.trader("alice", 10_000), s.trader("whale", 1_000_000));
        s.open(alice, SHORT, dollars(1_000), wad(1_000));
        s.warp(3_600);
        let before = s.market();
        s.open(whale, LONG, dollars(100_000), wad(200_000));
        s.close(whale);
        let after = s.market();
        assert_eq!(before.longFundingIndex, after.longFundingIndex);
        assert_eq!(before.shortFundingIndex, after.shortFundingIndex);
        assert_eq!(before.markPrice, after.markPrice);
    }

    fn settling_funding_often_or_never_charges_the_same(s) {
        let (alice, bob) = (s.trader("alice", 100_000), s.trader("bob", 100_000));
        s.open(alice, LONG, dollars(20_000), wad(100_000));
        s.open(bob, SHORT, dollars(20_000), wad(30_000));
        let anybody = account("anybody");
        for _ in 0..24 {
            s.warp(3_600);
            s.must(anybody, settleFundingCall { marketId: s.market });
        }
        let premium = s.market().spotPrice - wad(100);
        let index = s.market().longFundingIndex.unsigned_abs();
        // Each settlement rounds up by less than one.
        assert!(index >= premium && index - premium <= U256::from(24), "{index} for {premium}");
        // Twice in a second changes nothing.
        let state = s.storage();
        s.must(anybody, settleFundingCall { marketId: s.market });
        assert_eq!(s.storage(), state);
    }

    // ---- liquidation ----

    fn a_healthy_position_cannot_be_liquidated_not_even_by_pushing_the_mark(s) {
        let (alice, keeper) = (leveraged(&mut s, "alice", LONG, 1_000), s.trader("keeper", 10_000_000));
        let healthy = |s: &mut System<B>| {
            let call = s.liquidate_call(alice);
            let revert = s.fails(keeper, call);
            let refusal = revert.decode::<NotLiquidatable>().expect("a typed error");
            assert!(refusal.equity >= I256::from_raw(refusal.required));
            assert!(!s.position(alice).liquidatable);
        };
        healthy(&mut s);
        for _ in 0..4 {
            s.open(keeper, SHORT, dollars(1_000_000), wad(200_000));
        }
        assert!(s.market().spotPrice < wad(93));
        healthy(&mut s);
        let call = s.liquidate_call(keeper);
        s.fails(alice, call).decode::<NotLiquidatable>().expect("a typed error");
        let call = s.liquidate_call(account("nobody"));
        s.refused(keeper, call, NoPosition {});
    }

    fn a_long_below_maintenance_is_closed_and_keeps_what_is_left(s) {
        let (alice, keeper) = (leveraged(&mut s, "alice", LONG, 1_000), account("keeper"));
        // Exactly at the price the view names it is not yet liquidatable, a bit below it is.
        let limit = s.position(alice).liquidationPrice;
        assert!(limit > wad(90) && limit < wad(97));
        move_to(&mut s, wad(95));
        s.warp(2_000);
        s.set_price(wad(93));
        s.warp(2_000);
        let p = s.position(alice);
        assert!(p.liquidatable && p.equity < I256::from_raw(p.maintenanceMargin));
        let (found, next) = {
            let r = s.view(liquidatableCall { marketId: s.market, from: U256::ZERO, count: U256::from(10) });
            (r.accounts, r.next)
        };
        assert_eq!((found, next), (vec![alice], U256::ZERO));
        let preview = s.view(previewLiquidateCall {
            marketId: s.market, account: alice, quoteLimit: U256::ZERO, insurance: U256::ZERO,
        });
        let call = s.liquidate_call(alice);
        let done = s.must(keeper, call);
        let e = done.event::<PositionLiquidated>();
        let c = done.event::<PositionChanged>();
        assert_eq!((e.trader, e.keeper, e.sequence), (alice, keeper, c.sequence + U256::ONE));
        assert_eq!((c.size, c.openNotional), (I256::ZERO, U256::ZERO));
        // 2.5 % of what was exchanged, half of it the keeper's.
        let penalty = (c.exchangedNotional * U256::from(25_000)).div_ceil(U256::from(10).pow(U256::from(18)));
        assert_eq!((e.penalty, e.keeperReward), (penalty, penalty / U256::from(2)));
        assert_eq!((e.shortfall, e.uncovered), (U256::ZERO, U256::ZERO));
        assert_eq!((done.returned.reward, done.returned.shortfall), (e.keeperReward, U256::ZERO));
        assert_eq!((preview.keeperReward, preview.margin, preview.fee), (e.keeperReward, c.margin, penalty));
        let after = s.position(alice);
        assert!(after.margin > U256::ZERO);
        let left = I256::from_raw(p.margin) + c.realizedPnl - c.fundingPayment - I256::from_raw(penalty);
        assert_eq!(I256::from_raw(after.margin), left);
        s.assert_backed(&[keeper]);
        s.must(alice, removeMarginCall { marketId: s.market, amount: after.margin, recipient: alice });

        // The reward waits for the keeper, who sends it where it likes.
        assert_eq!(s.view(rewardOfCall { keeper }), e.keeperReward);
        let friend = account("friend");
        s.refused(keeper, withdrawRewardCall { recipient: Address::ZERO }, ZeroAddress {});
        let event = s.must(keeper, withdrawRewardCall { recipient: friend }).event::<RewardWithdrawn>();
        assert_eq!((event.keeper, event.recipient, event.amount), (keeper, friend, e.keeperReward));
        assert_eq!(s.balance(friend), e.keeperReward);
        s.refused(keeper, withdrawRewardCall { recipient: friend }, NothingToPay {});
        s.assert_backed(&[keeper]);
    }

    fn a_short_above_its_limit_is_closed_too(s) {
        let (bob, keeper) = (leveraged(&mut s, "bob", SHORT, 1_000), account("keeper"));
        move_to(&mut s, wad(107));
        s.warp(2_000);
        assert!(s.position(bob).liquidatable);
        let call = s.liquidate_call(bob);
        let done = s.must(keeper, call);
        assert!(done.returned.reward > U256::ZERO);
        assert_eq!(s.position(bob).size, I256::ZERO);
        s.assert_backed(&[keeper]);
    }

    fn a_keeper_can_bound_the_price_it_closes_at(s) {
        let (alice, keeper) = (leveraged(&mut s, "alice", LONG, 1_000), account("keeper"));
        move_to(&mut s, wad(90));
        let exit = s.position(alice).exitNotional;
        let call = liquidateCall { quoteLimit: exit + U256::ONE, ..s.liquidate_call(alice) };
        s.refused(keeper, call, SlippageExceeded { got: exit, limit: exit + U256::ONE });
        let call = liquidateCall { quoteLimit: exit, ..s.liquidate_call(alice) };
        s.must(keeper, call);
    }

    fn a_loss_beyond_the_margin_is_paid_by_the_market_then_by_its_insurance_and_recorded(s) {
        let market = s.market;
        s.insure(market, dollars(100_000));
        let (alice, keeper) = (leveraged(&mut s, "alice", LONG, 50_000), account("keeper"));
        move_to(&mut s, wad(82));
        // The average follows, so that it explains the loss: what the curve alone says would not be insured.
        s.warp(1_000);
        let (before, p, fund) = (s.market(), s.position(alice), insured(&s));
        let call = s.liquidate_call(alice);
        let done = s.must(keeper, call);
        let (e, c) = (done.event::<PositionLiquidated>(), done.event::<PositionChanged>());
        let loss = (c.fundingPayment - c.realizedPnl).unsigned_abs();
        assert_eq!(e.shortfall, loss - p.margin);
        assert_eq!(e.coveredByMarket, e.shortfall.min(before.money.fees + before.money.insuranceDue));
        assert_eq!(e.coveredByMarket + e.coveredByFund + e.uncovered, e.shortfall);
        assert!(e.coveredByFund > U256::ZERO);
        // Funding the margin could not pay is no insurance case.
        assert!(e.uncovered <= c.fundingPayment.max(I256::ZERO).unsigned_abs());
        assert_eq!(drawn_by(&s, alice), e.coveredByFund);
        assert_eq!(insured(&s), fund - e.coveredByFund);
        assert_eq!((c.margin, c.claim, e.penalty), (U256::ZERO, U256::ZERO, U256::ZERO));
        let after = s.market();
        assert_eq!(after.money.principal, before.money.principal - p.margin);
        assert_eq!(after.money.pool, before.money.pool + loss - e.uncovered);
        // The market's fees are gone: nothing is left for a keeper's floor.
        assert_eq!((after.money.fees, after.money.insuranceDue, e.keeperReward), (U256::ZERO, U256::ZERO, U256::ZERO));
        assert_eq!(s.balance(s.fund), insured(&s));
        s.assert_backed(&[keeper]);
    }

    fn with_nothing_insured_the_loss_is_bad_debt_and_nobody_elses_principal(s) {
        let (alice, keeper) = (leveraged(&mut s, "alice", LONG, 50_000), account("keeper"));
        let saver = leveraged(&mut s, "saver", SHORT, 1_000);
        let arbitrageur = move_to(&mut s, wad(82));
        let (before, saved) = (s.market(), s.position(saver).margin);
        let call = s.liquidate_call(alice);
        let e = s.must(keeper, call).event::<PositionLiquidated>();
        assert!(e.uncovered > U256::ZERO);
        assert_eq!((e.coveredByFund, drawn_by(&s, alice)), (U256::ZERO, U256::ZERO));
        assert_eq!(e.coveredByMarket, before.money.fees + before.money.insuranceDue);
        let after = s.market();
        assert_eq!(after.money.badDebt, before.money.badDebt + e.uncovered);
        assert_eq!(s.position(saver).margin, saved);
        s.assert_backed(&[keeper]);
        // The winners' profit is short; their principal and everybody else's is there to the unit.
        s.close(arbitrageur);
        s.close(saver);
        assert!(s.view(haircutCall { marketId: s.market }) < wad(1));
        for trader in [saver, arbitrageur] {
            let p = s.position(trader);
            if !p.claim.is_zero() {
                s.must(trader, claimProfitCall { marketId: s.market, amount: p.claim, minPayout: U256::ZERO });
            }
            let margin = s.position(trader).margin;
            s.must(trader, removeMarginCall { marketId: s.market, amount: margin, recipient: trader });
        }
        let end = s.market();
        assert_eq!((end.money.principal, end.money.claims, end.accounts), (U256::ZERO, U256::ZERO, U256::ZERO));
        s.assert_backed(&[keeper]);
    }

    fn a_bad_debt_still_pays_its_keeper_the_floor(s) {
        let market = s.market;
        s.insure(market, dollars(100_000));
        let alice = leveraged(&mut s, "alice", LONG, 2_000);
        let keeper = account("keeper");
        move_to(&mut s, wad(82));
        s.warp(1_000);
        let before = s.market();
        let call = s.liquidate_call(alice);
        let e = s.must(keeper, call).event::<PositionLiquidated>();
        assert!(e.coveredByMarket > U256::ZERO && e.coveredByMarket < before.money.fees);
        assert_eq!((e.penalty, e.keeperReward), (U256::ZERO, U256::from(5_000)));
        assert_eq!(s.market().money.fees, before.money.fees - e.coveredByMarket - U256::from(5_000));
        s.assert_backed(&[keeper]);
    }

    fn a_fund_that_does_not_answer_or_pay_does_not_stop_a_liquidation(s) {
        // It keeps the right token, so it can be set; then it fails in one way or another. The last answers
        // everything with the token's address: it promises a lot and says to have paid as much.
        let token = s.token.into_word().to_vec();
        for answer in [Ok(Vec::new()), Err(vec![1, 2, 3]), Err(Vec::new()), Ok(vec![0; 31])] {
            let fund = s.backend.stub(Ok(token.clone()));
            set_fund(&mut s, fund);
            s.backend.restub(fund, answer);
            let alice = leveraged(&mut s, "alice", LONG, 50_000);
            move_to(&mut s, wad(82));
            let call = s.liquidate_call(alice);
            let e = s.must(account("keeper"), call).event::<PositionLiquidated>();
            assert!(e.uncovered > U256::ZERO && e.coveredByFund.is_zero());
            assert_eq!(e.uncovered + e.coveredByMarket, e.shortfall);
            assert_eq!(s.market().money.badDebt, e.uncovered);
            s.assert_backed(&[account("keeper")]);
            s.set_price(wad(100));
        }
    }

    /// A fund that serves another clearing house promises, and then refuses to pay.
    fn a_fund_that_promises_and_refuses_leaves_a_bad_debt_and_a_liquidation(s) {
        let fund = s.new_fund();
        let (owner, stranger) = (s.owner, account("another clearing house"));
        s.send_to(owner, fund, InsuranceFund::setClearingHouseCall { clearingHouse: stranger }).unwrap();
        set_fund(&mut s, fund);
        let market = s.market;
        s.insure(market, dollars(100_000));
        let alice = leveraged(&mut s, "alice", LONG, 50_000);
        move_to(&mut s, wad(82));
        let call = s.liquidate_call(alice);
        let e = s.must(account("keeper"), call).event::<PositionLiquidated>();
        assert!(e.uncovered > U256::ZERO && e.coveredByFund.is_zero());
        assert_eq!(s.balance(fund), dollars(100_000));
        s.assert_backed(&[account("keeper")]);
        let lots = s.backend.stub(Ok(s.token.into_word().to_vec()));
        let error = InsuranceFundMismatch { insuranceFund: s.token, quoteToken: s.token };
        s.house = s.new_house();
        s.refused(owner, setCollateralCall { quoteToken: s.token, insuranceFund: s.token }, error);
        s.must(owner, setCollateralCall { quoteToken: s.token, insuranceFund: lots });
    }

    // ---- waiting profit ----

    fn a_losers_open_loss_can_be_moved_to_the_winners_who_wait(s) {
        let (alice, bob, anybody) = (s.trader("alice", 100_000), s.trader("bob", 100_000), account("anybody"));
        s.open(alice, SHORT, dollars(5_000), wad(20_000));
        s.open(bob, LONG, dollars(20_000), wad(30_000));
        let realize = |trader| realizeLossCall { marketId: U256::ONE, trader };
        s.refused(anybody, realize(bob), NothingToRealize {});
        s.refused(anybody, realize(anybody), NoPosition {});
        let arbitrageur = move_to(&mut s, wad(90));
        s.close(alice);
        let waiting = s.position(alice).claim;
        assert!(waiting > U256::ZERO);
        // The arbitrageur has won on paper and has nothing to give.
        s.refused(anybody, realize(arbitrageur), NothingToRealize {});
        s.warp(2_000);
        let (before, m) = (s.position(bob), s.market());
        let e = s.must(anybody, realize(bob)).event::<LossRealized>();
        let (after, now) = (s.position(bob), s.market());
        assert_eq!((e.trader, e.margin, e.openNotional, e.pool), (bob, after.margin, after.openNotional, now.money.pool));
        assert_eq!(now.money.pool, m.money.claims);
        let moved = e.amount + e.fundingPayment.unsigned_abs();
        assert_eq!(moved, m.money.claims - m.money.pool, "as much as is waited for");
        assert_eq!(after.margin, before.margin - moved);
        let moved = (after.equity - before.equity).unsigned_abs();
        assert!(moved <= U256::ONE, "equity moved by {moved}");
        s.must(alice, claimProfitCall { marketId: s.market, amount: waiting, minPayout: waiting });
        s.refused(anybody, realize(bob), NothingToRealize {});
        s.assert_backed(&[]);
    }

    fn a_claim_is_worth_the_markets_share_and_leaves_others_theirs(s) {
        let (alice, carol) = (s.trader("alice", 100_000), s.trader("carol", 100_000));
        s.open(alice, SHORT, dollars(5_000), wad(20_000));
        s.open(carol, SHORT, dollars(5_000), wad(20_000));
        let bob = leveraged(&mut s, "bob", LONG, 40_000);
        move_to(&mut s, wad(82));
        s.close(alice);
        let claim = |amount, least| claimProfitCall { marketId: U256::ONE, amount, minPayout: least };
        let waits = s.position(alice).claim;
        let call = s.liquidate_call(bob);
        s.must(account("keeper"), call);
        s.close(carol);
        let (m, h) = (s.market(), s.view(haircutCall { marketId: s.market }));
        assert!(m.money.pool < m.money.claims && h < wad(1) && h > U256::ZERO);
        let error = ExceedsClaim { asked: waits + U256::ONE, available: waits };
        s.refused(alice, claim(waits + U256::ONE, U256::ZERO), error);
        s.refused(alice, claim(U256::ZERO, U256::ZERO), ExceedsClaim { asked: U256::ZERO, available: waits });
        s.refused(account("nobody"), claim(U256::ONE, U256::ZERO), ExceedsClaim { asked: U256::ONE, available: U256::ZERO });
        let payout = waits * m.money.pool / m.money.claims;
        let error = PayoutBelowLimit { payout, limit: payout + U256::ONE };
        s.refused(alice, claim(waits, payout + U256::ONE), error);
        let margin = s.position(alice).margin;
        let e = s.must(alice, claim(waits, payout)).event::<ProfitClaimed>();
        assert_eq!((e.amount, e.payout, e.margin), (waits, payout, margin + payout));
        // Nobody gained or lost by alice's being first.
        let after = s.view(haircutCall { marketId: s.market });
        assert!(after >= h && after - h < wad(1) / U256::from(1_000_000));
        s.assert_backed(&[account("keeper")]);
    }

    fn a_claim_that_is_short_backs_an_open_position(s) {
        let alice = s.trader("alice", 100_000);
        s.open(alice, SHORT, dollars(5_000), wad(20_000));
        let _bob = leveraged(&mut s, "bob", LONG, 40_000);
        move_to(&mut s, wad(90));
        let half = s.position(alice).size.unsigned_abs() / U256::from(2);
        let call = s.close_call(half);
        s.must(alice, call);
        let waits = s.position(alice).claim;
        assert!(waits > U256::ZERO);
        let call = claimProfitCall { marketId: s.market, amount: waits, minPayout: U256::ZERO };
        s.refused(alice, call.clone(), ClaimBacksPosition {});
        s.close(alice);
        s.must(alice, call);
        s.assert_backed(&[]);
    }

    fn the_insurance_share_goes_to_the_markets_ledger_in_the_fund(s) {
        let anybody = account("anybody");
        let pay = payInsuranceCall { marketId: s.market };
        s.refused(anybody, pay.clone(), NothingToPay {});
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(1_000), wad(5_001));
        let due = s.market().money.insuranceDue;
        let e = s.must(anybody, pay.clone()).event::<InsurancePaid>();
        assert_eq!((e.amount, e.sequence), (due, s.market().sequence));
        let ledger = s.ask(s.fund, InsuranceFund::balanceOfMarketCall { marketId: s.market }).unwrap();
        assert_eq!((ledger, s.balance(s.fund)), (due, due));
        assert_eq!(s.market().money.insuranceDue, U256::ZERO);
        let call = everfloor_test::abi::TestDollar::allowanceCall { owner: s.house, spender: s.fund };
        assert_eq!(s.ask(s.token, call).unwrap(), U256::ZERO, "nothing is left to be taken later");
        s.refused(anybody, pay, NothingToPay {});
        s.assert_backed(&[]);
    }

    fn one_markets_losses_reach_another_only_through_the_capped_shared_insurance(s) {
        let owner = s.owner;
        let call = s.market_call(System::<B>::params());
        let second = s.must(owner, call).returned;
        let fund = s.fund;
        s.insure(second, dollars(1_000));
        s.insure(U256::ZERO, dollars(1_000));
        let cap = InsuranceFund::setSharedCapCall { marketId: s.market, cap: dollars(300) };
        s.send_to(owner, fund, cap).unwrap();
        let neighbour = s.trader("neighbour", 10_000);
        let order = openPositionCall { marketId: second, ..s.open_call(LONG, dollars(1_000), wad(5_000)) };
        s.must(neighbour, order);
        let before = s.view(getMarketCall { marketId: second });
        let alice = leveraged(&mut s, "alice", LONG, 50_000);
        move_to(&mut s, wad(82));
        let call = s.liquidate_call(alice);
        let e = s.must(account("keeper"), call).event::<PositionLiquidated>();
        assert_eq!(e.coveredByFund, dollars(300));
        assert!(e.uncovered > U256::ZERO);
        let after = s.view(getMarketCall { marketId: second });
        assert_eq!((after.money.principal, after.money.pool, after.money.fees, after.money.insuranceDue),
            (before.money.principal, before.money.pool, before.money.fees, before.money.insuranceDue));
        let left = s.ask(s.fund, InsuranceFund::balanceOfMarketCall { marketId: second }).unwrap();
        assert_eq!(left, dollars(1_000));
        s.assert_backed(&[account("keeper")]);
    }

    // ---- pausing ----

    fn pausing_stops_opening_and_nothing_else(s) {
        let owner = s.owner;
        let (alice, bob) = (leveraged(&mut s, "alice", LONG, 1_000), leveraged(&mut s, "bob", SHORT, 1_000));
        let carol = leveraged(&mut s, "carol", LONG, 1_000);
        s.must(owner, setOpeningPausedCall { marketId: s.market, paused: true });
        for side in [LONG, SHORT] {
            let order = s.open_call(side, dollars(1_000), wad(100));
            let dave = s.trader("dave", 1_000);
            s.refused(dave, order, OpeningPaused {});
        }
        let more = s.open_call(LONG, dollars(100), wad(100));
        s.refused(alice, more, OpeningPaused {});
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(50) });
        s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(10), recipient: alice });
        s.open(alice, SHORT, U256::ZERO, wad(500));
        s.close(alice);
        s.must(bob, settleFundingCall { marketId: s.market });
        s.must(bob, payInsuranceCall { marketId: s.market });
        s.set_price(wad(88));
        s.warp(2_000);
        let call = s.liquidate_call(carol);
        s.must(alice, call);
        s.close(bob);
        s.must(alice, withdrawRewardCall { recipient: alice });
        s.must(owner, setOpeningPausedCall { marketId: s.market, paused: false });
        let order = s.open_call(SHORT, dollars(100), wad(100));
        s.must(bob, order);
        s.assert_backed(&[alice]);
    }

    // ---- rounds ----

    /// A round that came and went while nobody recorded it changes what the feed says of the past; the market must
    /// not charge anybody for that.
    fn a_round_that_nobody_recorded_charges_nobody(s) {
        let (owner, source) = (s.owner, s.source);
        let alice = s.trader("alice", 100_000);
        // The mark stays at the index but for a little: the market has both sides.
        s.open(alice, LONG, dollars(10_000), wad(1_000));
        let bob = s.trader("bob", 100_000);
        s.open(bob, SHORT, dollars(10_000), wad(1_000));
        let post = |s: &mut System<B>, price: i128| {
            s.send_to(owner, source, PostedAggregator::postCall { answer: int(price * 100_000_000) }).unwrap();
        };
        // An hour at 50, seen by the market and never recorded by the feed.
        s.warp(3_600);
        post(&mut s, 50);
        s.warp(3_600);
        s.must(bob, settleFundingCall { marketId: s.market });
        let before = s.market();
        // Then back to 100, where the mark is: no premium either way for the next hour.
        s.warp(1);
        post(&mut s, 100);
        s.warp(3_600);
        let after = s.market();
        let moved = (after.longFundingIndex - before.longFundingIndex).abs()
            .max((after.shortFundingIndex - before.shortFundingIndex).abs());
        // A thousandth of a dollar covers the second at 50.
        assert!(moved < int(1_000_000_000_000_000), "funding moved by {moved}");
    }
}
