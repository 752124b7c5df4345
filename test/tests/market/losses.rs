//! What nobody has paid: the contract that raises money against it, the gate while it does, and its end as bad debt.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_test::{
    Backend, LONG, LedgerMode, SHORT, System,
    abi::{ClearingHouse::*, InsuranceFund},
    account, dollars, on_both, wad,
};

use crate::rig::{drawn_by, leveraged, move_to, with_deficit_ledger};

sol! {
    function asked() external view returns (uint256);
    function total() external view returns (uint256);
    function tried() external view returns (uint256);
    function allowed() external view returns (uint256);
}

/// A week.
const PATIENCE: u64 = 604_800;

struct Ruin {
    winner: Address,
    saver: Address,
    /// What nobody paid.
    lost: U256,
    /// The part of it that the ledger is asked for: what the fair price explains.
    asked: U256,
}

/// A long that lost more than it had, liquidated; a short that has won of it, and an account that only saves.
fn ruin<B: Backend>(s: &mut System<B>) -> (Ruin, PositionLiquidated, LossesChanged) {
    let (winner, saver) = (s.trader("winner", 100_000), s.trader("saver", 1_000));
    s.open(winner, SHORT, dollars(5_000), wad(20_000));
    s.must(saver, addMarginCall { marketId: s.market, amount: dollars(100) });
    let alice = leveraged(s, "alice", LONG, 50_000);
    move_to(s, wad(82));
    let call = s.liquidate_call(alice);
    let done = s.must(account("keeper"), call);
    let e = done.event::<PositionLiquidated>();
    assert_eq!(e.coveredByMarket + e.coveredByFund + e.uncovered, e.shortfall);
    assert!(e.uncovered > U256::ZERO);
    let losses = done.event::<LossesChanged>();
    assert_eq!(losses.sequence + U256::ONE, e.sequence);
    assert_eq!(losses.badDebt + losses.deficit, e.uncovered);
    (Ruin { winner, saver, lost: e.uncovered, asked: losses.deficit }, e, losses)
}

fn counter<B: Backend>(s: &System<B>, ledger: Address, call: impl SolCall<Return = U256>) -> U256 {
    s.ask(ledger, call).expect("a test ledger counts")
}

on_both! {
    fn a_deficit_that_its_ledger_takes_on_is_no_bad_debt(s) {
        let ledger = with_deficit_ledger(&mut s);
        let (ruin, _, losses) = ruin(&mut s);
        // The price fell at once, and the mark before the average: what that made worse is nobody else's to pay.
        assert!(losses.deficit > U256::ZERO && losses.badDebt > U256::ZERO);
        let m = s.market();
        assert_eq!((m.money.badDebt, m.money.deficit), (losses.badDebt, losses.deficit));
        assert_eq!((counter(&s, ledger, askedCall {}), counter(&s, ledger, totalCall {})), (U256::ONE, ruin.asked));
        s.assert_backed(&[account("keeper")]);
    }

    fn insurance_is_drawn_before_the_ledger_is_asked(s) {
        let (ledger, market) = (with_deficit_ledger(&mut s), s.market);
        s.insure(market, dollars(500));
        let (ruin, e, _) = ruin(&mut s);
        assert_eq!((e.coveredByFund, drawn_by(&s, e.trader)), (dollars(500), dollars(500)));
        assert_eq!(counter(&s, ledger, totalCall {}), ruin.asked);
        assert_eq!(s.ask(s.fund, InsuranceFund::totalBalanceCall {}).unwrap(), U256::ZERO);
        s.assert_backed(&[account("keeper")]);
    }

    fn while_a_deficit_waits_profit_and_the_margins_of_open_positions_stay(s) {
        with_deficit_ledger(&mut s);
        let (ruin, ..) = ruin(&mut s);
        let Ruin { winner, saver, lost, asked } = ruin;
        let half = s.position(winner).size.unsigned_abs() / U256::from(2);
        let close = s.close_call(half);
        s.must(winner, close);
        let waits = s.position(winner).claim;
        assert!(waits > U256::ZERO);
        let claim = claimProfitCall { marketId: s.market, amount: waits, minPayout: U256::ZERO };
        s.refused(winner, claim.clone(), WithdrawalsGated {});
        assert_eq!(s.view(maxWithdrawCall { marketId: s.market, account: winner }), U256::ZERO);
        let remove = removeMarginCall { marketId: s.market, amount: U256::ONE, recipient: winner };
        s.refused(winner, remove, WithdrawalsGated {});
        // Principal of flat accounts is not held, and everybody can leave.
        s.remove_all(saver);
        s.must(winner, addMarginCall { marketId: s.market, amount: dollars(1) });
        s.close(winner);
        s.remove_all(winner);
        s.refused(winner, claim.clone(), WithdrawalsGated {});
        // Somebody pays: first of all what waits for it.
        let payer = s.trader("payer", 1_000_000);
        let call = recapitalizeCall { marketId: s.market, amount: asked - U256::ONE };
        let done = s.must(payer, call);
        let e = done.event::<MarketRecapitalized>();
        assert_eq!((e.payer, e.amount, done.returned), (payer, asked - U256::ONE, asked - U256::ONE));
        assert_eq!(done.event::<LossesChanged>().deficit, U256::ONE);
        s.refused(winner, claim.clone(), WithdrawalsGated {});
        let before = s.balance(payer);
        // The last unit of it, then what was bad debt from the beginning, and no more.
        let rest = U256::ONE + lost - asked;
        let done = s.must(payer, recapitalizeCall { marketId: s.market, amount: dollars(100_000) });
        assert_eq!((done.returned, s.balance(payer)), (rest, before - rest));
        let zero = recapitalizeCall { marketId: s.market, amount: dollars(1_000) };
        s.refused(payer, zero, ZeroAmount {});
        let waits = s.position(winner).claim;
        let whole = claimProfitCall { marketId: s.market, amount: waits, minPayout: U256::ZERO };
        s.must(winner, whole);
        s.assert_backed(&[account("keeper")]);
    }

    fn a_deficit_becomes_bad_debt_when_its_ledger_says_so_or_after_a_week(s) {
        let ledger = with_deficit_ledger(&mut s);
        let (ruin, ..) = ruin(&mut s);
        let since = s.backend.now();
        let stranger = account("stranger");
        let call = allocateDeficitCall { marketId: s.market };
        let next = U256::from(since + PATIENCE);
        s.refused(stranger, call.clone(), TooEarly { next, nowTime: U256::from(since) });
        s.warp(PATIENCE - 1);
        s.refused(stranger, call.clone(), TooEarly { next, nowTime: next - U256::ONE });
        s.warp(1);
        let done = s.must(stranger, call.clone());
        assert_eq!(done.returned, ruin.asked);
        let e = done.event::<LossesChanged>();
        assert_eq!((e.badDebt, e.deficit), (ruin.lost, U256::ZERO));
        s.refused(stranger, call.clone(), ZeroAmount {});
        // Profit can be paid again, at the share that is there.
        s.set_price(wad(82));
        s.close(ruin.winner);
        assert!(s.position(ruin.winner).margin > dollars(5_000));
        s.remove_all(ruin.winner);

        // The next one: its ledger gives up at once.
        s.change(|params| (params.trading.maxOpenInterest, params.trading.maxSkew) = (wad(60_000), wad(60_000)));
        let bob = s.trader("bob", 10_000);
        s.open(bob, LONG, dollars(5_900), wad(50_000));
        move_to(&mut s, wad(67));
        let liquidate = s.liquidate_call(bob);
        let left = s.must(account("keeper"), liquidate).event::<PositionLiquidated>().uncovered;
        let asked = s.market().money.deficit;
        assert!(asked > U256::ZERO && asked <= left);
        assert_eq!(s.must(ledger, call).returned, asked);
        assert_eq!(s.market().money.badDebt, ruin.lost + left);
        s.assert_backed(&[account("keeper")]);
    }

    /// The money that comes in later makes waiting claims whole again, as far as it goes.
    fn bad_debt_can_be_paid_by_anybody_and_no_more_than_there_is(s) {
        let (ruin, _, losses) = ruin(&mut s);
        assert_eq!((losses.badDebt, losses.deficit), (ruin.lost, U256::ZERO));
        let payer = s.trader("payer", 1_000_000);
        let (before, wallet) = (s.market(), s.balance(payer));
        let done = s.must(payer, recapitalizeCall { marketId: s.market, amount: U256::from(u128::MAX) });
        assert_eq!(done.returned, ruin.lost);
        assert_eq!(s.balance(payer), wallet - ruin.lost);
        let after = s.market();
        assert_eq!((after.money.badDebt, after.money.pool), (U256::ZERO, before.money.pool + ruin.lost));
        s.assert_backed(&[account("keeper")]);
    }

    fn a_ledger_that_does_not_take_a_deficit_on_makes_it_bad_debt_and_stops_nothing(s) {
        for mode in [LedgerMode::SaysNothing, LedgerMode::SaysSomethingElse, LedgerMode::Reverts] {
            let mut s = System::<B>::new();
            let ledger = with_deficit_ledger(&mut s);
            s.backend.set_ledger_mode(ledger, mode.clone());
            let (ruin, _, losses) = ruin(&mut s);
            assert_eq!((losses.badDebt, losses.deficit), (ruin.lost, U256::ZERO), "{mode:?}");
            s.close(ruin.winner);
            s.remove_all(ruin.winner);
            s.assert_backed(&[account("keeper")]);
        }
        // One that is no contract, and one that answers in half a word.
        for answer in [Ok(Vec::new()), Ok(vec![0; 31]), Err(vec![1; 64])] {
            let ledger = s.backend.stub(answer);
            let mut s = System::<B>::new();
            let owner = s.owner;
            s.must(owner, setDeficitLedgerCall { deficitLedger: ledger });
            let (ruin, _, losses) = ruin(&mut s);
            assert_eq!((losses.badDebt, losses.deficit), (ruin.lost, U256::ZERO));
        }
    }

    /// It is asked in the middle of a liquidation; whatever it calls then, it finds locked.
    fn a_ledger_that_calls_back_finds_every_function_locked(s) {
        let (house, market, thief) = (s.house, s.market, account("thief"));
        let calls = [
            allocateDeficitCall { marketId: market }.abi_encode(),
            recapitalizeCall { marketId: market, amount: U256::ONE }.abi_encode(),
            s.liquidate_call(account("alice")).abi_encode(),
            s.batch_call(&[account("alice")]).abi_encode(),
            s.close_call(U256::MAX).abi_encode(),
            addMarginCall { marketId: market, amount: U256::ONE }.abi_encode(),
            withdrawRewardCall { recipient: thief }.abi_encode(),
            payInsuranceCall { marketId: market }.abi_encode(),
            catchUpCall { marketId: market, trader: account("alice") }.abi_encode(),
            haltMarketCall { marketId: market }.abi_encode(),
            multicallCall { calls: vec![allocateDeficitCall { marketId: market }.abi_encode().into()] }.abi_encode(),
        ];
        for calldata in calls {
            let mut s = System::<B>::new();
            let ledger = with_deficit_ledger(&mut s);
            s.backend.set_ledger_mode(ledger, LedgerMode::Reenters { target: house, calldata });
            assert_eq!(s.house, house, "deployed alike");
            let (ruin, ..) = ruin(&mut s);
            assert!(ruin.asked > U256::ZERO);
            assert_eq!((counter(&s, ledger, triedCall {}), counter(&s, ledger, allowedCall {})), (U256::ONE, U256::ZERO));
            s.assert_backed(&[account("keeper")]);
        }
    }

    fn the_ledger_is_named_by_the_owner_alone(s) {
        let (owner, thief) = (s.owner, account("thief"));
        let call = setDeficitLedgerCall { deficitLedger: thief };
        s.refused(thief, call.clone(), NotOwner { caller: thief });
        let e = s.must(owner, call).event::<DeficitLedgerChanged>();
        assert_eq!((e.deficitLedger, s.view(deficitLedgerCall {})), (thief, thief));
        s.must(owner, setDeficitLedgerCall { deficitLedger: Address::ZERO });
        let (ruin, _, losses) = ruin(&mut s);
        assert_eq!(losses.badDebt, ruin.lost);
    }
}
