//! The calculator through its ABI. What its numbers are worth is tested with the crate they come from.
#![allow(missing_docs)]

use alloy_primitives::{Address, B256, I256, U256, address};
use alloy_sol_types::{SolCall, sol};
use black_scholes::*;
use everfloor_host::TestChain;

sol! {
    function bsPut(uint256 spot, uint256 strike, uint256 sigma, uint256 secondsToExpiry) external returns (uint256);
    function normalCdf(int256 x) external returns (uint256);
    function ln(uint256 x) external returns (int256);
    function exp(int256 x) external returns (uint256);
    function everlastingPut(uint256 spot, uint256 strike, uint256 sigma, uint256 fundingSeconds)
        external returns (uint256 u, uint256 timeValue, uint256 value);
}

const CALCULATOR: Address = address!("0x00000000000000000000000000000000000000b5");
const WAD: u128 = 1_000_000_000_000_000_000;
const MONTH: u64 = 30 * 86_400;

fn world() -> TestChain {
    let chain = TestChain::new();
    chain.deploy::<BlackScholes>(CALCULATOR);
    chain
}

fn wad(milli: u128) -> U256 {
    U256::from(WAD / 1000 * milli)
}

fn put(spot: U256, strike: U256, sigma: U256, seconds: U256) -> bsPutCall {
    bsPutCall { spot, strike, sigma, secondsToExpiry: seconds }
}

#[test]
fn prices_come_through() {
    let chain = world();
    let month = U256::from(MONTH);
    let value = chain.view(CALCULATOR, put(wad(1000), wad(750), wad(1000), month)).unwrap();
    assert_eq!(value, U256::from(20_416_234_100_101_023_u128));
    let call = everlastingPutCall {
        spot: wad(700),
        strike: wad(750),
        sigma: wad(1000),
        fundingSeconds: U256::from(MONTH),
    };
    let price = chain.view(CALCULATOR, call).unwrap();
    assert_eq!(price.u, U256::from(9_916_316_520_429_011_262_u128));
    assert_eq!(price.timeValue, U256::from(51_899_941_411_173_328_u128));
    assert_eq!(price.value, price.timeValue + wad(50));
}

#[test]
fn functions_come_through_whatever_their_sign() {
    let chain = world();
    let wads = |units: i64| I256::try_from(units).unwrap() * I256::try_from(WAD).unwrap();
    let cdf = |x| chain.view(CALCULATOR, normalCdfCall { x }).unwrap();
    assert_eq!(cdf(wads(-2)), U256::from(22_750_131_948_179_207_u128));
    assert_eq!((cdf(I256::MIN), cdf(I256::MAX)), (U256::ZERO, U256::from(WAD)));
    let ln = |x| chain.view(CALCULATOR, lnCall { x }).unwrap();
    assert_eq!(ln(wad(100)), I256::try_from(-2_302_585_092_994_045_684_i64).unwrap());
    assert_eq!(ln(wad(1000)), I256::ZERO);
    assert!(ln(U256::from(u128::MAX)).is_positive());
    let exp = |x| chain.view(CALCULATOR, expCall { x }).unwrap();
    assert_eq!(exp(wads(-1)), U256::from(367_879_441_171_442_321_u128));
    assert_eq!(exp(wads(1)), U256::from(2_718_281_828_459_045_235_u128));
    assert_eq!(exp(I256::MIN), U256::ZERO);
}

fn refused<C: SolCall>(call: C, what: &str, value: U256, (min, max): (u128, u128)) {
    let revert = world().view(CALCULATOR, call).map(drop).unwrap_err();
    let what = B256::right_padding_from(what.as_bytes());
    let error = OutOfRange { what, value, min: U256::from(min), max: U256::from(max) };
    assert_eq!(revert.decode(), Some(error), "{revert:?}");
}

#[test]
fn what_cannot_be_priced_is_refused_as_it_was_given() {
    let (prices, sigmas, years) = ((0, (1 << 112) - 1), (WAD / 100, 10 * WAD), 5 * 365 * 86_400);
    let (one, month) = (wad(1000), U256::from(MONTH));
    for value in [U256::from(1_u128 << 112), U256::ONE << 128, U256::MAX] {
        refused(put(value, one, one, month), "spot", value, prices);
        refused(put(one, value, one, month), "strike", value, prices);
        refused(put(one, one, value, month), "sigma", value, sigmas);
        refused(put(one, one, one, value), "secondsToExpiry", value, (0, years));
        let call = everlastingPutCall { spot: one, strike: one, sigma: one, fundingSeconds: value };
        refused(call, "fundingSeconds", value, (1, years));
    }
    refused(put(one, one, U256::ONE, month), "sigma", U256::ONE, sigmas);
    for value in [U256::ZERO, U256::MAX] {
        refused(lnCall { x: value }, "x", value, (1, u128::MAX));
    }
    refused(expCall { x: I256::MAX }, "x", I256::MAX.into_raw(), (0, 47_272 * WAD / 1000));
}
