//! What replaces the first vAMM's faults, where they were shown with numbers: the study's list of corrected results.

use alloy_primitives::U256;
use everfloor_test::{abi::ClearingHouse::*, account};

use crate::{adapter::*, stage::Stage, stories};

/// A long of 20 base whose exit leaves 3.772213 of its 25, less than the penalty.
fn nearly_lost<B: Stage>(begin: impl Fn(Rig) -> Story<B>) -> Story<B> {
    begin(RIG)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "60", "1", "0")
        .set(|p| p.trading.markBandPpm = 5_000)
        .oracle("11.4")
        .is(Vault, "85")
}

/// Nothing is open net, and Carol's profit has left the curve before the loss it was made from.
fn net_of_nothing<B: Stage>(begin: impl Fn(Rig) -> Story<B>) -> Story<B> {
    let story = begin(Rig { insurance: "0", ..RIG })
        .open(CAROL, Buy, "200", "1", "0")
        .open(ALICE, Buy, "200", "1", "0")
        .close(CAROL, "0")
        .about(Claim(CAROL), 64_864_864_864_864_864_864, 20)
        .take_out(CAROL);
    // As much as Alice's long is worth: 135.135…
    story
        .open(BOB, Sell, "135.135135135135135136", "1", "0")
        .about(NetSize, 0, 10)
        .is(Vault, 335_135_135_135_135_135_136)
        .shutdown_at("10")
}

/// Three positions at a mark of 40.96, ended at 64: one has gained 400, one has lost 19, one 181 more than it had.
fn ended_at_64<B: Stage>(begin: &impl Fn(Rig) -> Story<B>, insurance: &'static str) -> Story<B> {
    begin(Rig { quote: "10000", insurance, ..RIG })
        .open(ALICE, Sell, "200", "10", "0")
        .open(BOB, Buy, "200", "2", "0")
        .open(CAROL, Sell, "200", "10", "0")
        .is(Vault, "600")
        .shutdown_at("63.999999999999999997")
}

const ORDERS: [[&str; 3]; 6] = [
    [ALICE, BOB, CAROL],
    [ALICE, CAROL, BOB],
    [BOB, ALICE, CAROL],
    [BOB, CAROL, ALICE],
    [CAROL, ALICE, BOB],
    [CAROL, BOB, ALICE],
];

stories! {
    fn b7_what_a_liquidated_trader_has_left_is_paid_out_once(begin) {
        let story = nearly_lost(&begin)
            .set(|p| p.risk.keeperSharePpm = 1_000_000)
            .liquidate(KEEPER, ALICE, "0")
            .is(RealizedPnl, -21_227_786_752_827_140_551)
            // The penalty of 11.44 would be more; the reward is what there is, and the fund adds nothing to it.
            .is(Penalty, 3_772_213_247_172_859_449)
            .is(KeeperReward, 3_772_213_247_172_859_449)
            .is(Shortfall, 0)
            .is(Margin(ALICE), 0);
        reward_leaves(story, 3_772_213_247_172_859_449).is(InsuranceFund, "5000");
    }

    fn b7_the_funds_part_of_a_penalty_is_counted_once(begin) {
        let story = nearly_lost(&begin).liquidate(KEEPER, ALICE, "0").is(KeeperReward, 1_886_106_623_586_429_724);
        let mut story = reward_leaves(story, 1_886_106_623_586_429_724);
        let call = payInsuranceCall { marketId: story.s.market };
        story.s.must(account(KEEPER), call);
        story.is(Vault, 81_227_786_752_827_140_551).is(InsuranceFund, 5_001_886_106_623_586_429_725);
    }

    fn b6_b8_a_close_beyond_its_limit_is_refused_whole_or_in_part(begin) {
        let story = begin(RIG).open(ALICE, Buy, "200", "1", "0");
        let quarter = story.position(ALICE).size.unsigned_abs() / U256::from(4);
        // ⌊1200·4.1666…/(83.33… + 4.1666…)⌋, of a base that was floored.
        let got = U256::from(57_142_857_142_857_142_848_u128);
        story
            .refuses(ALICE, |s| s.close_call(U256::MAX, "201"), SlippageExceeded {
                got: U256::from(199_999_999_999_999_999_992_u128),
                limit: w("201"),
            })
            .refuses(ALICE, |s| s.close_call(quarter, "57.142857142857142849"), SlippageExceeded {
                got,
                limit: w("57.142857142857142849"),
            })
            .close_part(ALICE, 4, "57.142857142857142848")
            .about(ExchangedQuote, 57_142_857_142_857_142_848, 0);
    }

    fn b4_profit_that_left_first_leaves_every_payout_covered_in_any_order(begin) {
        for (settled, redeemed) in [([ALICE, BOB], [BOB, CAROL]), ([BOB, ALICE], [CAROL, BOB])] {
            let mut story = net_of_nothing(&begin);
            for who in settled {
                story = story.settle(who);
            }
            for who in redeemed {
                story = story.redeem(who);
            }
            // Losses of 80.952… pay profits of 64.864… and 16.087…; the margins are there whoever comes last.
            story
                .take_out(CAROL)
                .take_out(BOB)
                .take_out(ALICE)
                .about(Wallet(ALICE), 4_919_047_619_047_619_047_620, 20)
                .about(Wallet(BOB), 5_016_087_516_087_516_087_517, 20)
                .about(Wallet(CAROL), 5_064_864_864_864_864_864_864, 20)
                .about(Vault, 0, 20);
        }
    }

    fn b31_a_funding_debt_does_not_vanish_by_growing(begin) {
        let story = begin(RIG)
            .open(ALICE, Buy, "30", "8.333333333333333333", "0")
            .open(BOB, Buy, "100", "0.9", "0")
            .about(SpotPnl(ALICE), "33.217665615141955835", 100)
            // 3.5 a base above the oracle for a day.
            .fund("14.456")
            .about(MarginWithFunding(ALICE), "-40", 100);
        let (available, needed) = (story.units(w("31")), w("70"));
        let mut story = story;
        let call = story.open_call(Buy, "1", "1", "0");
        let refused: InsufficientMargin = story.refusal(ALICE, call);
        assert_eq!(refused.available, available);
        story.amounts(refused.needed, needed.to::<i128>(), 200);
        // With enough to pay it, it is paid.
        story
            .open(ALICE, Buy, "60", "0.1", "0")
            .about(FundingPayment, "70", 200)
            .about(OwnMargin(ALICE), "20", 200)
            .about(Pool, "70", 200);
    }

    fn b12_a_profit_with_a_large_funding_debt_can_be_liquidated(begin) {
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "0")
            .open(BOB, Buy, "50", "0.905", "0")
            .about(SpotPnl(ALICE), 16_498_163_297_724_474_800, 5)
            // Funding of 30.84, more than the margin, leaves 4 % of the value.
            .fund("15.234813786709225209")
            .about(SpotRatio(ALICE), 40_000_000_000_000_000, 1_000)
            .set(|p| p.trading.markBandPpm = 5_000)
            .oracle("13.258615089439028597")
            .liquidate(KEEPER, ALICE, "0")
            .is(RealizedPnl, 16_498_163_297_724_474_800)
            .about(FundingPayment, 30_838_236_765_815_495_808, 30)
            .is(Shortfall, 0)
            .about(Penalty, 10_659_926_531_908_978_992, 30)
            .is(Size(ALICE), 0);
    }

    fn b14_what_is_credited_is_what_was_paid(begin) {
        let story = begin(RIG).open(ALICE, Buy, "1.000000999999999999", "1", "0");
        let paid = story.units(w("1.000000999999999999"));
        assert_eq!(story.position(ALICE).margin, paid);
        assert_eq!(story.s.balance(account(ALICE)), story.units(w("5000")) - paid);
        assert_eq!(story.s.balance(story.s.house), paid);
        // Six decimals credit 1.000000.
        assert!(story.scale == U256::ONE || paid == U256::from(1_000_000));
        story.remove_margin(ALICE, "0.9");
    }

    fn b10_a_market_that_ends_does_not_forget_what_was_lost(begin) {
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "0")
            .open(BOB, Sell, "200", "1", "0")
            .shutdown_at("8.333333333333333333")
            // 250 of entry, 166.67 of value.
            .settle(ALICE)
            .is(Margin(ALICE), 0)
            .is(Size(ALICE), 0)
            // The fund has paid what the margin could not.
            .is(InsuranceFund, 4_941_666_666_666_666_666_660);
    }

    fn fun_04_funding_is_never_swept_and_receivers_get_what_payers_have(begin) {
        begin(RIG)
            .open(ALICE, Buy, "300", "2", "37.5")
            .open(BOB, Sell, "1200", "1", "187.5")
            .fund("21.6")
            // There 1,500 of margins go to the fund at once, while Alice is owed 750.
            .is(Vault, "1500")
            .is(InsuranceFund, "5000")
            .is(MarginWithFunding(ALICE), "1050")
            .is(MarginWithFunding(BOB), "-2550")
            .liquidate(KEEPER, BOB, "0")
            .about(InsuranceFund, "5000", 10)
            .about(Pool, "1200", 10)
            .close(ALICE, "0")
            .about(FundingPayment, "-750", 10)
            .about(OwnMargin(ALICE), "1050", 10)
            .about(Vault, "1500", 10)
            .take_out(ALICE)
            .about(Wallet(ALICE), "5750", 10);
    }

    fn fun_05_what_few_pay_is_all_that_many_receive(begin) {
        begin(RIG)
            .open(ALICE, Buy, "300", "2", "37.5")
            .open(BOB, Sell, "1200", "1", "187.5")
            // A premium of 1, more than half of the index a day: in three days and a third.
            .fund("0.6")
            .is(LongFunding, "1")
            .is(ShortFunding, "-0.2")
            .is(MarginWithFunding(ALICE), "262.5")
            // There the fund pays the shorts 187.5 for the 37.5 of the longs.
            .is(MarginWithFunding(BOB), "1237.5")
            .is(Vault, "1500")
            .is(InsuranceFund, "5000");
    }

    fn shd_03_margins_first_then_profit_pro_rata_in_any_order(begin) {
        for order in ORDERS {
            let mut story = ended_at_64(&begin, "0");
            for who in order {
                story = story.settle(who);
            }
            story = story.redeem(ALICE).is(BadDebt, 180_952_380_952_380_952_337);
            // To the unit what the scheme says: 600 in all.
            let units = |who| story.position(who).margin;
            if story.scale == U256::ONE {
                assert_eq!(units(ALICE) + units(BOB), w("600"));
                story = story.about(OwnMargin(ALICE), 419_047_619_047_619_047_698, 200);
            } else {
                assert_eq!((units(ALICE), units(BOB)), (U256::from(419_047_620), U256::from(180_952_380)));
            }
            story
                .is(Margin(CAROL), 0)
                .take_out(ALICE)
                .take_out(BOB)
                .is(Wallet(BOB), 4_980_952_380_952_380_952_302)
                .is(Vault, 0);
        }
    }

    fn shd_03_insurance_pays_what_a_margin_could_not(begin) {
        ended_at_64(&begin, "5000")
            .settle(CAROL)
            .settle(ALICE)
            .settle(BOB)
            .redeem(ALICE)
            .is(BadDebt, 0)
            .about(OwnMargin(ALICE), "600", 100)
            .about(OwnMargin(BOB), 180_952_380_952_380_952_302, 100)
            .about(InsuranceFund, 4_819_047_619_047_619_047_663, 100);
    }

    fn liq_01_is_exact_where_the_first_vamm_floors_twice(begin) {
        // …586 there, against the pool: the exact quotient ends in …585.
        begin(Rig { penalty: "0.025", maintenance: "0.1", ..RIG })
            .open(ALICE, Buy, "25", "10", "0")
            .open(BOB, Sell, "45.18072289", "1", "0")
            .close_part(ALICE, 4, "0")
            .about(ExchangedQuote, 68_455_640_744_970_299_585, 0);
    }
}

/// The keeper takes the reward: what leaves the vault arrives, and nothing else moves.
#[track_caller]
fn reward_leaves<B: Stage>(mut story: Story<B>, reward: i128) -> Story<B> {
    let all = |s: &Story<B>| s.look(Vault) + s.look(InsuranceFund) + s.look(Wallet(KEEPER));
    let (vault, before) = (story.look(Vault), all(&story));
    story.s.must(account(KEEPER), withdrawRewardCall { recipient: account(KEEPER) });
    assert_eq!(all(&story), before);
    assert_eq!(vault - story.look(Vault), story.look(Wallet(KEEPER)));
    story.is(Reward(KEEPER), 0).about(Wallet(KEEPER), reward, 1_000_000_000_000)
}
