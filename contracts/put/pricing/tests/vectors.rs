//! Values that are known from elsewhere, and the edges of what can be priced.

use everfloor_put_pricing::{
    Everlasting, Input, MAX_AMOUNT, MAX_EXPONENT, MAX_SECONDS, MAX_SIGMA, MIN_SIGMA, PricingError,
    everlasting_put, exp_wad, ln_wad, normal_cdf, put_down,
};

const WAD: u128 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;
/// 0.75
const STRIKE: u128 = WAD / 4 * 3;

/// Spot, strike, volatility, seconds, value.
const PUTS: &[(u128, u128, u128, u64, u128)] = &[
    (WAD, STRIKE, WAD / 5, 30 * DAY, 2_418_485_469),
    (WAD, STRIKE, WAD, 30 * DAY, 20_416_234_100_101_023),
    (WAD, STRIKE, 2 * WAD, 30 * DAY, 95_926_148_778_590_997),
    (WAD, STRIKE, WAD, 7 * DAY, 824_080_410_763_566),
    (WAD, STRIKE, WAD / 2 * 3, DAY, 2_043_651_723_402),
    (WAD, STRIKE, WAD, 28 * DAY, 18_441_335_983_767_522),
    (WAD, STRIKE, WAD, 365 * DAY, 222_611_523_970_810_132),
    (WAD, STRIKE, 3 * WAD, 3_600, 0),
    (WAD, WAD, WAD / 2, 30 * DAY, 57_137_675_090_999_351),
    (WAD / 10, WAD, WAD, 30 * DAY, 900_000_000_000_000_005),
    (WAD / 5, WAD / 20 * 3, WAD, 30 * DAY, 4_083_246_820_020_204),
    (WAD / 100, WAD / 400 * 3, WAD / 2 * 3, 30 * DAY, 553_475_915_677_767),
    (WAD / 1000 * 312, WAD / 1000 * 234, WAD, 30 * DAY, 6_369_865_039_231_519),
    (2_000 * WAD, 1_500 * WAD, WAD / 5 * 4, 30 * DAY, 19_825_731_977_312_401_820),
    (1_000_000 * WAD, 750_000 * WAD, WAD, 30 * DAY, 20_416_234_100_101_023_373_118),
    (WAD / 100 * 18, WAD / 1000 * 135, WAD, 30 * DAY, 3_674_922_138_018_184),
    // Exercised at once, worthless underlying, hardly any time.
    (WAD / 2, STRIKE, WAD, 0, WAD / 4),
    (0, STRIKE, WAD, 30 * DAY, STRIKE),
    (WAD, STRIKE, WAD, 863, 0),
    (WAD, STRIKE, WAD, 864, 0),
];

#[test]
fn puts_of_known_value() {
    for (spot, strike, sigma, seconds, value) in PUTS {
        assert_eq!(
            put_down(*spot, *strike, *sigma, *seconds),
            Ok(*value),
            "{spot} {strike} {sigma} {seconds}"
        );
    }
}

#[test]
fn everlasting_puts_of_known_value() {
    let price = |u_wad, time_value, value| Ok(Everlasting { u_wad, time_value, value });
    assert_eq!(
        everlasting_put(40_000 * WAD, 50_000 * WAD, WAD, 7 * DAY),
        price(20_448_541_687_437_203_229, 223_366_704_182_927_766_167, 10_223_366_704_182_927_766_167)
    );
    assert_eq!(
        everlasting_put(WAD, STRIKE, WAD, 30 * DAY),
        price(9_916_316_520_429_011_262, 20_975_591_770_248_188, 20_975_591_770_248_188)
    );
    assert_eq!(
        everlasting_put(WAD / 10 * 7, STRIKE, WAD, 30 * DAY),
        price(9_916_316_520_429_011_262, 51_899_941_411_173_328, 101_899_941_411_173_328)
    );
    // √(1 + 8) is a whole number, and a third of the strike is, too.
    assert_eq!(everlasting_put(3 * WAD, 3 * WAD, WAD, 365 * DAY), price(3 * WAD, WAD, WAD));
}

#[test]
fn normal_distribution_of_known_value() {
    // By 1e-18; the last figure of each is rounded.
    for (milli, value) in [
        (-4_000, 31_671_241_833_120),
        (-2_000, 22_750_131_948_179_207),
        (-999, 158_897_345_641_318_286),
        (-250, 401_293_674_317_076_276),
        (0, WAD / 2),
        (100, 539_827_837_277_028_981),
        (750, 773_372_647_623_131_801),
        (2_000, 977_249_868_051_820_793),
        (4_000, 999_968_328_758_166_880),
    ] {
        assert_eq!(normal_cdf(milli * WAD as i128 / 1000), value, "{milli}");
    }
    assert_eq!((normal_cdf(i128::MIN), normal_cdf(i128::MAX)), (0, WAD));
    assert_eq!((normal_cdf(-9 * WAD as i128), normal_cdf(9 * WAD as i128)), (0, WAD));
}

#[test]
fn logarithms_and_exponentials_of_known_value() {
    for (x, value) in [
        (WAD / 10, -2_302_585_092_994_045_684),
        (WAD / 10 * 9, -105_360_515_657_826_301),
        (1_333_333_333_333_333_300, 287_682_072_451_780_902),
        (WAD, 0),
        (1, -41_446_531_673_892_822_312),
        (u128::MAX, 47_276_307_437_780_177_293),
    ] {
        assert_eq!(ln_wad(x), Ok(value), "{x}");
    }
    for (x, value) in [
        (0, WAD),
        (WAD as i128, 2_718_281_828_459_045_235),
        (-(WAD as i128), 367_879_441_171_442_321),
        (-42 * WAD as i128, 0),
        (i128::MIN, 0),
    ] {
        assert_eq!(exp_wad(x), Ok(value), "{x}");
    }
    assert!(exp_wad(MAX_EXPONENT as i128).is_ok_and(|power| power > u128::MAX / 100 * 99));
}

#[test]
fn without_time_or_volatility_a_put_pays_what_exercising_pays() {
    for (spot, strike) in [(0, 0), (1, 0), (0, 1), (1, 2), (WAD, WAD), (MAX_AMOUNT, 1), (1, MAX_AMOUNT)] {
        let intrinsic = strike.saturating_sub(spot);
        assert_eq!(put_down(spot, strike, WAD, 0), Ok(intrinsic));
        assert_eq!(put_down(spot, strike, 0, MAX_SECONDS), Ok(intrinsic));
    }
}

#[test]
fn at_the_ends_nothing_breaks() {
    let long = |spot, strike| put_down(spot, strike, MAX_SIGMA, MAX_SECONDS).unwrap();
    // 1000 % for five years: all but the strike's last part, and never all of it.
    assert_eq!(long(WAD, WAD), WAD - 1);
    assert_eq!((long(1, 1), long(1, MAX_AMOUNT), long(MAX_AMOUNT, 1)), (0, MAX_AMOUNT - 1, 0));
    assert!(long(MAX_AMOUNT, MAX_AMOUNT) < MAX_AMOUNT);
    // The least spread, at the money: √(1 / 2π) of it.
    assert_eq!(put_down(WAD, WAD, MIN_SIGMA, 1), Ok(710_406_231_576));
    for (spot, strike) in [(1, 10_u128.pow(30)), (10_u128.pow(30), 1)] {
        for sigma in [MIN_SIGMA, MAX_SIGMA] {
            for seconds in [1, 863, 864, MAX_SECONDS] {
                let value = put_down(spot, strike, sigma, seconds).unwrap();
                assert!(value == strike.saturating_sub(spot), "{value}");
            }
        }
    }
}

#[test]
fn what_cannot_be_priced_is_refused_with_its_bounds() {
    let error = |input, value, min, max| PricingError { input, value, min, max };
    let large = MAX_AMOUNT + 1;
    let (spot, strike) =
        (error(Input::Spot, large, 0, MAX_AMOUNT), error(Input::Strike, large, 0, MAX_AMOUNT));
    assert_eq!(put_down(large, 1, 0, 0), Err(spot));
    assert_eq!(put_down(1, large, 0, 0), Err(strike));
    assert_eq!(everlasting_put(large, 1, WAD, 1), Err(spot));
    assert_eq!(everlasting_put(1, large, WAD, 1), Err(strike));
    for sigma in [1, MIN_SIGMA - 1, MAX_SIGMA + 1, u128::MAX] {
        let error = error(Input::Sigma, sigma, MIN_SIGMA, MAX_SIGMA);
        assert_eq!(put_down(1, 1, sigma, 0), Err(error));
        assert_eq!(everlasting_put(1, 1, sigma, 1), Err(error));
    }
    assert!(everlasting_put(1, 1, 0, 1).is_err(), "without volatility there is no u");
    for seconds in [MAX_SECONDS + 1, u64::MAX] {
        let value = u128::from(seconds);
        assert_eq!(put_down(1, 1, 0, seconds), Err(error(Input::Seconds, value, 0, MAX_SECONDS.into())));
        let refusal = error(Input::FundingSeconds, value, 1, MAX_SECONDS.into());
        assert_eq!(everlasting_put(1, 1, WAD, seconds), Err(refusal));
    }
    assert!(everlasting_put(1, 1, WAD, 0).is_err(), "without time neither");
    assert_eq!(ln_wad(0), Err(error(Input::Antilogarithm, 0, 1, u128::MAX)));
    let over = MAX_EXPONENT + 1;
    assert_eq!(exp_wad(over as i128), Err(error(Input::Exponent, over, 0, MAX_EXPONENT)));
    assert_eq!(spot.to_string(), format!("spot is {large}, not from 0 to {MAX_AMOUNT}"));
}
