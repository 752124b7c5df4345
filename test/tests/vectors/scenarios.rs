//! The open scenarios, by their names.

use alloy_primitives::U256;
use everfloor_test::{abi::ClearingHouse::*, int, wad};

use crate::{adapter::*, stage::Stage, stories};

/// A long of 20 base entered at 250, and what the curve would give for it has fallen to 233.9.
fn liq_01<B: Stage>(begin: impl Fn(Rig) -> Story<B>) -> Story<B> {
    begin(Rig { penalty: "0.025", maintenance: "0.1", ..RIG })
        .forward(900)
        .open(ALICE, Buy, "25", "10", "0")
        .forward(15)
        .open(BOB, Sell, "45.18072289", "1", "0")
}

/// A short of 25 base entered at 200, and what the curve would take for it has risen to 211.3.
fn liq_04<B: Stage>(begin: impl Fn(Rig) -> Story<B>) -> Story<B> {
    begin(Rig { penalty: "0.025", maintenance: "0.1", ..RIG })
        .forward(900)
        .open(ALICE, Sell, "20", "10", "0")
        .forward(15)
        .open(BOB, Buy, "19.67213115", "1", "0")
        .sync_oracle()
}

/// Bob buys, Carol and Alice buy, Bob sells what he bought: in five equal trades each.
fn flq_02<B: Stage>(begin: impl Fn(Rig) -> Story<B>) -> Story<B> {
    begin(Rig { penalty: "0.025", maintenance: "0.199", ..RIG })
        .forward(900)
        .set(|p| p.trading.maxPriceImpactPpm = 41_000)
        .repeat(5, |s| s.open(BOB, Buy, "4", "5", "0").forward(15))
        .repeat(5, |s| s.open(CAROL, Buy, "2", "5", "0").forward(15))
        .repeat(5, |s| s.open(ALICE, Buy, "2", "5", "0").forward(15))
        .repeat(5, |s| s.against(BOB, Sell, "4", "5", "0").forward(15))
        .sync_oracle()
}

/// Carol leaves the market 2,000 of fees, and a curve as it was, but for what roundings leave on it.
fn with_fees<B: Stage>(story: Story<B>) -> Story<B> {
    story
        .set(|p| p.trading.feePpm = 100_000)
        .open(CAROL, Buy, "1000", "2.5", "0")
        .close(CAROL, "0")
        .repeat(3, |s| s.open(CAROL, Buy, "250", "10", "0").close(CAROL, "0"))
        .set(|p| p.trading.feePpm = 0)
        .about(QuoteReserve, "1000", 1_000)
        .about(MarketFees, "2000", 1_000)
}

stories! {
    fn pos_01_a_long_of_60_at_10x_takes_what_the_curve_gives(begin) {
        begin(RIG)
            .open(ALICE, Buy, "60", "10", "37.5")
            .is(Size(ALICE), 37_500_000_000_000_000_000)
            .is(Margin(ALICE), 60_000_000_000_000_000_000)
            .is(QuoteReserve, 1_600_000_000_000_000_000_000)
            .is(BaseReserve, 62_500_000_000_000_000_000)
            .is(Wallet(ALICE), "4940");
    }

    fn pos_04_an_equal_opposite_trade_closes_and_all_margin_can_be_taken(begin) {
        begin(RIG)
            .open(ALICE, Buy, "60", "10", "37.5")
            .is(Wallet(ALICE), "4940")
            .against(ALICE, Sell, "300", "2", "37.5")
            .is(Size(ALICE), 0)
            .is(OwnMargin(ALICE), "60")
            .take_out(ALICE)
            .is(Margin(ALICE), 0)
            .is(Wallet(ALICE), "5000");
    }

    fn pos_07_a_short_is_reversed_by_one_order_and_the_long_sold_to_flat(begin) {
        begin(RIG)
            .open(ALICE, Sell, "20", "10", "25")
            .is(Size(ALICE), -25_000_000_000_000_000_000)
            .against(ALICE, Buy, "150", "3", "44.9")
            .is(Size(ALICE), 20_000_000_000_000_000_000)
            // There 83.33, a third of what was opened, is taken: R10, an order takes no more than it says.
            .is(OwnMargin(ALICE), "20")
            // There the limit of 19.9 is dropped (B9): selling 20 base to flat gives more base than that.
            .refuses(ALICE, |s| s.against_call(Sell, "25", "10", "19.9"), SlippageExceeded {
                got: w("20"),
                limit: w("19.9"),
            })
            .against(ALICE, Sell, "25", "10", "20")
            .is(Size(ALICE), 0)
            .take_out(ALICE)
            .is(Margin(ALICE), 0)
            .is(Wallet(ALICE), "5000");
    }

    fn pos_10_closing_a_long_slightly_above_maintenance(begin) {
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "0")
            .open(BOB, Sell, "35.08", "1", "0")
            .close(ALICE, "0")
            .is(QuoteReserve, 977_422_074_620_429_546_963)
            .is(BaseReserve, 102_309_946_333_914_990_288)
            .is(Size(ALICE), 0)
            .is(RealizedPnl, -12_502_074_620_429_546_963)
            .take_out(ALICE)
            .is(Wallet(ALICE), 4_987_497_925_379_570_453_037);
    }

    fn pos_13_what_opening_and_closing_a_short_reports_with_a_fee_of_1_percent(begin) {
        begin(Rig { fee: "0.01", ..RIG })
            .open(ALICE, Sell, "50", "2", "11.12")
            .is(ExchangedSize, -11_111_111_111_111_111_112)
            .is(Fee, 1_000_000_000_000_000_000)
            .is(ExchangedQuote, 100_000_000_000_000_000_000)
            .is(Margin(ALICE), 50_000_000_000_000_000_000)
            .close(ALICE, "0")
            .is(ExchangedQuote, 100_000_000_000_000_000_008)
            .is(ExchangedSize, 11_111_111_111_111_111_112)
            .is(Fee, 1_000_000_000_000_000_000)
            .is(Size(ALICE), 0)
            .is(RealizedPnl, -8)
            // There the wallet pays the fee: R10, the margin does.
            .is(Margin(ALICE), 49_000_000_000_000_000_000 - 8);
    }

    fn pos_16_a_larger_short_reverses_a_long(begin) {
        begin(RIG)
            .open(ALICE, Buy, "50", "2", "0")
            .against(ALICE, Sell, "50", "5", "0")
            .is(ExchangedQuote, 250_000_000_000_000_000_000)
            .is(ExchangedSize, -26_737_967_914_438_502_674)
            .is(Size(ALICE), -17_647_058_823_529_411_765);
    }

    fn pos_19_profit_that_nobody_paid_waits_and_a_close_beyond_the_margin_is_refused(begin) {
        let mut story = begin(RIG)
            .open(ALICE, Sell, "20", "10", "0")
            .open(BOB, Sell, "20", "10", "0")
            .close(ALICE, "0")
            .is(RealizedPnl, 94_117_647_058_823_529_412)
            // There 74.117… of it is paid at once by the insurance fund, prepaid: R11, R18, it waits for who lost it.
            .is(OwnMargin(ALICE), "20")
            .is(Claim(ALICE), 94_117_647_058_823_529_412)
            .is(InsuranceFund, "5000")
            .take_out(ALICE)
            .is(Wallet(ALICE), "5000")
            .is(Vault, "20");
        // There Bob's close succeeds and does nothing: B6.
        let call = story.close_call(U256::MAX, "0");
        let refused: InsufficientMargin = story.refusal(BOB, call);
        story.amounts(refused.available, "20", 0);
        story.amounts(refused.needed, 94_117_647_058_823_529_415, 1);
        story.is(Size(BOB), -41_666_666_666_666_666_667).is(Vault, "20");
    }

    fn pos_22_a_full_liquidation_with_a_bad_debt(begin) {
        begin(RIG)
            .open(ALICE, Buy, "150", "4", "0")
            .open(BOB, Sell, "500", "1", "0")
            // There Carol must be on a list to do it: B17, anyone may.
            .liquidate(CAROL, ALICE, "0")
            .is(RealizedPnl, -278_761_061_946_902_654_868)
            .is(Shortfall, 128_761_061_946_902_654_868)
            .is(CoveredByFund, 128_761_061_946_902_654_868)
            // There the keeper's 8.03 is more bad debt, paid by the fund: R17, a reward comes out of a penalty, which
            // comes out of what margin is left, and none is.
            .is(Penalty, 0)
            .is(KeeperReward, 0)
            .is(Margin(ALICE), 0)
            .is(InsuranceFund, 4_871_238_938_053_097_345_132)
            .is(Vault, 778_761_061_946_902_654_868);
    }

    fn pos_25_an_underwater_long_may_add_when_its_margin_is_enough_afterwards(begin) {
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "0")
            .open(BOB, Sell, "250", "1", "0")
            .open(ALICE, Buy, "100", "1", "0")
            .is(Margin(ALICE), 125_000_000_000_000_000_000)
            .is(Size(ALICE), 29_090_909_090_909_090_909)
            .is(SpotNotional(ALICE), 266_666_666_666_666_666_665);
    }

    fn pos_28_a_quarter_of_a_long_is_closed_when_a_quarter_is_asked_for(begin) {
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "0")
            .set(|p| (p.trading.feePpm, p.trading.maxPriceImpactPpm) = (1_000, 359_000))
            // There a close of the whole becomes one of a quarter over the limit (B6, B8); here it is what was asked for.
            .close_part(ALICE, 4, "73.5")
            .is(Size(ALICE), 15_000_000_000_000_000_000)
            .is(ExchangedQuote, 73_529_411_764_705_882_352)
            .is(ExchangedSize, -5_000_000_000_000_000_000)
            .is(Fee, 73_529_411_764_705_882)
            // R10: the fee leaves the margin and not the wallet; both together are what they are there.
            .is(Margin(ALICE), 24_926_470_588_235_294_118)
            .is(Wallet(ALICE), "4975")
            // No limit on the price keeps anybody in.
            .set(|p| p.trading.maxPriceImpactPpm = 1_000)
            .close(ALICE, "0")
            .is(Size(ALICE), 0);
    }

    fn pos_31_the_least_that_can_be_opened_is_what_roundings_leave_a_margin_of(begin) {
        let story = begin(RIG);
        if story.scale == U256::ONE {
            // The token has a unit for it.
            story.open(ALICE, Buy, "0.0000009", "10", "0").open(ALICE, Buy, "0.000001", "1", "0");
            return;
        }
        // R8: less than a unit is nothing, and 5 % of the least notional is a unit.
        let none = BelowInitialMargin { equity: int(-1), required: U256::ONE };
        // And the wei that the curve rounds off is a unit of it.
        let rounded = BelowInitialMargin { equity: int(0), required: U256::ONE };
        story
            .refuses(ALICE, |s| s.open_call(Buy, "0.0000009", "10", "0"), none)
            .refuses(ALICE, |s| s.open_call(Buy, "0.000001", "1", "0"), rounded)
            .open(ALICE, Buy, "0.000002", "1", "0")
            .is(OwnMargin(ALICE), "0.000002");
    }

    fn cap_03_open_interest_is_capped_and_freed_by_reducing(begin) {
        begin(RIG)
            // B19: there it is a notional that drifts; here it is the base of a side. 600 buy 37.5.
            .set(|p| p.trading.maxOpenInterest = w("37.5"))
            .open(ALICE, Buy, "600", "1", "0")
            .is(LongSize, 37_500_000_000_000_000_000)
            .refuses(ALICE, |s| s.open_call(Buy, "1", "1", "0"), OpenInterestAboveCap {
                // 37.5 and ⌊62.5·1/1601⌋.
                size: U256::from(37_539_038_101_186_758_276_u128),
                cap: w("37.5"),
            })
            .against(ALICE, Sell, "300", "1", "0")
            // ⌈62.5·300/1300⌉ less.
            .is(LongSize, 23_076_923_076_923_076_923)
            .is(Size(ALICE), 23_076_923_076_923_076_923);
    }

    fn fee_02_a_changed_fee_holds_for_the_next_trade(begin) {
        begin(Rig { fee: "0.01", ..RIG })
            .open(ALICE, Buy, "60", "10", "0")
            .is(MarketFees, "6")
            .set(|p| p.trading.feePpm = 50_000)
            .open(ALICE, Buy, "20", "10", "0")
            .is(MarketFees, "16")
            .is(Margin(ALICE), "80")
            .close(ALICE, "0")
            // There 55.999999, rounded down to a unit; here what is owed is rounded up.
            .is(MarketFees, 56_000_000_000_000_000_000)
            // R10.
            .about(Margin(ALICE), "40", 10);
    }

    fn pnl_01_the_price_rises_and_a_long_is_reduced(begin) {
        begin(Rig { fee: "0.1", ..RIG })
            .open(ALICE, Buy, "60", "10", "37.5")
            .open(BOB, Buy, "400", "1", "12.5")
            .is(SpotPnl(ALICE), 257_142_857_142_857_142_857)
            .against(ALICE, Sell, "400", "1", "12.5")
            .is(Size(ALICE), 25_000_000_000_000_000_000)
            .is(SpotPnl(ALICE), 171_428_571_428_571_428_572)
            .is(OpenNotional(ALICE), 285_714_285_714_285_714_285)
            .is(Margin(ALICE), 145_714_285_714_285_714_285)
            // R11: nobody has lost yet, so the profit waits.
            .is(OwnMargin(ALICE), "60");
    }

    fn pnl_04_the_price_falls_and_a_short_is_reduced(begin) {
        begin(Rig { fee: "0.1", ..RIG })
            .open(ALICE, Sell, "250", "2", "100")
            .open(BOB, Sell, "100", "1", "50")
            .is(SpotPnl(ALICE), 233_333_333_333_333_333_333)
            .against(ALICE, Buy, "100", "1", "50")
            .is(Size(ALICE), -50_000_000_000_000_000_000)
            .is(SpotPnl(ALICE), 116_666_666_666_666_666_667)
            .is(OpenNotional(ALICE), 283_333_333_333_333_333_334)
            .is(Margin(ALICE), 366_666_666_666_666_666_666)
            .is(OwnMargin(ALICE), "250");
    }

    fn pnl_07_the_price_rises_and_a_short_becomes_a_long(begin) {
        begin(Rig { fee: "0.1", ..RIG })
            .open(ALICE, Sell, "200", "1", "25")
            .open(BOB, Buy, "50", "4", "7.349")
            .is(SpotPnl(ALICE), -133_333_333_333_333_333_334)
            .against(ALICE, Buy, "60", "10", "37.49")
            .is(Size(ALICE), 12_499_999_999_999_999_999)
            .about(SpotPnl(ALICE), -21, 25)
            .is(OpenNotional(ALICE), 266_666_666_666_666_666_666)
            .is(RealizedPnl, -133_333_333_333_333_333_334)
            // There a tenth of what was opened stays, 26.67, and the rest is paid out: R10, all of it stays.
            .is(Margin(ALICE), 66_666_666_666_666_666_666);
    }

    fn fun_03_premiums_of_1_and_twice_minus_1_percent_add_up(begin) {
        begin(RIG)
            .open(ALICE, Buy, "300", "2", "37.5")
            .open(BOB, Sell, "1200", "1", "187.5")
            .fund("1.59")
            .is(LongFunding, 10_000_000_000_000_000)
            // R13: shorts, five times the longs, get what the longs have paid.
            .is(ShortFunding, -2_000_000_000_000_000)
            .fund("1.61")
            .is(LongFunding, 0)
            .is(MarginWithFunding(ALICE), 300_000_000_000_000_000_000)
            .fund("1.61")
            .is(LongFunding, -10_000_000_000_000_000)
            .is(MarginWithFunding(ALICE), 300_375_000_000_000_000_000);
    }

    fn fun_06_under_water_by_funding_nothing_comes_out_and_added_margin_lowers_the_debt(begin) {
        let story = begin(RIG)
            .open(ALICE, Buy, "300", "2", "37.5")
            .open(BOB, Sell, "1200", "1", "187.5")
            // There 20 a base in a day; here half of the index a day, so it takes longer.
            .fund("21.6")
            .is(ShortFunding, "20");
        let (available, needed) = (story.units(w("1200")), story.units(w("3750")));
        story
            .refuses(BOB, |s| s.remove_call(BOB, "1"), InsufficientMargin { available, needed })
            .add_margin(BOB, "10")
            // There the view says 0; here the debt is seen.
            .is(MarginWithFunding(BOB), "-2540")
            .liquidate(ALICE, BOB, "0")
            .about(Shortfall, 2_540_000_000_000_000_000_000, 200)
            .is(FundingPayment, 3_750_000_000_000_000_000_000)
            // B1, R13: the fund pays no funding, only what the curve has rounded off.
            .about(CoveredByFund, 0, 10)
            .about(Uncovered, "2540", 200)
            .about(InsuranceFund, "5000", 10);
    }

    fn mr_02_the_margin_ratio_of_a_short_under_water(begin) {
        begin(RIG)
            .open(ALICE, Sell, "25", "10", "33.4")
            .open(BOB, Buy, "15", "10", "0")
            .about(SpotRatio(ALICE), -287_037_037_037_037_037, 10_000)
            // R9: what decides is the neutral price, without the impact of leaving: (275 − 270)/270.
            .about(NeutralRatio(ALICE), 18_518_518_518_518_518, 10_000);
    }

    fn mr_05_the_margin_ratio_counts_funding_that_somebody_pays(begin) {
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "20")
            .fund("15.7")
            // There −0.075 is received from the insurance fund: R13, nobody is short, nobody pays.
            .is(LongFunding, 0)
            .is(SpotRatio(ALICE), 100_000_000_000_000_000);
        begin(RIG)
            .open(ALICE, Buy, "25", "10", "20")
            .open(BOB, Sell, "200", "1", "0")
            .open(CAROL, Buy, "200", "1", "0")
            .fund("15.7")
            .is(ShortFunding, 75_000_000_000_000_000)
            // What 15.238… short have paid, for 35.238… long.
            .is(LongFunding, -32_432_432_432_432_432)
            .about(SpotRatio(ALICE), 102_594_594_594_594_594, 10_000);
    }

    fn liq_01_a_quarter_of_a_losing_long(begin) {
        liq_01(&begin)
            .close_part(ALICE, 4, "0")
            .is(ExchangedQuote, 68_455_640_744_970_299_586)
            .is(ExchangedSize, -5_000_000_000_000_000_000)
            .is(RealizedPnl, -4_013_627_324_696_012_820)
            .is(SpotPnl(ALICE), -12_040_881_974_088_038_460)
            .is(OpenNotional(ALICE), 177_530_731_930_333_687_594)
            .is(Size(ALICE), 15_000_000_000_000_000_000)
            // There less the penalty of 1.711391018624257489; who leaves before a keeper comes pays none.
            .is(Margin(ALICE), 20_986_372_675_303_987_180);
    }

    fn liq_01_no_price_impact_of_its_own_makes_a_position_liquidatable(begin) {
        // R9: at the mark of 14.5159 the long has 65.3 of 290.3.
        let mut story = liq_01(&begin);
        let call = story.liquidate_call(ALICE, "0");
        let refused: NotLiquidatable = story.refusal(KEEPER, call);
        story.signed(refused.equity, 65_317_898_099_172_593_980, 1);
        story.amounts(refused.required, 29_031_789_809_917_259_398, 1);
    }

    fn liq_01_the_whole_when_the_oracle_has_fallen_too(begin) {
        liq_01(&begin)
            .set(|p| p.trading.markBandPpm = 5_000)
            // The neutral price is 11.658: 8.16 of 233.16, below 10 %.
            .oracle("11.6")
            .liquidate(CAROL, ALICE, "0")
            .is(ExchangedQuote, 233_945_490_701_215_948_720)
            .is(RealizedPnl, -16_054_509_298_784_051_280)
            .is(Penalty, 5_848_637_267_530_398_718)
            .is(KeeperReward, 2_924_318_633_765_199_359)
            .is(InsuranceDue, 2_924_318_633_765_199_359)
            .is(Shortfall, 0)
            // There all that is left goes to the fund: beyond the penalty it stays the trader's.
            .is(Margin(ALICE), 3_096_853_433_685_550_002)
            .is(Size(ALICE), 0)
            .is(InsuranceFund, "5000");
    }

    fn liq_01_the_part_that_restores_a_target_of_12_percent(begin) {
        // R16: n = (0.12·233.16 − 8.16)/(0.12 − 0.025) = 208.623… of 233.16.
        liq_01(&begin)
            .set(|p| (p.trading.markBandPpm, p.risk.liquidationTargetPpm) = (5_000, 120_000))
            .oracle("11.6")
            .liquidate(CAROL, ALICE, "0")
            .is(ExchangedSize, -17_895_278_597_935_910_286)
            .is(ExchangedQuote, 213_692_621_931_184_557_385)
            .is(RealizedPnl, -9_998_360_543_014_321_190)
            .is(Penalty, 5_342_315_548_279_613_935)
            .is(Margin(ALICE), 9_659_323_908_706_064_875)
            .is(OpenNotional(ALICE), 26_309_017_525_801_121_425)
            .is(Size(ALICE), 2_104_721_402_064_089_714)
            .is(Shortfall, 0);
    }

    fn liq_04_a_short_that_only_its_own_impact_hurts_stays(begin) {
        let mut story = liq_04(&begin);
        let call = story.liquidate_call(ALICE, "0");
        let refused: NotLiquidatable = story.refusal(CAROL, call);
        story.signed(refused.equity, 52_034_399_354_004_299_925, 1);
        story.amounts(refused.required, 16_796_560_064_599_570_008, 1);
    }

    fn liq_04_the_keepers_limit_of_a_short(begin) {
        let mut story = liq_04(&begin).set(|p| p.trading.markBandPpm = 5_000).oracle("8.1");
        let call = story.liquidate_call(ALICE, "211.25");
        let refused: SlippageExceeded = story.refusal(CAROL, call);
        assert_eq!(refused.limit, w("211.25"));
        assert!(refused.got.abs_diff(U256::from(211_255_703_905_436_284_407_u128)) <= U256::from(3), "{refused:?}");
        story.liquidate(CAROL, ALICE, "211.26").is(Size(ALICE), 0);
    }

    fn liq_04_the_keepers_limit_of_the_whole_is_scaled_to_the_part(begin) {
        let mut story = liq_04(&begin)
            .set(|p| (p.trading.markBandPpm, p.risk.liquidationTargetPpm) = (5_000, 120_000))
            .oracle("8.1");
        // R16 closes 7.4002… of 25 for 52.9299…: as much for the whole would be 178.81.
        let call = story.liquidate_call(ALICE, "178");
        let refused: SlippageExceeded = story.refusal(CAROL, call);
        assert!(refused.got.abs_diff(U256::from(52_929_923_441_266_545_748_u128)) <= U256::from(3), "{refused:?}");
        let part = U256::from(52_689_594_822_716_571_814_u128);
        assert!(refused.limit.abs_diff(part) <= U256::from(10), "{refused:?}");
        story
            .liquidate(CAROL, ALICE, "179")
            .is(ExchangedSize, 7_400_223_991_954_574_693)
            .is(ExchangedQuote, 52_929_923_441_266_545_748);
    }

    fn liq_07_the_average_keeps_a_position_alive(begin) {
        let mut story = begin(Rig { penalty: "0.025", twap_window: 900, ..RIG })
            .forward(900)
            .open(BOB, Buy, "20", "5", "9.09")
            .forward(15);
        // R9: who opens is held to the worse price, and the average still is (900·10 + 15·12.1)/915 = 10.0344.
        let call = story.open_call(Buy, "20", "5", "7.57");
        let refused: BelowInitialMargin = story.refusal(ALICE, call);
        story.signed(refused.equity, -3_981_619_473_422_752_120, 1);
        let mut story = story
            .add_margin(ALICE, "10")
            .open(ALICE, Buy, "20", "5", "7.57")
            .forward(600)
            .against(BOB, Sell, "20", "5", "7.58")
            .forward(15)
            .is(OpenNotional(ALICE), 100_000_000_000_000_000_000)
            .about(SpotPnl(ALICE), -15_384_615_384_615_384_623, 10)
            .sync_oracle();
        // R9, R24: the average of the marginal price, (900·10 + 15·12.1 + 600·14.4 + 16·12.1)/1531 = 11.7669, and not of
        // what 7.57 base would bring; it covers one window at least.
        let call = story.liquidate_call(ALICE, "0");
        let refused: NotLiquidatable = story.refusal(CAROL, call);
        story.signed(refused.equity, 19_143_063_555_212_477_470, 1);
        story.amounts(refused.required, 4_457_153_177_760_623_874, 1);
    }

    fn liq_10_the_window_leaves_no_room_for_a_second_liquidation(begin) {
        let mut story = begin(Rig { penalty: "0.025", maintenance: "0.199", ..RIG })
            .forward(900)
            .set(|p| p.trading.maxPriceImpactPpm = 147_000)
            .repeat(2, |s| s.open(BOB, Buy, "10", "5", "0").forward(15))
            .repeat(2, |s| s.open(CAROL, Buy, "5", "5", "0").forward(15))
            .repeat(2, |s| s.open(ALICE, Buy, "5", "5", "0").forward(15))
            .repeat(2, |s| s.against(BOB, Sell, "10", "5", "0").forward(15))
            .set(|p| {
                (p.trading.windowImpactPpm, p.trading.impactWindow) = (38_000, 300);
                p.trading.minNotional = wad(1);
            })
            .sync_oracle()
            // There the first may pass the limit and the next in the block may not (B21); here the first takes what the
            // window has: B·(√(1/(1 − 0.038)) − 1) of 3.62 base.
            .liquidate(KEEPER, ALICE, "0")
            .about(ExchangedSize, -1_778_112_532_521_098_181, 200);
        let call = story.liquidate_call(CAROL, "0");
        let refused: CurveTooThin = story.refusal(KEEPER, call);
        assert_eq!(refused.least, wad(1));
        // A millionth of the price is left by rounding the move down.
        assert!(refused.notional < w("0.001"), "{refused:?}");
        story.forward(300).liquidate(KEEPER, CAROL, "0");
    }

    fn the_highest_leverage_needs_the_wei_that_the_curve_rounds_off(begin) {
        // Of the shape of POS-01, at 20 times with 5 %. 500 buy ⌊100·500/1500⌋ base, worth a few wei less than 500 again.
        let story = begin(RIG);
        let (equity, required) = (story.units(w("25")) - U256::ONE, story.units(w("25")));
        let equity = if story.scale == U256::ONE { int(24_999_999_999_999_999_995) } else { int(equity.to()) };
        story
            // R8: there it is allowed; here a wei that is missing is missing, and with six decimals it is a unit.
            .refuses(ALICE, |s| s.open_call(Buy, "25", "20", "33.3"), BelowInitialMargin { equity, required })
            .add_margin(ALICE, "0.000001")
            .open(ALICE, Buy, "25", "20", "33.3")
            .is(Size(ALICE), 33_333_333_333_333_333_333);
    }

    fn flu_01_opening_may_not_move_the_price_over_the_limit(begin) {
        begin(RIG).set(|p| p.trading.maxPriceImpactPpm = 200_000).refuses(
            ALICE,
            |s| s.open_call(Buy, "20", "5", "9"),
            PriceImpactTooHigh {
                beforePrice: wad(10),
                afterPrice: U256::from(12_099_999_999_999_999_999_u128),
            },
        );
    }

    fn slp_02_closing_a_short_holds_to_its_most_quote(begin) {
        begin(RIG)
            .forward(900)
            .open(BOB, Sell, "20", "5", "11.12")
            .forward(15)
            .open(ALICE, Sell, "20", "5", "13.89")
            .forward(15)
            .refuses(BOB, |s| s.close_call(U256::MAX, "78"), SlippageExceeded {
                got: U256::from(78_048_780_487_804_878_055_u128),
                limit: w("78"),
            })
            .close(BOB, "79")
            .is(ExchangedQuote, 78_048_780_487_804_878_055)
            .is(QuoteReserve, 878_048_780_487_804_878_055)
            .is(BaseReserve, 113_888_888_888_888_888_889);
    }

    fn mar_03_why_margin_cannot_be_removed(begin) {
        let story = begin(RIG).open(ALICE, Buy, "60", "10", "37.5");
        let refusal = |available, needed| InsufficientMargin {
            available: story.units(w(available)),
            needed: story.units(w(needed)),
        };
        let (margin, free, none) = (refusal("60", "61"), refusal("30", "36"), refusal("0", "1"));
        story
            .refuses(ALICE, |s| s.remove_call(ALICE, "61"), margin)
            .refuses(ALICE, |s| s.remove_call(ALICE, "36"), free)
            .refuses(BOB, |s| s.remove_call(BOB, "1"), none)
            .remove_margin(ALICE, "29.999999")
            .is(Wallet(ALICE), "4969.999999");
    }

    fn mar_06_the_free_collateral_of_a_short_ignores_its_profit(begin) {
        begin(RIG)
            .open(ALICE, Sell, "20", "5", "0")
            .open(BOB, Sell, "20", "5", "0")
            .is(FreeCollateral(ALICE), 16_097_560_975_609_756_098);
    }

    fn bad_02_an_underwater_long_closes_as_much_as_its_margin_can_lose(begin) {
        let mut story = begin(Rig { insurance: "50000", ..RIG })
            .open(BOB, Buy, "10", "8", "0")
            .repeat(5, |s| s.open(ALICE, Sell, "10", "10", "0"))
            .forward(1);
        let quarter = story.position(BOB).size.unsigned_abs() / U256::from(4);
        let call = story.close_call(quarter, "0");
        let refused: InsufficientMargin = story.refusal(BOB, call);
        story.amounts(refused.available, "10", 0);
        // A quarter of the loss of 56.1…
        story.amounts(refused.needed, 14_026_988_636_363_636_350, 20);
        story
            .close_part(BOB, 10, "0")
            .is(Size(BOB), 6_666_666_666_666_666_667)
            .is(Margin(BOB), 4_389_204_545_454_545_460);
    }

    fn shd_02_a_halt_at_the_price_that_the_first_vamm_computes_pays_the_same(begin) {
        begin(Rig { quote: "10000", ..RIG })
            .open(ALICE, Sell, "100", "2", "0")
            .open(BOB, Buy, "100", "2", "0")
            .open(CAROL, Sell, "100", "1", "0")
            // There the average of all trading; R25, B5: the oracle's average, which happens to be the same here.
            .shutdown_at("98.999999999999999804")
            .settle(ALICE)
            .settle(BOB)
            .settle(CAROL)
            .redeem(BOB)
            .take_out(ALICE)
            .take_out(BOB)
            .take_out(CAROL)
            // There an entry price is floored, worth a few hundred wei.
            .about(Wallet(ALICE), 4_997_959_183_673_469_387_755, 500)
            .about(Wallet(BOB), 5_002_040_816_326_530_612_244, 500)
            .about(Wallet(CAROL), 5_000_000_000_000_000_000_000, 500)
            .about(Vault, 0, 500);
    }

    fn shd_02_a_halt_pays_by_the_oracle_and_profit_out_of_losses(begin) {
        let story = begin(Rig { quote: "10000", insurance: "0", ..RIG })
            .open(ALICE, Sell, "100", "2", "0")
            .open(BOB, Buy, "100", "2", "0")
            .open(CAROL, Sell, "100", "1", "0")
            .shutdown_at("50")
            .settle(CAROL)
            .settle(BOB)
            .settle(ALICE)
            .redeem(CAROL)
            .redeem(ALICE);
        // Alice has gained 97.96 and Carol 49.49 of the 97.96 that Bob has lost.
        story
            .is(OwnMargin(ALICE), 165_077_875_131_598_843_977)
            .is(OwnMargin(BOB), 2_040_816_326_530_612_200)
            .is(OwnMargin(CAROL), 132_881_308_541_870_543_822)
            .is(Vault, "300");
    }

    fn mig_02_doubled_liquidity_leaves_every_short_as_it_is(begin) {
        let story = with_fees(begin(RIG))
            .open(ALICE, Sell, "10", "10", "0")
            .open(BOB, Sell, "20", "10", "0")
            .about(NetSize, "-42.857142857142857144", 1_000)
            .sync_oracle()
            .migrate(2, 1);
        // R3: there sizes become 11.56 and 35.71; here whoever gains is paid by the fees, and nothing else changes.
        let cost = story.look(Pool);
        story
            .about(Size(ALICE), -11_111_111_111_111_111_112, 1_000)
            .about(Size(BOB), -31_746_031_746_031_746_032, 1_000)
            .about(BaseReserve, 285_714_285_714_285_714_288, 300_000_000_000_000)
            .about(QuoteReserve, 1_400_000_000_000_000_000_000, 1_500_000_000_000_000)
            .about(SpotPrice, "4.9", 100);
        // 700·n/(B − n) less 1400·n/(2B − n), with n = 42.857… and B = 142.857…
        let expected = int(52_941_176_470_588_235_294);
        assert!((cost - expected).abs() < int(1_000_000_000_000_000), "{cost}");
    }

    fn mig_02_nothing_is_deepened_that_nobody_pays(begin) {
        let mut story = begin(RIG).open(ALICE, Sell, "10", "10", "0").sync_oracle();
        let call = story.depth_call(2, 1);
        let refused: OverBudget = story.refusal(KEEPER, call);
        assert!(refused.budget.is_zero() && !refused.cost.is_zero());
    }

    fn mig_05_doubled_then_halved_liquidity_restores_the_curve(begin) {
        with_fees(begin(RIG))
            .open(ALICE, Buy, "25", "10", "19.999999999999999")
            .sync_oracle()
            .migrate(2, 1)
            .about(Size(ALICE), "20", 1_000)
            .about(BaseReserve, "160", 200_000_000_000_000)
            .migrate(1, 2)
            .about(Size(ALICE), "20", 1_000)
            .about(NetSize, "20", 1_000)
            .about(BaseReserve, "80", 200_000_000_000_000)
            .about(QuoteReserve, "1250", 3_000_000_000_000_000);
    }

    fn mig_08_the_curve_never_gets_thinner_than_what_is_short_on_it(begin) {
        let story = begin(RIG).open(ALICE, Sell, "200", "1", "0").sync_oracle().migrate(21, 100);
        let story = story.about(BaseReserve, "26.25", 30_000_000_000_000);
        // Down to 25, which are short: a fifth of the beginning.
        let (story, refused) = story.migrate_until::<CurveExhausted>(20, 21);
        assert!(refused.reserve <= w("25.0001"), "{refused:?}");
        assert_eq!(refused.asked, w("25"));
        story.is(Size(ALICE), -25_000_000_000_000_000_000);
    }

    fn flq_02_a_quarter_of_each_of_two_longs(begin) {
        flq_02(&begin)
            .close_part(ALICE, 4, "0")
            .close_part(CAROL, 4, "0")
            .is(BaseReserve, 92_803_030_303_030_303_038)
            .about(QuoteReserve, 1_077_551_020_408_163_265_338, 100);
    }

    fn flq_02_two_liquidations_in_one_block_within_the_limit(begin) {
        flq_02(&begin)
            .set(|p| p.trading.maxPriceImpactPpm = 100_000)
            .liquidate(KEEPER, ALICE, "0")
            .is(Size(ALICE), 0)
            .liquidate(KEEPER, CAROL, "0")
            .is(Size(CAROL), 0)
            .is(BaseReserve, 98_484_848_484_848_484_854)
            .about(QuoteReserve, 1_015_384_615_384_615_384_672, 100);
    }

    fn flq_05_no_liquidation_passes_the_limit_of_one_trade(begin) {
        let mut story = begin(Rig { penalty: "0.025", maintenance: "0.1", ..RIG })
            .forward(900)
            .set(|p| p.trading.maxPriceImpactPpm = 147_000)
            .repeat(5, |s| s.open(BOB, Buy, "4", "5", "0").forward(15))
            .repeat(5, |s| s.open(ALICE, Buy, "4", "5", "0").forward(15))
            .repeat(5, |s| s.against(BOB, Sell, "4", "5", "0").forward(15))
            .sync_oracle();
        // R9: at the mark of 12.1 it has 11.67 of 91.67.
        let call = story.liquidate_call(ALICE, "0");
        let refused: NotLiquidatable = story.refusal(KEEPER, call);
        story.signed(refused.equity, 11_666_666_666_666_666_620, 20);
        // B24: there −17 % where 14.7 % is the limit; here the slice ends where the limit is, at 10.3213.
        story
            .set(|p| p.trading.markBandPpm = 5_000)
            .oracle("11.3")
            .liquidate(KEEPER, ALICE, "0")
            .about(ExchangedSize, -7_522_113_516_093_509_818, 200)
            .about(SpotPrice, 10_321_300_000_000_000_019, 200)
            .about(Size(ALICE), 53_644_059_664_065_937, 200);
    }

    fn flq_08_who_leaves_is_not_stopped_by_who_left_before(begin) {
        begin(RIG)
            .forward(1)
            .open(BOB, Buy, "20", "5", "9")
            .forward(15)
            .open(ALICE, Buy, "20", "5", "7.5")
            .forward(15)
            .set(|p| {
                p.trading.maxPriceImpactPpm = 43_000;
                (p.trading.windowImpactPpm, p.trading.impactWindow) = (43_000, 300);
            })
            .close(ALICE, "0")
            .is(Size(ALICE), 0)
            // There the second close in a block is refused: R22, leaving never is.
            .close(BOB, "0")
            .is(Size(BOB), 0);
    }
}
