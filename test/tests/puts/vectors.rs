//! The worked examples of the pool's study through the ABI. The rolls, bonds and payoffs among them are in `rolling`,
//! `buyer` and `bonding`, where what they come to is told with the rest.

use alloy_primitives::U256;
use everfloor_test::{abi::PutPool::*, on_both, wad, wad_milli};

on_both! {
    puts:
    fn puts_are_worth_what_black_and_scholes_say(s) {
        for (spot, strike, sigma, seconds, value) in [
            (wad(1), wad_milli(750), wad_milli(200), 2_592_000_u64, 2_418_485_469_u128),
            (wad(1), wad_milli(750), wad(1), 2_592_000, 20_416_234_100_101_023),
            (wad(1), wad_milli(750), wad(2), 2_592_000, 95_926_148_778_590_997),
            (wad(1), wad_milli(750), wad(1), 604_800, 824_080_410_763_566),
            (wad(1), wad_milli(750), wad_milli(1_500), 86_400, 2_043_651_723_402),
            (wad(1), wad_milli(750), wad(1), 2_419_200, 18_441_335_983_767_522),
            (wad(1), wad_milli(750), wad(1), 31_536_000, 222_611_523_970_810_132),
            (wad(1), wad_milli(750), wad(3), 3_600, 0),
            (wad(1), wad(1), wad_milli(500), 2_592_000, 57_137_675_090_999_351),
            (wad_milli(100), wad(1), wad(1), 2_592_000, 900_000_000_000_000_005),
            (wad_milli(200), wad_milli(150), wad(1), 2_592_000, 4_083_246_820_020_204),
            (wad_milli(312), wad_milli(234), wad(1), 2_592_000, 6_369_865_039_231_519),
            (wad(2_000), wad(1_500), wad_milli(800), 2_592_000, 19_825_731_977_312_401_820),
            (wad(1_000_000), wad(750_000), wad(1), 2_592_000, 20_416_234_100_101_023_373_118),
            (wad_milli(180), wad_milli(135), wad(1), 2_592_000, 3_674_922_138_018_184),
            (wad_milli(500), wad_milli(750), wad(1), 0, 250_000_000_000_000_000),
            (U256::ZERO, wad_milli(750), wad(1), 2_592_000, 750_000_000_000_000_000),
            (wad(1), wad_milli(750), wad(1), 863, 0),
        ] {
            let left = U256::from(seconds);
            let got = s.view(bsPutCall { spot, strike, sigma, secondsLeft: left });
            let most = spot.max(strike) / U256::from(100_000_000_000_000_000_u64) + U256::from(2);
            assert!(got.abs_diff(U256::from(value)) <= most, "{spot} {strike} {sigma} {seconds}: {got}");
        }
        let sigma = wad(11);
        s.refused(s.owner, bsPutCall { spot: wad(1), strike: wad(1), sigma, secondsLeft: U256::ONE }, Unpriceable {});
    }

    fn rewards_are_emitted_to_the_wei(s) {
        for (elapsed, emitted) in [(1, 95_129_375_951_293), (86_400, 8_219_178_082_191_780_821), (7_776_000, 739_726_027_397_260_273_972), (31_536_001, 3_000_000_095_129_375_951_293), (94_608_000, 9_000_000_000_000_000_000_000_u128)] {
            assert_eq!(s.view(rewardsEmittedCall { elapsed: U256::from(elapsed) }), U256::from(emitted));
        }
    }

    fn exits_leave_what_is_backed_and_covered(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(1_600));
        assert_eq!(s.view(availableToExitCall {}), U256::ZERO);
        let buyer = s.buyer;
        s.must(buyer, reportSupplyCall { supply: U256::ZERO });
        assert_eq!(s.view(availableToExitCall {}), wad(250));
    }
}
