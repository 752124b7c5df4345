//! The open conformance vectors, each as a story. Every number must be met exactly.

mod support;

use everfloor_v1_model::Side::{Buy, Sell};
use everfloor_v1_model::V1Error;
use everfloor_v1_model::V1Error::{
    AlreadyOverFluctuation, FreeCollateralNotEnough, IllegalLiquidityMultiplier, InvalidTokenAmount,
    MarginNotEnough, MoreThanMaximalQuote, OverFluctuation, OverOpenInterestCap,
};
use support::Fact::*;
use support::Setting::*;
use support::{ALICE, BOB, CAROL, KEEPER, RIG, Rig, Story};

#[test]
fn pos_01_a_long_of_60_at_10x_takes_what_the_curve_gives() {
    Story::new(RIG)
        .open(ALICE, Buy, "60", "10", "37.5")
        .is(Size(ALICE), 37_500_000_000_000_000_000)
        .is(Margin(ALICE), 60_000_000_000_000_000_000)
        .is(QuoteReserve, 1_600_000_000_000_000_000_000)
        .is(BaseReserve, 62_500_000_000_000_000_000)
        .is(Wallet(ALICE), 4_940_000_000);
}

#[test]
fn pos_04_an_equal_opposite_trade_closes_and_refunds_the_margin() {
    Story::new(RIG)
        .open(ALICE, Buy, "60", "10", "37.5")
        .is(Wallet(ALICE), 4_940_000_000)
        .open(ALICE, Sell, "300", "2", "37.5")
        .is(Size(ALICE), 0)
        .is(Margin(ALICE), 0)
        .is(Wallet(ALICE), 5_000_000_000);
}

#[test]
fn pos_07_a_short_flipped_long_then_sold_to_flat() {
    Story::new(RIG)
        .set(FluctuationLimit, "0.8")
        .open(ALICE, Sell, "20", "10", "25")
        .open(ALICE, Buy, "150", "3", "44.9")
        .is(Margin(ALICE), 83_333_333_333_333_333_333)
        .is(Size(ALICE), 20_000_000_000_000_000_000)
        .open(ALICE, Sell, "25", "10", "19.9")
        .is(Size(ALICE), 0)
        .is(Margin(ALICE), 0)
        .is(Wallet(ALICE), 5_000_000_000);
}

#[test]
fn pos_10_closing_a_long_slightly_above_maintenance() {
    Story::new(RIG)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "35.08", "1", "0")
        .close(ALICE, "0")
        .is(QuoteReserve, 977_422_074_620_429_546_963)
        .is(BaseReserve, 102_309_946_333_914_990_288)
        .is(Size(ALICE), 0)
        .is(RealizedPnl, -12_502_074_620_429_546_963)
        .is(Wallet(ALICE), 4_987_497_925);
}

#[test]
fn pos_13_what_opening_and_closing_a_short_reports_with_a_toll_of_1_percent() {
    Story::new(Rig { toll: "0.01", ..RIG })
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
        .is(RealizedPnl, -8);
}

#[test]
fn pos_16_a_larger_short_reverses_a_long() {
    Story::new(RIG)
        .open(ALICE, Buy, "50", "2", "0")
        .open(ALICE, Sell, "50", "5", "0")
        .is(ExchangedQuote, 250_000_000_000_000_000_000)
        .is(ExchangedSize, -26_737_967_914_438_502_674)
        .is(Size(ALICE), -17_647_058_823_529_411_765);
}

#[test]
fn pos_19_profit_is_prepaid_by_the_fund_and_a_close_over_the_limit_does_nothing() {
    Story::new(RIG)
        .set(FluctuationLimit, "0.8")
        .open(ALICE, Sell, "20", "10", "0")
        .open(BOB, Sell, "20", "10", "0")
        .close(ALICE, "0")
        .is(Vault, 0)
        .is(PrepaidBadDebt, 74_117_647_058_823_529_412)
        .is(InsuranceFund, 4_925_882_353)
        .is(RealizedPnl, 94_117_647_058_823_529_412)
        .close(BOB, "0")
        .is(Vault, 0)
        .is(Size(BOB), -41_666_666_666_666_666_667)
        .is(ExchangedSize, 0);
}

#[test]
fn pos_22_full_liquidation_with_bad_debt() {
    Story::new(RIG)
        .backstop(CAROL)
        .open(ALICE, Buy, "150", "4", "0")
        .open(BOB, Sell, "500", "1", "0")
        .liquidate(CAROL, ALICE, "0")
        .is(RealizedPnl, -278_761_061_946_902_654_868)
        .is(BadDebt, 128_761_061_946_902_654_868)
        .is(LiquidationPenalty, 150_000_000_000_000_000_000)
        .is(LiquidationFee, 8_030_973_451_327_433_628)
        .is(LiquidationBadDebt, 8_030_973_451_327_433_628)
        .is(InsuranceFund, 4_863_207_965)
        .is(Vault, 778_761_062)
        .is(Wallet(CAROL), 8_030_973);
}

#[test]
fn pos_25_an_underwater_long_may_add_when_the_ratio_is_right_afterwards() {
    Story::new(RIG)
        .open(ALICE, Buy, "25", "10", "0")
        .open(BOB, Sell, "250", "1", "0")
        .open(ALICE, Buy, "100", "1", "0")
        .is(Margin(ALICE), 125_000_000_000_000_000_000)
        .is(Size(ALICE), 29_090_909_090_909_090_909)
        .is(SpotNotional(ALICE), 266_666_666_666_666_666_665);
}

#[test]
fn pos_28_a_close_over_the_fluctuation_limit_closes_a_quarter() {
    Story::new(RIG)
        .set(PartialLiquidation, "0.25")
        .open(ALICE, Buy, "25", "10", "0")
        .set(Spread, "0.001")
        .set(FluctuationLimit, "0.359")
        .close(ALICE, "0")
        .is(Size(ALICE), 15_000_000_000_000_000_000)
        .is(Margin(ALICE), 25_000_000_000_000_000_000)
        .is(ExchangedQuote, 73_529_411_764_705_882_352)
        .is(ExchangedSize, -5_000_000_000_000_000_000)
        .is(Fee, 73_529_411_764_705_882)
        .is(Wallet(ALICE), 4_974_926_471);
}

#[test]
fn pos_31_the_least_amount_is_one_token_unit() {
    Story::new(RIG)
        .refuses(InvalidTokenAmount, |s| s.try_open(ALICE, Buy, "0.0000009", "10", "0"))
        .open(ALICE, Buy, "0.000001", "1", "0");
}

#[test]
fn cap_03_open_interest_is_capped_and_freed_by_reducing() {
    Story::new(RIG)
        .set(OpenInterestCap, "600")
        .open(ALICE, Buy, "600", "1", "0")
        .is(OpenInterest, 600_000_000_000_000_000_000)
        .refuses(OverOpenInterestCap, |s| s.try_open(ALICE, Buy, "1", "1", "0"))
        .open(ALICE, Sell, "300", "1", "0")
        .is(OpenInterest, 300_000_000_000_000_000_000);
}

#[test]
fn fee_02_a_changed_toll_holds_for_the_next_trade() {
    Story::new(Rig { toll: "0.01", ..RIG })
        .open(ALICE, Buy, "60", "10", "0")
        .is(TollPool, 6_000_000)
        .set(Toll, "0.05")
        .open(ALICE, Buy, "20", "10", "0")
        .is(TollPool, 16_000_000)
        .close(ALICE, "0")
        .is(TollPool, 55_999_999);
}

#[test]
fn pnl_01_price_up_then_a_long_is_reduced() {
    Story::new(Rig { toll: "0.1", alice: "1000000", bob: "1000000", ..RIG })
        .open(ALICE, Buy, "60", "10", "37.5")
        .open(BOB, Buy, "400", "1", "12.5")
        .is(SpotPnl(ALICE), 257_142_857_142_857_142_857)
        .open(ALICE, Sell, "400", "1", "12.5")
        .is(Size(ALICE), 25_000_000_000_000_000_000)
        .is(SpotPnl(ALICE), 171_428_571_428_571_428_572)
        .is(OpenNotional(ALICE), 285_714_285_714_285_714_285)
        .is(Margin(ALICE), 145_714_285_714_285_714_285);
}

#[test]
fn pnl_04_price_down_then_a_short_is_reduced() {
    Story::new(Rig { toll: "0.1", alice: "1000000", bob: "1000000", ..RIG })
        .open(ALICE, Sell, "250", "2", "100")
        .open(BOB, Sell, "100", "1", "50")
        .is(SpotPnl(ALICE), 233_333_333_333_333_333_333)
        .open(ALICE, Buy, "100", "1", "50")
        .is(Size(ALICE), -50_000_000_000_000_000_000)
        .is(SpotPnl(ALICE), 116_666_666_666_666_666_667)
        .is(OpenNotional(ALICE), 283_333_333_333_333_333_334)
        .is(Margin(ALICE), 366_666_666_666_666_666_666);
}

#[test]
fn pnl_07_price_up_then_a_short_flips_long() {
    Story::new(Rig { toll: "0.1", alice: "1000000", bob: "1000000", ..RIG })
        .open(ALICE, Sell, "200", "1", "25")
        .open(BOB, Buy, "50", "4", "7.349")
        .is(SpotPnl(ALICE), -133_333_333_333_333_333_334)
        .open(ALICE, Buy, "60", "10", "37.49")
        .is(Size(ALICE), 12_499_999_999_999_999_999)
        .is(SpotPnl(ALICE), -21)
        .is(OpenNotional(ALICE), 266_666_666_666_666_666_666)
        .is(Margin(ALICE), 26_666_666_666_666_666_666);
}

#[test]
fn fun_03_premiums_of_1_and_twice_minus_1_percent_add_up() {
    Story::new(RIG)
        .open(ALICE, Buy, "300", "2", "37.5")
        .open(BOB, Sell, "1200", "1", "187.5")
        .fund("1.59")
        .is(CumulativePremium, 10_000_000_000_000_000)
        .fund("1.61")
        .is(CumulativePremium, 0)
        .is(MarginWithFunding(ALICE), 300_000_000_000_000_000_000)
        .fund("1.61")
        .is(CumulativePremium, -10_000_000_000_000_000)
        .is(MarginWithFunding(ALICE), 300_375_000_000_000_000_000);
}

#[test]
fn fun_06_underwater_by_funding_nothing_comes_out_and_added_margin_lowers_the_debt() {
    Story::new(RIG)
        .backstop(ALICE)
        .open(ALICE, Buy, "300", "2", "37.5")
        .open(BOB, Sell, "1200", "1", "187.5")
        .fund("21.6")
        .refuses(MarginNotEnough, |s| s.try_remove_margin(BOB, "1"))
        .add_margin(BOB, "10")
        .is(MarginWithFunding(BOB), 0)
        .liquidate(ALICE, BOB, "0")
        .is(BadDebt, 2_540_000_000_000_000_000_000)
        .is(FundingPayment, 3_750_000_000_000_000_000_000);
}

#[test]
fn mr_02_margin_ratio_of_a_short_under_water() {
    Story::new(RIG)
        .open(ALICE, Sell, "25", "10", "33.4")
        .open(BOB, Buy, "15", "10", "0")
        .is(MarginRatio(ALICE), -287_037_037_037_037_037);
}

#[test]
fn mr_05_margin_ratio_counts_funding_received() {
    Story::new(RIG)
        .open(ALICE, Buy, "25", "10", "20")
        .fund("15.7")
        .is(CumulativePremium, -75_000_000_000_000_000)
        .is(MarginRatio(ALICE), 106_000_000_000_000_000);
}

#[test]
fn liq_01_partial_liquidation_of_a_long() {
    Story::new(Rig { partial_liquidation: "0.25", liquidation_fee: "0.025", maintenance: "0.1", ..RIG })
        .forward(900)
        .open(ALICE, Buy, "25", "10", "0")
        .forward(15)
        .open(BOB, Sell, "45.18072289", "1", "0")
        .liquidate(CAROL, ALICE, "0")
        .is(ExchangedQuote, 68_455_640_744_970_299_586)
        .is(ExchangedSize, -5_000_000_000_000_000_000)
        .is(LiquidationFee, 855_695_509_312_128_744)
        .is(LiquidationBadDebt, 0)
        .is(Margin(ALICE), 19_274_981_656_679_729_691)
        .is(RealizedPnl, -4_013_627_324_696_012_820)
        .is(UnrealizedPnlAfter, -12_040_881_974_088_038_460)
        .is(LiquidationPenalty, 1_711_391_018_624_257_489)
        .is(BadDebt, 0)
        .is(MarginRatio(ALICE), 43_713_253_015_241_334)
        .is(Size(ALICE), 15_000_000_000_000_000_000)
        .is(Wallet(CAROL), 855_695)
        .is(InsuranceFund, 5_000_855_695)
        .is(OpenNotional(ALICE), 177_530_731_930_333_687_594)
        .is(Vault, 68_469_332);
}

#[test]
fn liq_04_the_limit_of_a_partial_liquidation_is_scaled_to_its_share() {
    Story::new(Rig { partial_liquidation: "0.25", liquidation_fee: "0.025", maintenance: "0.1", ..RIG })
        .forward(900)
        .open(ALICE, Sell, "20", "10", "0")
        .forward(15)
        .open(BOB, Buy, "19.67213115", "1", "0")
        .sync_oracle()
        .refuses(MoreThanMaximalQuote, |s| s.try_liquidate(CAROL, ALICE, "177"))
        .liquidate(CAROL, ALICE, "177.1");
}

#[test]
fn liq_07_the_average_keeps_a_position_alive() {
    Story::new(Rig { partial_liquidation: "0.25", liquidation_fee: "0.025", ..RIG })
        .forward(900)
        .open(BOB, Buy, "20", "5", "9.09")
        .forward(15)
        .open(ALICE, Buy, "20", "5", "7.57")
        .forward(600)
        .open(BOB, Sell, "20", "5", "7.58")
        .forward(15)
        .is(OpenNotional(ALICE), 100_000_000_000_000_000_000)
        .is(SpotPnl(ALICE), -15_384_615_384_615_384_623)
        .is(TwapPnl(ALICE), -9_386_059_949_440_231_138)
        .sync_oracle()
        .refuses(V1Error::MarginRatio, |s| s.try_liquidate(CAROL, ALICE, "0"));
}

#[test]
fn liq_10_a_second_liquidation_in_a_block_beyond_the_limit_is_refused() {
    Story::new(Rig {
        partial_liquidation: "0.5",
        liquidation_fee: "0.025",
        maintenance: "0.199",
        carol: "1000",
        ..RIG
    })
    .forward(900)
    .set(FluctuationLimit, "0.147")
    .repeat(2, |s| s.open(BOB, Buy, "10", "5", "0").forward(15))
    .repeat(2, |s| s.open(CAROL, Buy, "5", "5", "0").forward(15))
    .repeat(2, |s| s.open(ALICE, Buy, "5", "5", "0").forward(15))
    .repeat(2, |s| s.open(BOB, Sell, "10", "5", "0").forward(15))
    .set(FluctuationLimit, "0.038")
    .sync_oracle()
    .liquidate(KEEPER, ALICE, "0")
    .refuses(AlreadyOverFluctuation, |s| s.try_liquidate(KEEPER, CAROL, "0"));
}

#[test]
fn flu_01_opening_may_not_move_the_price_over_the_limit() {
    Story::new(RIG)
        .set(FluctuationLimit, "0.2")
        .refuses(OverFluctuation, |s| s.try_open(ALICE, Buy, "20", "5", "9"));
}

#[test]
fn slp_02_closing_a_short_holds_to_its_most_quote() {
    Story::new(RIG)
        .forward(900)
        .open(BOB, Sell, "20", "5", "11.12")
        .forward(15)
        .open(ALICE, Sell, "20", "5", "13.89")
        .forward(15)
        .refuses(MoreThanMaximalQuote, |s| s.try_close(BOB, "78"))
        .close(BOB, "79")
        .is(ExchangedQuote, 78_048_780_487_804_878_055)
        .is(QuoteReserve, 878_048_780_487_804_878_055)
        .is(BaseReserve, 113_888_888_888_888_888_889);
}

#[test]
fn mar_03_why_margin_cannot_be_removed() {
    Story::new(RIG)
        .open(ALICE, Buy, "60", "10", "37.5")
        .refuses(MarginNotEnough, |s| s.try_remove_margin(ALICE, "61"))
        .refuses(FreeCollateralNotEnough, |s| s.try_remove_margin(ALICE, "36"))
        .refuses(MarginNotEnough, |s| s.try_remove_margin(BOB, "1"));
}

#[test]
fn mar_06_free_collateral_of_a_short_ignores_its_profit() {
    Story::new(RIG)
        .open(ALICE, Sell, "20", "5", "0")
        .open(BOB, Sell, "20", "5", "0")
        .is(FreeCollateral(ALICE), 16_097_560_975_609_756_098);
}

#[test]
fn bad_02_a_partial_close_with_bad_debt_is_refused_at_a_quarter_and_works_at_a_tenth() {
    Story::new(Rig { alice: "5000", bob: "15", insurance: "50000", ..RIG })
        .open(BOB, Buy, "10", "8", "0")
        .open(ALICE, Sell, "10", "10", "0")
        .open(ALICE, Sell, "10", "10", "0")
        .open(ALICE, Sell, "10", "10", "0")
        .open(ALICE, Sell, "10", "10", "0")
        .open(ALICE, Sell, "10", "10", "0")
        .forward(1)
        .set(FluctuationLimit, "0.000001")
        .set(PartialLiquidation, "0.25")
        .refuses(V1Error::BadDebt, |s| s.try_close(BOB, "0"))
        .set(PartialLiquidation, "0.1")
        .close(BOB, "0")
        .is(Size(BOB), 6_666_666_666_666_666_667)
        .is(Margin(BOB), 4_389_204_545_454_545_460);
}

#[test]
fn shd_02_shutdown_settles_at_the_average_price() {
    Story::new(Rig {
        quote: "10000",
        base: "100",
        alice: "100",
        bob: "100",
        carol: "100",
        insurance: "5000",
        ..RIG
    })
    .open(ALICE, Sell, "100", "2", "0")
    .open(BOB, Buy, "100", "2", "0")
    .open(CAROL, Sell, "100", "1", "0")
    .shutdown()
    .is(SettlementPrice, 98_999_999_999_999_999_804)
    .settle(ALICE)
    .settle(BOB)
    .settle(CAROL)
    .is(Wallet(ALICE), 97_959_183)
    .is(Wallet(BOB), 102_040_816)
    .is(Wallet(CAROL), 100_000_000)
    .is(Vault, 1);
}

#[test]
fn mig_02_doubled_liquidity_resizes_shorts() {
    Story::new(Rig { carol: "5000", ..RIG })
        .open(ALICE, Sell, "10", "10", "0")
        .open(BOB, Sell, "20", "10", "0")
        .migrate("2")
        .is(NetSize, -50_420_168_067_226_890_757)
        .is(BaseReserve, 285_714_285_714_285_714_288)
        .is(QuoteReserve, 1_400_000_000_000_000_000_000)
        .is(Size(ALICE), -11_560_693_641_618_497_111)
        .is(Size(BOB), -35_714_285_714_285_714_286);
}

#[test]
fn mig_05_doubled_then_halved_liquidity_restores_sizes() {
    Story::new(Rig { carol: "5000", ..RIG })
        .open(ALICE, Buy, "25", "10", "20")
        .migrate("2")
        .is(NetSize, 17_777_777_777_777_777_778)
        .migrate("0.5")
        .is(NetSize, 20_000_000_000_000_000_001)
        .is(Size(ALICE), 20_000_000_000_000_000_000);
}

#[test]
fn mig_08_the_smallest_multiplier_of_a_market_that_is_net_short() {
    Story::new(Rig { carol: "5000", ..RIG })
        .open(ALICE, Sell, "200", "1", "0")
        .refuses(IllegalLiquidityMultiplier, |s| s.try_migrate("0.2"))
        .migrate("0.21");
}

#[test]
fn flq_02_two_partial_liquidations_in_one_block_within_the_limit() {
    Story::new(Rig {
        partial_liquidation: "0.25",
        liquidation_fee: "0.025",
        maintenance: "0.199",
        carol: "1000",
        ..RIG
    })
    .forward(900)
    .set(FluctuationLimit, "0.041")
    .repeat(5, |s| s.open(BOB, Buy, "4", "5", "0").forward(15))
    .repeat(5, |s| s.open(CAROL, Buy, "2", "5", "0").forward(15))
    .repeat(5, |s| s.open(ALICE, Buy, "2", "5", "0").forward(15))
    .repeat(5, |s| s.open(BOB, Sell, "4", "5", "0").forward(15))
    .sync_oracle()
    .liquidate(KEEPER, ALICE, "0")
    .liquidate(KEEPER, CAROL, "0")
    .is(BaseReserve, 92_803_030_303_030_303_038)
    .is(QuoteReserve, 1_077_551_020_408_163_265_338);
}

#[test]
fn flq_05_one_complete_liquidation_may_exceed_the_limit() {
    Story::new(Rig { partial_liquidation: "0.25", liquidation_fee: "0.025", maintenance: "0.1", ..RIG })
        .forward(900)
        .set(FluctuationLimit, "0.147")
        .set(PartialLiquidation, "1")
        .repeat(5, |s| s.open(BOB, Buy, "4", "5", "0").forward(15))
        .repeat(5, |s| s.open(ALICE, Buy, "4", "5", "0").forward(15))
        .repeat(5, |s| s.open(BOB, Sell, "4", "5", "0").forward(15))
        .sync_oracle()
        .liquidate(KEEPER, ALICE, "0");
}

#[test]
fn flq_08_a_close_exceeds_the_limit_once_and_the_next_in_the_block_is_refused() {
    Story::new(RIG)
        .forward(1)
        .open(BOB, Buy, "20", "5", "9")
        .forward(15)
        .open(ALICE, Buy, "20", "5", "7.5")
        .forward(15)
        .set(FluctuationLimit, "0.043")
        .set(PartialLiquidation, "1")
        .close(ALICE, "0")
        .set(FluctuationLimit, "0.042")
        .refuses(AlreadyOverFluctuation, |s| s.try_close(BOB, "0"));
}
