//! The put's price as a program on the local chain: the same numbers as natively, and what they cost.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::{Chain, Config};
use everfloor_test::code;

sol! {
    function bsPut(uint256 spot, uint256 strike, uint256 sigma, uint256 secondsToExpiry) external returns (uint256);
    function normalCdf(int256 x) external returns (uint256);
    function ln(uint256 x) external returns (int256);
    function exp(int256 x) external returns (uint256);
    function everlastingPut(uint256 spot, uint256 strike, uint256 sigma, uint256 fundingSeconds)
        external returns (uint256 u, uint256 timeValue, uint256 value);
}

const WAD: u128 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;
/// What a price may cost beyond what a call of the program does.
const MOST_GAS: u64 = 4_000;

/// A chain with the program on it, cached.
struct Calculator {
    chain: Chain,
    program: Address,
}

impl Calculator {
    fn deploy() -> Self {
        let mut chain = Chain::new(Config::default());
        let (deployer, _) = chain.accounts()[0];
        let program = chain.deploy_code(deployer, &code("black-scholes")).unwrap();
        chain.cache_program(program).unwrap();
        Self { chain, program }
    }

    /// The call's answer, and its gas without that of a transaction and its calldata.
    fn ask<C: SolCall>(&self, call: C) -> (C::Return, u64) {
        let data = call.abi_encode();
        let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
        let entry = 21_000 + 4 * zeros + 16 * (data.len() as u64 - zeros);
        let outcome = self.chain.call(Address::ZERO, self.program, data);
        assert!(outcome.success, "{outcome:?}");
        (C::abi_decode_returns(&outcome.output).unwrap(), outcome.gas_used - entry)
    }

    fn put(&self, spot: u128, strike: u128, sigma: u128, seconds: u64) -> (u128, u64) {
        let [spot, strike, sigma] = [spot, strike, sigma].map(U256::from);
        let (value, gas) = self.ask(bsPutCall { spot, strike, sigma, secondsToExpiry: U256::from(seconds) });
        (value.to(), gas)
    }

    /// What the price costs more than an answer that needs none.
    fn kernel_gas(&self, spot: u128, strike: u128, sigma: u128, seconds: u64) -> u64 {
        self.put(spot, strike, sigma, seconds).1 - self.put(spot, strike, sigma, 0).1
    }
}

fn milli(thousandths: i128) -> I256 {
    I256::try_from(thousandths * (WAD / 1000) as i128).unwrap()
}

#[test]
fn puts_are_worth_on_chain_what_they_are_natively() {
    let calculator = Calculator::deploy();
    for (spot, strike, sigma, seconds, value) in [
        (WAD, WAD / 4 * 3, WAD / 5, 30 * DAY, 2_418_485_469),
        (WAD, WAD / 4 * 3, WAD, 30 * DAY, 20_416_234_100_101_023),
        (WAD, WAD / 4 * 3, 2 * WAD, 30 * DAY, 95_926_148_778_590_997),
        (WAD, WAD / 4 * 3, WAD, 7 * DAY, 824_080_410_763_566),
        (WAD, WAD / 4 * 3, WAD, YEAR, 222_611_523_970_810_132),
        (WAD, WAD / 4 * 3, 3 * WAD, 3_600, 0),
        (WAD, WAD, WAD / 2, 30 * DAY, 57_137_675_090_999_351),
        (WAD / 10, WAD, WAD, 30 * DAY, 900_000_000_000_000_005),
        (2_000 * WAD, 1_500 * WAD, WAD / 5 * 4, 30 * DAY, 19_825_731_977_312_401_820),
        (1_000_000 * WAD, 750_000 * WAD, WAD, 30 * DAY, 20_416_234_100_101_023_373_118),
        (WAD / 2, WAD / 4 * 3, WAD, 0, WAD / 4),
        (0, WAD, WAD, DAY, WAD),
    ] {
        assert_eq!(
            calculator.put(spot, strike, sigma, seconds).0,
            value,
            "{spot} {strike} {sigma} {seconds}"
        );
    }
}

#[test]
fn the_functions_answer_on_chain_as_natively() {
    let calculator = Calculator::deploy();
    for (x, value) in [(-999, 158_897_345_641_318_286_u128), (0, WAD / 2), (750, 773_372_647_623_131_801)] {
        assert_eq!(calculator.ask(normalCdfCall { x: milli(x) }).0, U256::from(value));
    }
    let (logarithm, _) = calculator.ask(lnCall { x: U256::from(WAD / 10) });
    assert_eq!(logarithm, I256::try_from(-2_302_585_092_994_045_684_i64).unwrap());
    let (power, _) = calculator.ask(expCall { x: milli(1000) });
    assert_eq!(power, U256::from(2_718_281_828_459_045_235_u64));
    let [spot, strike, sigma] = [40_000 * WAD, 50_000 * WAD, WAD].map(U256::from);
    let (price, _) =
        calculator.ask(everlastingPutCall { spot, strike, sigma, fundingSeconds: U256::from(7 * DAY) });
    assert_eq!(price.u, U256::from(20_448_541_687_437_203_229_u128));
    assert_eq!(price.timeValue, U256::from(223_366_704_182_927_766_167_u128));
    assert_eq!(price.value, price.timeValue + U256::from(10_000 * WAD));
}

#[test]
fn a_price_costs_little_wherever_it_is_asked_for() {
    let calculator = Calculator::deploy();
    let mut costs = Vec::new();
    for strike in
        [1, WAD / 1000, WAD / 2, WAD / 4 * 3, WAD - 1, WAD, WAD / 2 * 3, 1_000 * WAD, (1 << 112) - 1]
    {
        for sigma in [WAD / 100, WAD / 2, WAD, 10 * WAD] {
            for seconds in [1, 864, DAY, 30 * DAY, YEAR, 5 * YEAR] {
                costs.push((calculator.kernel_gas(WAD, strike, sigma, seconds), strike, sigma, seconds));
            }
        }
    }
    costs.sort_unstable();
    let (least, most) = (costs[0], costs[costs.len() - 1]);
    println!(
        "least {least:?}, median {:?}, most {most:?} (gas, strike of a spot of 1e18, sigma, seconds)",
        costs[costs.len() / 2]
    );
    println!("30 days, 75 %, 100 %: {}", calculator.kernel_gas(WAD, WAD / 4 * 3, WAD, 30 * DAY));
    assert!(most.0 <= MOST_GAS, "{most:?}");
}
