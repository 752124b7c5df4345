//! The faults V1 was known for, shown on the model with the numbers of their reproductions: our own regression
//! tests, which name the same faults, can be compared with these. Amounts "left out" of a claim are truncated.
//!
//! Not here, for they are nothing this model could show: B23 (feeds without staleness checks), B25 (minting,
//! never deployed), B26 (behind the version modelled), B29 (an owner without bounds), B33 (staking rewards).

mod support;

use everfloor_v1_model::Side::{Buy, Sell};
use everfloor_v1_model::{Holder, PnlOption, V1Error, WAD};
use support::Fact::*;
use support::Setting::*;
use support::{ALICE, BOB, CAROL, KEEPER, RIG, Rig, Story, dec, done};

const E18: i128 = WAD;

/// Alice long 37.5, Bob short 187.5, spot 1.6: net short 150, 1,500 in the vault.
fn net_short_of_150(rig: Rig) -> Story {
    Story::new(rig)
        .open(ALICE, Buy, "300", "2", "0")
        .open(BOB, Sell, "1200", "1", "0")
        .is(NetSize, -150 * E18)
}

#[test]
fn b1_funding_drains_the_fund_without_bound_and_then_stops_for_everybody() {
    // The traders' net size receives 150 * 0.01 each period, from nobody but the fund.
    net_short_of_150(Rig { insurance: "4", ..RIG })
        .fund("1.59")
        .is(InsuranceFund, 2_500_000)
        .fund("1.59")
        .is(InsuranceFund, 1_000_000)
        .is(Vault, 1_503_000_000)
        .forward(86_400)
        .refuses(V1Error::FundNotEnough, |s| s.world.pay_funding(s.market))
        .is(CumulativePremium, 20_000_000_000_000_000);
}

#[test]
fn b2_positive_funding_sweeps_the_vault_though_one_trader_is_owed_from_it() {
    net_short_of_150(RIG)
        .is(Vault, 1_500_000_000)
        .fund("21.6")
        .is(CumulativePremium, -20 * E18)
        .is(Vault, 0)
        .is(InsuranceFund, 6_500_000_000)
        // Owed 20 on each of 37.5, and her margin was in there as well.
        .is(MarginWithFunding(ALICE), 1_050 * E18)
        .is(MarginWithFunding(BOB), 0);
}

#[test]
fn b3_settlement_forgets_the_funding_that_is_owed() {
    let story = Story::new(RIG).open(ALICE, Buy, "25", "10", "0").add_margin(BOB, "20").fund("14.625");
    // One for each of 20 base. The fund has it already, out of the vault: she is paid with Bob's margin.
    story.is(MarginWithFunding(ALICE), 5 * E18).shutdown().settle(ALICE).is(Wallet(ALICE), 5_000_000_000);
}

#[test]
fn b4_settlement_at_price_zero_owes_more_than_there_is_and_the_last_are_not_paid() {
    Story::new(Rig { carol: "5000", ..RIG })
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Buy, "350", "1", "0")
        .close(ALICE, "0")
        .is(RealizedPnl, 137_878_787_878_787_878_787)
        .open(CAROL, Sell, "212.121212121212121212", "1", "0")
        .shutdown()
        .is(SettlementPrice, 0)
        .is(Vault, 424_242_425)
        // Claims of 562.12, whatever was won and lost.
        .is(SettlementValue(BOB), 350 * E18)
        .is(SettlementValue(CAROL), 212_121_212_121_212_121_212)
        .settle(BOB)
        .is(Vault, 74_242_425)
        .refuses(V1Error::TransferFailed, |s| s.try_settle(CAROL));
}

#[test]
fn b5_a_market_that_went_up_fourfold_settles_at_half_its_price_whatever_the_oracle_says() {
    Story::new(RIG)
        .open(ALICE, Buy, "1000", "1", "0")
        .is(QuoteReserve, 2_000 * E18)
        .is(BaseReserve, 50 * E18)
        .oracle("40")
        .shutdown()
        .is(SettlementPrice, 20 * E18);
}

#[test]
fn b6_a_close_over_the_limit_succeeds_and_does_nothing_also_against_its_own_limit() {
    Story::new(RIG)
        .open(ALICE, Buy, "25", "10", "0")
        .forward(15)
        .set(FluctuationLimit, "0.1")
        // Worth 250; a quarter of a million is demanded.
        .close(ALICE, "250000")
        .is(Size(ALICE), 20 * E18)
        .is(ExchangedQuote, 0)
        .is(ExchangedSize, 0)
        .is(Wallet(ALICE), 4_975_000_000);
}

#[test]
fn b7_what_a_liquidated_trader_has_left_is_counted_twice() {
    let before = Story::new(RIG)
        .backstop(CAROL)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "60", "1", "0")
        .is(Vault, 85_000_000);
    let after = before
        .liquidate(CAROL, ALICE, "0")
        .is(LiquidationFee, 5_719_305_331_179_321_486)
        // The fee less the rest of 3.772213247.
        .is(LiquidationBadDebt, 1_947_092_084_006_462_037)
        // 85 less twice the rest, where once was right (-3.772213).
        .is(Vault, 85_000_000 - 7_544_426)
        // It gained, where it should have paid the missing 1.947092.
        .is(InsuranceFund, 5_000_000_000 + 1_825_121)
        .is(Wallet(CAROL), 5_719_305);
    let rest = after.last.liquidation.map(|liquidation| liquidation.to_insurance);
    assert_eq!(rest, Some(3_772_213_247_172_859_449));
}

#[test]
fn b8_a_partial_close_ignores_its_limit() {
    Story::new(Rig { partial_liquidation: "0.25", ..RIG })
        .open(ALICE, Buy, "25", "10", "0")
        .forward(15)
        .set(FluctuationLimit, "0.3")
        .close(ALICE, "250000")
        .is(ExchangedQuote, 73_529_411_764_705_882_352)
        .is(Size(ALICE), 15 * E18);
}

#[test]
fn b9_the_limit_of_a_reversal_is_dropped_when_it_is_small() {
    Story::new(RIG)
        .open(ALICE, Buy, "50", "2", "0")
        // At most 5 base are to be sold.
        .open(ALICE, Sell, "50", "5", "5")
        .is(ExchangedSize, -26_737_967_914_438_502_674)
        .is(Size(ALICE), -17_647_058_823_529_411_765);
}

#[test]
fn b10_a_market_closed_without_shutdown_hands_losers_their_whole_margin() {
    let mut story = Story::new(RIG)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "250", "1", "0")
        .is(SpotPnl(ALICE), -83_333_333_333_333_333_334);
    done(story.world.set_open(story.market, false));
    story.is(SettlementValue(ALICE), 25 * E18).settle(ALICE).is(Wallet(ALICE), 5_000_000_000);
}

#[test]
fn b11_margin_without_a_position_is_stuck_after_a_shutdown() {
    Story::new(RIG)
        .add_margin(ALICE, "100")
        .open(BOB, Buy, "100", "1", "0")
        .shutdown()
        .refuses(V1Error::PositionSizeIsZero, |s| s.try_settle(ALICE))
        .refuses(V1Error::AmmWasClosed, |s| s.try_remove_margin(ALICE, "100"));
}

#[test]
fn b12_a_position_with_profit_and_funding_debt_cannot_be_liquidated() {
    let rig = Rig { partial_liquidation: "0.25", liquidation_fee: "0.025", maintenance: "0.0625", ..RIG };
    let story = Story::new(rig)
        .backstop(CAROL)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Buy, "45.25", "1", "0")
        .sync_oracle();
    assert_eq!(story.look(SpotPnl(ALICE)) / (E18 / 1_000), 16_498);
    // Spot 16.776, funding of 1.540 on each of 20: more than her margin, less than margin and profit.
    let story = story.fund("15.236").is(MarginWithFunding(ALICE), 0);
    assert_eq!(story.look(MarginRatio(ALICE)) / (E18 / 1_000), 40, "4 %, above the fee, below maintenance");
    story.refuses(V1Error::SubtractionOverflow, |s| s.try_liquidate(CAROL, ALICE, "0"));
}

#[test]
fn b13_a_very_profitable_position_cannot_be_reduced() {
    Story::new(RIG)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Buy, "2000", "1", "0")
        .refuses(V1Error::OpenNotionalNotPositive, |s| s.try_open(ALICE, Sell, "980", "1", "0"))
        .close(ALICE, "0");
}

#[test]
fn b14_margin_is_credited_in_full_and_paid_floored() {
    let most = "1.000000999999999999";
    let story = Story::new(RIG)
        .open(ALICE, Buy, most, "1", "0")
        .is(Margin(ALICE), 1_000_000_999_999_999_999)
        .is(Wallet(ALICE), 4_999_000_000)
        .add_margin(ALICE, most);
    // Two such fractions are a unit that nobody paid.
    let claim = story.world.token.units(story.look(Margin(ALICE)));
    assert_eq!((claim, story.look(Vault)), (2_000_001, 2_000_000));
}

#[test]
fn b15_an_increase_is_held_to_maintenance_only_so_that_the_whole_exceeds_the_leverage() {
    let mut story = Story::new(Rig { maintenance: "0.0625", ..RIG });
    story.world.ratios.initial = WAD / 10;
    let story = story
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "5", "1", "0")
        .forward(1_000)
        .refuses(V1Error::MarginRatio, |s| s.try_open(ALICE, Buy, "1", "11", "0"))
        .open(ALICE, Buy, "1", "10", "0");
    let ratio = story.look(MarginRatio(ALICE));
    assert!((WAD / 16..WAD / 10).contains(&ratio), "{ratio}");
}

#[test]
fn b16_an_underwater_long_lives_on_the_average_and_then_on_the_oracle() {
    let story = Story::new(RIG)
        .backstop(CAROL)
        .forward(900)
        .open(ALICE, Buy, "25", "10", "0")
        .forward(900)
        .open(BOB, Sell, "200", "1", "0")
        .sync_oracle();
    let ratio = |story: &Story, option| {
        done(story.world.margin_ratio_by(story.market, ALICE, option)) / (WAD / 10_000)
    };
    assert_eq!(ratio(&story, PnlOption::Spot), -2_346, "a quarter of the position is missing");
    let story = story
        .refuses(V1Error::MarginRatio, |s| s.try_liquidate(CAROL, ALICE, "0"))
        .forward(165)
        .refuses(V1Error::MarginRatio, |s| s.try_liquidate(CAROL, ALICE, "0"));
    assert_eq!(ratio(&story, PnlOption::Twap), 529, "the average remembers better days");
    let story = story.forward(15);
    assert_eq!(ratio(&story, PnlOption::Twap), 484);
    // Spot is at 11.025; an oracle more than a tenth away says that all is well.
    story
        .oracle("13")
        .refuses(V1Error::MarginRatio, |s| s.try_liquidate(CAROL, ALICE, "0"))
        .sync_oracle()
        .liquidate(CAROL, ALICE, "0")
        .is(BadDebt, 42_768_595_041_322_314_051);
}

#[test]
fn b17_a_position_with_bad_debt_waits_for_the_listed_liquidators() {
    Story::new(RIG)
        .open(ALICE, Buy, "150", "4", "0")
        .open(BOB, Sell, "500", "1", "0")
        .refuses(V1Error::NotBackstop, |s| s.try_liquidate(KEEPER, ALICE, "0"))
        .backstop(CAROL)
        .liquidate(CAROL, ALICE, "0")
        .is(BadDebt, 128_761_061_946_902_654_868);
}

#[test]
fn b18_a_profit_in_one_market_is_paid_with_the_margin_of_another() {
    let mut story = Story::new(Rig { insurance: "0", carol: "500", ..RIG });
    let other = story.add_market(&RIG);
    done(story.world.open(CAROL, other, Buy, 500 * WAD, WAD, 0));
    // Two shorts; the first leaves with what the second lost, and with more than the second put in.
    let mut story = story
        .open(ALICE, Sell, "20", "10", "0")
        .open(BOB, Sell, "20", "10", "0")
        .close(ALICE, "0")
        .is(RealizedPnl, 94_117_647_058_823_529_412)
        .is(Vault, 540_000_000 - 114_117_647);
    assert_eq!(story.world.close(CAROL, other, 0), Err(V1Error::FundNotEnough));
    // Nor can she have her margin: it is in Alice's wallet.
    assert_eq!(story.world.remove_margin(CAROL, other, 450 * WAD), Err(V1Error::FundNotEnough));
}

#[test]
fn b19_open_interest_drifts_from_what_is_open() {
    Story::new(RIG)
        .set(OpenInterestCap, "1000")
        .open(ALICE, Buy, "250", "1", "0")
        .open(BOB, Buy, "350", "1", "0")
        .is(OpenInterest, 600 * E18)
        // Alice reduces by more than she put in: only Bob's 350 and her rest are left, the count says less.
        .open(ALICE, Sell, "387", "1", "0")
        .is(OpenInterest, 213 * E18)
        .is(OpenNotional(BOB), 350 * E18)
        // Without a cap nothing is counted, so that the next cap starts from a wrong number.
        .set(OpenInterestCap, "0")
        .close(BOB, "0")
        .set(OpenInterestCap, "1000")
        .is(OpenInterest, 213 * E18);
}

#[test]
fn b20_who_has_an_empty_wallet_cannot_close() {
    Story::new(Rig { alice: "25.25", toll: "0.001", ..RIG })
        .open(ALICE, Buy, "25", "10", "0")
        .is(Wallet(ALICE), 0)
        // The margin comes back before the fee is pulled, but a position that lost all has none to pay it with.
        .fund("14.375")
        .is(MarginWithFunding(ALICE), 0)
        .refuses(V1Error::TransferFromFailed, |s| s.try_close(ALICE, "0"));
}

#[test]
fn b21_the_average_walks_one_snapshot_a_block_and_blocks_are_its_only_clock() {
    let story = Story::new(RIG)
        .repeat(50, |s| s.open(ALICE, Buy, "1", "1", "0").open(BOB, Sell, "1", "1", "0").forward(15));
    assert_eq!(done(story.world.amm(story.market)).history.len(), 50, "never pruned");
    // Minutes within one block number, as on a chain that reports another chain's blocks, are one block.
    let mut story = story.set(FluctuationLimit, "0.05").open(ALICE, Buy, "20", "1", "0");
    story.world.now += 600;
    story.refuses(V1Error::OverFluctuation, |s| s.try_open(ALICE, Buy, "20", "1", "0"));
}

#[test]
fn b22_periods_that_nobody_settled_are_lost_and_short_ones_break() {
    let mut story = net_short_of_150(RIG);
    story.world.now += 10 * 86_400;
    let story = story.fund("1.59");
    assert_eq!(story.look(CumulativePremium), 10_000_000_000_000_000, "one premium for ten days");
    // Half-hour periods: floored to the hour, the next one begins at once, then it is half a period late.
    let mut story = Story::new(Rig { funding_period: 1_800, ..RIG });
    story.world.now += 900;
    assert!(story.world.now < 1_444_004_400 + 1_800 && story.world.pay_funding(story.market).is_ok());
}

#[test]
fn b24_liquidation_on_the_curve_makes_a_debt_that_the_price_alone_would_not() {
    let story = Story::new(RIG)
        .backstop(CAROL)
        .open(ALICE, Buy, "150", "4", "0")
        .open(BOB, Sell, "500", "1", "0")
        .is(SpotPnl(ALICE), -278_761_061_946_902_654_868);
    // At the spot of 12.1 before her own sale she would owe nothing: 150 + 37.5 * 12.1 = 603.75 against 600.
    let spot = done(done(story.world.amm(story.market)).spot());
    assert_eq!(spot, 12_099_999_999_999_999_999);
    story.liquidate(CAROL, ALICE, "0").is(BadDebt, 128_761_061_946_902_654_868);
}

#[test]
fn b27_a_second_shutdown_changes_the_price_or_keeps_a_stale_one_and_the_global_one_does_nothing() {
    let mut story =
        Story::new(RIG).open(ALICE, Buy, "1000", "1", "0").shutdown().is(SettlementPrice, 20 * E18);
    done(story.world.set_open(story.market, true));
    let mut story = story.open(BOB, Buy, "500", "1", "0").shutdown().is(SettlementPrice, 25 * E18);
    // All closed: the price of the last time stays.
    done(story.world.set_open(story.market, true));
    let mut story = story.close(ALICE, "0").close(BOB, "0").shutdown().is(NetSize, 0);
    assert_eq!(story.look(SettlementPrice), 25 * E18);
    done(story.world.set_open(story.market, true));
    done(story.world.shutdown_all(false));
    assert!(done(story.world.amm(story.market)).open);
    done(story.world.shutdown_all(true));
    assert!(!done(story.world.amm(story.market)).open);
}

#[test]
fn b28_a_pause_leaves_liquidation_on_while_nobody_can_defend_a_position() {
    let mut story =
        Story::new(RIG).backstop(CAROL).open(ALICE, Buy, "25", "10", "0").open(BOB, Sell, "60", "1", "0");
    story.world.paused = true;
    story
        .refuses(V1Error::Paused, |s| s.try_add_margin(ALICE, "1000"))
        .refuses(V1Error::Paused, |s| s.try_close(ALICE, "0"))
        .refuses(V1Error::Paused, |s| s.try_open(ALICE, Sell, "1", "1", "0"))
        .refuses(V1Error::Paused, |s| s.try_remove_margin(BOB, "1"))
        .liquidate(CAROL, ALICE, "0")
        .fund("10");
}

#[test]
fn b30_an_increase_reports_the_profit_of_the_old_size_only() {
    let story = Story::new(RIG).open(ALICE, Buy, "100", "1", "0").open(ALICE, Buy, "100", "1", "0");
    // 9.09 base at the new price against the first 100; the whole position has no profit at all.
    assert_eq!(story.look(UnrealizedPnlAfter), 18_032_786_885_245_901_637);
    assert!(story.look(SpotPnl(ALICE)).abs() <= 20);
}

#[test]
fn b31_increasing_erases_a_funding_debt() {
    let story = Story::new(RIG)
        .open(ALICE, Sell, "30", "10", "0")
        .open(BOB, Sell, "33.333333333333333333", "1", "0")
        .fund("6.077777777777777778");
    let milli = |fact| story.look(fact) / (E18 / 1_000);
    // Margin 30, profit 33.33, funding owed 70.
    assert_eq!((milli(Margin(ALICE)), milli(SpotPnl(ALICE)), milli(Equity(ALICE))), (30_000, 33_333, -6_666));
    let story = story.open(ALICE, Sell, "1", "1", "0").is(BadDebt, 0).is(Margin(ALICE), 0);
    assert_eq!(story.look(Equity(ALICE)) / (E18 / 1_000), 33_333, "for one paid in, 39 were forgotten");
}

#[test]
fn an_emptied_vault_shows_as_claims_and_debts() {
    let story = net_short_of_150(RIG).fund("21.6").is(Vault, 0);
    // Bob owes 3,750 on a margin of 1,200, and whoever traded last has no profit.
    let (claims, debts) = done(story.world.claims_and_debts(PnlOption::Spot));
    let (alice, bob) = (story.look(Equity(ALICE)), story.look(Equity(BOB)));
    assert_eq!((claims, debts), (alice.max(0), -bob));
    assert_eq!(bob, -2_550 * E18);
}

#[test]
fn b32_a_removed_market_keeps_its_traders() {
    let mut story = Story::new(RIG).open(ALICE, Buy, "100", "1", "0").shutdown();
    done(story.world.remove_market(story.market));
    story
        .refuses(V1Error::AmmNotFound, |s| s.try_settle(ALICE))
        .refuses(V1Error::AmmNotFound, |s| s.try_close(ALICE, "0"));
}

#[test]
fn settlement_is_first_come_first_served() {
    let story = || {
        Story::new(Rig { quote: "10000", carol: "5000", ..RIG })
            .open(ALICE, Sell, "200", "10", "0")
            .open(BOB, Buy, "200", "2", "0")
            .open(CAROL, Sell, "200", "10", "0")
            .shutdown()
            .is(SettlementPrice, 63_999_999_999_999_999_997)
            .is(Vault, 600_000_000)
    };
    let claims = [ALICE, BOB, CAROL].map(|who| story().look(SettlementValue(who)) / (E18 / 1_000_000));
    assert_eq!(claims, [600_000_000, 180_952_380, 0]);
    story().settle(ALICE).refuses(V1Error::TransferFailed, |s| s.try_settle(BOB)).settle(CAROL);
    story().settle(BOB).refuses(V1Error::TransferFailed, |s| s.try_settle(ALICE)).settle(CAROL);
}

#[test]
fn restriction_holds_back_only_who_was_touched_in_the_block_of_a_liquidation() {
    Story::new(Rig { carol: "100", ..RIG })
        .backstop(KEEPER)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "60", "1", "0")
        .liquidate(KEEPER, ALICE, "0")
        .refuses(V1Error::OnlyOneAction, |s| s.try_close(BOB, "0"))
        .refuses(V1Error::OnlyOneAction, |s| s.try_open(ALICE, Buy, "1", "1", "0"))
        .open(CAROL, Buy, "1", "1", "0")
        .forward(15)
        .close(BOB, "0");
}

#[test]
fn no_token_unit_appears_or_vanishes_in_a_liquidation_with_prepaid_debt() {
    let story = Story::new(RIG).backstop(CAROL);
    let all = story.world.token.total();
    let story = story
        .open(ALICE, Sell, "20", "10", "0")
        .open(BOB, Sell, "20", "10", "0")
        .close(ALICE, "0")
        .is(PrepaidBadDebt, 74_117_647_058_823_529_412)
        .sync_oracle()
        .liquidate(CAROL, BOB, "0");
    assert_eq!(story.world.token.total(), all);
    assert_eq!(story.world.token.balance(Holder::Wallet(ALICE)), 5_094_117_647);
    assert!(dec("74.2") > story.look(PrepaidBadDebt), "what was paid ahead is used up");
}
