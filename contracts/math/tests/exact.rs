//! Every function against an independent big integer, on random numbers of every length and on the edges.

use everfloor_math::{
    MathError::{self, DivisionByZero, Overflow},
    Scale, U256, UnsupportedDecimals, WAD, WAD_U128, add, add_u128, mul, mul_add_div, mul_div_down,
    mul_div_down_u128, mul_div_up, mul_div_up_u128, mul_u128, signed, sqrt_down, sqrt_up, sub, sub_u128,
    to_i128, to_u128,
};
use num_bigint::{BigInt, BigUint};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};

/// Runs `check` on random values and names the seed, so that a failure can be run again with `MATH_SEED`.
fn for_all<S: Strategy>(strategy: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let seed = std::env::var("MATH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand_seed);
    println!("MATH_SEED={seed}");
    let config = Config {
        cases: 1_000,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, check)
        .unwrap_or_else(|failure| panic!("MATH_SEED={seed}: {failure}"));
}

/// A new seed each run, from the standard library's randomly keyed hasher.
fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

/// Numbers of every length, many of them with digits that are all ones or all zeros, where carries and quotient
/// estimates go wrong if they can.
fn word() -> impl Strategy<Value = U256> {
    let digit =
        prop_oneof![3 => any::<u32>(), 1 => Just(0), 1 => Just(u32::MAX), 1 => Just(1 << 31), 1 => 0..3_u32];
    let shape = (proptest::array::uniform8(digit), 0..=256_usize);
    shape.prop_map(|(digits, bits)| {
        let bytes: Vec<u8> = digits.iter().flat_map(|digit| digit.to_le_bytes()).collect();
        U256::from_le_slice(&bytes) & low_ones(bits)
    })
}

fn half_word() -> impl Strategy<Value = u128> {
    word().prop_map(|word| word.wrapping_to())
}

fn low_ones(bits: usize) -> U256 {
    if bits == 0 { U256::ZERO } else { U256::MAX >> (256 - bits) }
}

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_le(&value.to_le_bytes::<32>())
}

/// What a function of 256-bit results must give for this exact value.
fn fit(exact: &BigUint) -> Result<U256, MathError> {
    U256::try_from_le_slice(&exact.to_bytes_le()).ok_or(Overflow)
}

fn fit_u128(exact: &BigUint) -> Result<u128, MathError> {
    u128::try_from(exact).map_err(|_| Overflow)
}

fn div_up(n: &BigUint, d: &BigUint) -> BigUint {
    (n + d - 1_u8) / d
}

/// Powers of two and their neighbours, ends of the range, wads.
fn edges() -> Vec<U256> {
    let mut edges =
        vec![U256::ZERO, U256::ONE, WAD - U256::ONE, WAD, WAD + U256::ONE, U256::MAX - U256::ONE, U256::MAX];
    for bit in [31, 32, 63, 64, 127, 128, 191, 224, 255] {
        let power = U256::ONE << bit;
        edges.extend([power - U256::ONE, power, power + U256::ONE]);
    }
    edges
}

fn check_mul_div(a: U256, b: U256, d: U256) -> TestCaseResult {
    let (down, up) = (mul_div_down(a, b, d), mul_div_up(a, b, d));
    if d.is_zero() {
        prop_assert_eq!(down, Err(DivisionByZero));
        prop_assert_eq!(up, Err(DivisionByZero));
        return Ok(());
    }
    let exact = big(a) * big(b);
    prop_assert_eq!(down, fit(&(&exact / big(d))));
    prop_assert_eq!(up, fit(&div_up(&exact, &big(d))));
    if let (Ok(down), Ok(up)) = (down, up) {
        prop_assert!(big(down) * big(d) <= exact && exact <= big(up) * big(d), "down <= exact <= up");
        prop_assert!(up - down <= U256::ONE, "down and up differ by at most one unit");
        prop_assert_eq!(
            up == down,
            &exact % big(d) == BigUint::ZERO,
            "and agree exactly when nothing is left"
        );
    }
    Ok(())
}

#[test]
fn mul_div_is_exact_on_random_numbers() {
    for_all((word(), word(), word()), |(a, b, d)| check_mul_div(a, b, d));
}

#[test]
fn mul_div_is_exact_on_every_combination_of_edges() {
    let edges = edges();
    for a in &edges {
        for b in edges.iter().step_by(2) {
            for d in &edges {
                check_mul_div(*a, *b, *d).unwrap_or_else(|error| panic!("{a} * {b} / {d}: {error}"));
            }
        }
    }
}

/// Products made to lie at, one below and one above a multiple of the divisor.
#[test]
fn mul_add_div_is_exact_around_multiples_of_the_divisor() {
    for_all((word(), word(), word()), |(q, d, c)| {
        let exact = big(q) * big(d) + big(c);
        let expected = if d.is_zero() { Err(DivisionByZero) } else { fit(&(exact / big(d))) };
        prop_assert_eq!(mul_add_div(q, d, c, d), expected);
        if !d.is_zero() {
            prop_assert_eq!(
                mul_div_down(q, d, d),
                Ok(q),
                "multiplying and dividing by the same changes nothing"
            );
            prop_assert_eq!(mul_div_up(q, d, d), Ok(q));
            prop_assert_eq!(mul_add_div(q, d, d - U256::ONE, d), Ok(q), "the largest remainder adds nothing");
            prop_assert_eq!(mul_add_div(q, d, d, d), fit(&(big(q) + 1_u8)), "a whole divisor adds one");
        }
        Ok(())
    });
}

#[test]
fn rounding_up_past_the_largest_number_is_an_overflow() {
    // MAX^2 / (MAX - 1) is a little more than MAX + 1.
    let below = U256::MAX - U256::ONE;
    assert_eq!(mul_div_down(U256::MAX, U256::MAX, below), Err(Overflow));
    assert_eq!(mul_div_up(U256::MAX, below, U256::MAX), Ok(below));
    // (MAX - 1)^2 / (MAX - 2) is MAX and a fraction.
    assert_eq!(mul_div_down(below, below, below - U256::ONE), Ok(U256::MAX));
    assert_eq!(mul_div_up(below, below, below - U256::ONE), Err(Overflow));
    // MAX * 2^255 / 2^255 is MAX, and the last place before the next number is still MAX.
    let half = U256::ONE << 255;
    assert_eq!(mul_add_div(U256::MAX, half, half - U256::ONE, half), Ok(U256::MAX));
    assert_eq!(mul_add_div(U256::MAX, half, half, half), Err(Overflow));
}

#[test]
fn mul_div_of_128_bits_agrees_and_refuses_wider_results() {
    for_all((half_word(), half_word(), half_word()), |(a, b, d)| {
        let (down, up) = (mul_div_down_u128(a, b, d), mul_div_up_u128(a, b, d));
        if d == 0 {
            prop_assert_eq!((down, up), (Err(DivisionByZero), Err(DivisionByZero)));
        } else {
            let exact = BigUint::from(a) * b;
            prop_assert_eq!(down, fit_u128(&(&exact / d)));
            prop_assert_eq!(up, fit_u128(&div_up(&exact, &d.into())));
        }
        Ok(())
    });
}

#[test]
fn signed_mul_div_rounds_towards_the_named_infinity() {
    for_all((half_word(), half_word(), half_word()), |(a, b, d)| {
        let a = a as i128;
        let (floor, ceil) = (signed::mul_div_floor(a, b, d), signed::mul_div_ceil(a, b, d));
        if d == 0 {
            prop_assert_eq!((floor, ceil), (Err(DivisionByZero), Err(DivisionByZero)));
            return Ok(());
        }
        let (exact, d) = (BigInt::from(a) * b, BigInt::from(d));
        let mut below = &exact / &d; // Towards zero.
        if &below * &d > exact {
            below -= 1;
        }
        let above = if &below * &d == exact { below.clone() } else { &below + 1 };
        prop_assert_eq!(floor, i128::try_from(below).map_err(|_| Overflow));
        prop_assert_eq!(ceil, i128::try_from(above).map_err(|_| Overflow));
        Ok(())
    });
}

#[test]
fn signed_results_reach_both_ends_of_the_range() {
    let (min, max) = (i128::MIN, i128::MAX);
    assert_eq!(signed::mul_div_floor(min, 1, 1), Ok(min));
    assert_eq!(signed::mul_div_ceil(min, 1, 1), Ok(min));
    assert_eq!(signed::mul_div_floor(min, u128::MAX, u128::MAX - 1), Err(Overflow));
    assert_eq!(signed::mul_div_floor(max, 1, 1), Ok(max));
    assert_eq!(signed::mul_div_ceil(max, u128::MAX, u128::MAX - 1), Err(Overflow));
    assert_eq!(signed::mul_div_floor(-1, 1, 2), Ok(-1));
    assert_eq!(signed::mul_div_ceil(-1, 1, 2), Ok(0));
    assert_eq!(signed::mul_div_floor(1, 1, 2), Ok(0));
    assert_eq!(signed::mul_div_ceil(1, 1, 2), Ok(1));
    assert_eq!((signed::neg(min), signed::neg(max)), (Err(Overflow), Ok(min + 1)));
    assert_eq!((signed::add_i128(max, 1), signed::add_i128(min, max)), (Err(Overflow), Ok(-1)));
    assert_eq!((signed::sub_i128(min, 1), signed::sub_i128(-1, max)), (Err(Overflow), Ok(min)));
}

#[test]
fn add_sub_and_mul_are_exact_or_refused() {
    for_all((word(), word()), |(a, b)| {
        prop_assert_eq!(add(a, b), fit(&(big(a) + big(b))));
        prop_assert_eq!(sub(a, b), if a < b { Err(Overflow) } else { fit(&(big(a) - big(b))) });
        prop_assert_eq!(mul(a, b), fit(&(big(a) * big(b))));
        prop_assert_eq!(mul(b, a), mul(a, b));
        Ok(())
    });
    for_all((half_word(), half_word()), |(a, b)| {
        prop_assert_eq!(add_u128(a, b), a.checked_add(b).ok_or(Overflow));
        prop_assert_eq!(sub_u128(a, b), a.checked_sub(b).ok_or(Overflow));
        prop_assert_eq!(mul_u128(a, b), a.checked_mul(b).ok_or(Overflow));
        Ok(())
    });
}

fn check_sqrt(n: U256) -> TestCaseResult {
    let (down, up) = (sqrt_down(n), sqrt_up(n));
    prop_assert_eq!(big(down), big(n).sqrt());
    let exact = big(down) * big(down) == big(n);
    prop_assert_eq!(up, if exact { down } else { down + U256::ONE });
    Ok(())
}

#[test]
fn square_roots_are_exact_on_random_numbers_squares_and_edges() {
    for_all(word(), check_sqrt);
    for_all(half_word(), |root| {
        let square = mul(U256::from(root), U256::from(root)).expect("the square of 128 bits fits 256");
        check_sqrt(square)?;
        check_sqrt(square.saturating_sub(U256::ONE))?;
        check_sqrt(square.saturating_add(U256::ONE))
    });
    for n in edges().into_iter().chain((0..300).map(U256::from)) {
        check_sqrt(n).unwrap_or_else(|error| panic!("root of {n}: {error}"));
    }
}

#[test]
fn tokens_scale_to_wads_exactly_and_back_in_the_named_direction() {
    for_all((0..=18_u8, half_word()), |(decimals, amount)| {
        let scale = Scale::from_decimals(decimals).expect("up to 18 decimals");
        prop_assert_eq!(scale.factor, 10_u128.pow(u32::from(18 - decimals)));
        let (wide, factor) = (U256::from(amount), scale.factor);
        let wad = scale.token_to_wad(wide);
        prop_assert_eq!(wad, fit(&(BigUint::from(amount) * factor)));
        let wad = wad.expect("128 bits by a u64 fit");
        prop_assert_eq!(scale.wad_to_token_down(wad), Ok(wide), "there and back changes nothing");
        prop_assert_eq!(scale.wad_to_token_up(wad), Ok(wide));
        prop_assert_eq!(scale.wad_to_token_down(wide), Ok(U256::from(amount / factor)));
        prop_assert_eq!(scale.wad_to_token_up(wide), Ok(U256::from(amount.div_ceil(factor))));
        prop_assert_eq!(scale.wad_to_token_down_u128(amount), Ok(amount / factor));
        prop_assert_eq!(scale.wad_to_token_up_u128(amount), Ok(amount.div_ceil(factor)));
        prop_assert_eq!(scale.token_to_wad_u128(amount), amount.checked_mul(factor).ok_or(Overflow));
        Ok(())
    });
}

#[test]
fn scales_that_cannot_work_are_refused() {
    assert_eq!(Scale::from_decimals(19), Err(UnsupportedDecimals { decimals: 19 }));
    assert_eq!(Scale::from_decimals(255), Err(UnsupportedDecimals { decimals: 255 }));
    let unset = Scale { factor: 0 };
    assert_eq!(unset.wad_to_token_down(WAD), Err(DivisionByZero));
    assert_eq!(unset.wad_to_token_up(U256::ZERO), Err(DivisionByZero));
    assert_eq!(Scale { factor: WAD_U128 }.token_to_wad(U256::MAX), Err(Overflow));
}

#[test]
fn conversions_refuse_what_does_not_fit() {
    assert_eq!(to_u128(U256::from(u128::MAX)), Ok(u128::MAX));
    assert_eq!(to_u128(U256::from(u128::MAX) + U256::ONE), Err(Overflow));
    assert_eq!(to_u128(U256::ONE << 192), Err(Overflow));
    assert_eq!(to_i128(i128::MAX as u128), Ok(i128::MAX));
    assert_eq!(to_i128(1 << 127), Err(Overflow));
    assert_eq!(WAD, U256::from(WAD_U128));
}
