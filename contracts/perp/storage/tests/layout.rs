//! The storage layout: what is written is what is read, no two fields share a bit, and what does not fit is refused.

use alloy_primitives::{Address, B256};
use everfloor_perp_rules::{
    Curve, Ledger, Market, Params, Position,
    deleverage::Index,
    funding::Funding,
    losses::Losses,
    market::Status,
    settlement::Settlement,
    twap::{Anchor, Twap},
};
use everfloor_perp_storage::layout::{
    CalendarRecord, LossRecord, MarketRecord, PARAM_WORDS, ParamsRecord, PositionRecord, Record, STATE_WORDS,
    TRADING_PARAM_WORDS, decode_entry, encode_entry, epochs,
};
use proptest::prelude::*;

const TIME: u64 = 1 << 32;
const U96: u128 = 1 << 96;
const U112: u128 = 1 << 112;

prop_compose! {
    fn anchor()(time in 0..TIME, cumulative: u128) -> Anchor {
        Anchor { time, cumulative }
    }
}

prop_compose! {
    fn ledger()(parts in prop::array::uniform5(0..U96), gated: bool) -> Ledger {
        let [principal, pool, claims, fees, insurance_due] = parts;
        Ledger { principal, pool, claims, fees, insurance_due, gated }
    }
}

prop_compose! {
    fn market()(
        reserves: (u128, u128, u128),
        sizes in (0..U112, 0..U112),
        indices: (i128, i128, u128),
        last in anchor(),
        older in anchor(),
        newer in anchor(),
        ledger in ledger(),
        flags: (bool, bool, bool),
        unpaid: u128,
        drift_ppm: i32,
        epochs: [u16; 2],
    ) -> Market {
        Market {
            curve: Curve { base: reserves.0, quote: reserves.1, peg: reserves.2 },
            long_size: sizes.0,
            short_size: sizes.1,
            funding: Funding {
                long_index: indices.0,
                short_index: indices.1,
                oracle_cumulative: indices.2,
                mark_cumulative: last.cumulative.saturating_sub(unpaid),
            },
            mark: Twap { last, older, newer },
            ledger,
            status: Status { paused: flags.0, reduce_only: flags.1, halted: flags.2 },
            drift_ppm,
            epochs,
        }
    }
}

prop_compose! {
    fn params()(
        small in prop::array::uniform22(0u32..1 << 24),
        min_notional in 0u128..1 << 88,
        caps in (0..U112, 0..U112, 0..U112),
        keeper_floor in 0..U96,
        target_depth in 0..U112,
    ) -> Params {
        let mut next = small.into_iter();
        let mut small = || next.next().unwrap_or_default();
        Params {
            initial_margin_ppm: small(),
            maintenance_margin_ppm: small(),
            fee_ppm: small(),
            insurance_share_ppm: small(),
            max_price_impact_ppm: small(),
            max_divergence_ppm: small(),
            mark_band_ppm: small(),
            max_funding_ppm: small(),
            twap_window: small(),
            window_impact_ppm: small(),
            impact_window: small(),
            skew_spread_ppm: small(),
            gap_spread_ppm: small(),
            funding_share_ppm: small(),
            liquidation_penalty_ppm: small(),
            keeper_share_ppm: small(),
            liquidation_target_ppm: small(),
            takeover_discount_ppm: small(),
            takeover_time: small(),
            repeg_step_ppm: small(),
            curve_share_ppm: small(),
            resume_grace: small(),
            min_notional,
            max_open_interest: caps.0,
            max_skew: caps.1,
            max_position: caps.2,
            keeper_floor,
            target_depth,
        }
    }
}

/// What is written has to be read again.
fn again<T: Record<N>, const N: usize>(value: &T) -> T {
    T::decode(&value.encode().expect("in range"))
}

proptest! {
    #[test]
    fn a_market_is_read_as_it_was_written(
        market in market(), sequence in 0u64..1 << 40, accounts in 0u32..1 << 24, open_positions in 0u32..1 << 24,
    ) {
        let record = MarketRecord { market, sequence, accounts, open_positions };
        prop_assert_eq!(again(&record), record.clone());
        prop_assert_eq!(epochs(&record.encode().expect("in range")[1]), market.epochs);
    }

    #[test]
    fn parameters_are_read_as_they_were_written(params in params(), feed: [u8; 20]) {
        let record = ParamsRecord { feed: Address::from(feed), params };
        prop_assert_eq!(again(&record), record);
        // What trading reads is the same, and the rest of it is nothing.
        let words = record.encode().expect("in range");
        let mut first = [B256::ZERO; TRADING_PARAM_WORDS];
        first.copy_from_slice(&words[..TRADING_PARAM_WORDS]);
        let trading = Params {
            takeover_discount_ppm: 0,
            takeover_time: 0,
            repeg_step_ppm: 0,
            curve_share_ppm: 0,
            resume_grace: 0,
            keeper_floor: 0,
            target_depth: 0,
            ..params
        };
        prop_assert_eq!(ParamsRecord::decode_for_trading(&first).params, trading);
    }

    #[test]
    fn a_position_is_read_as_it_was_written(
        size in -(1i128 << 111)..1 << 111, open_notional in 0..U112, margin in 0..U96,
        funding_index in -(1i128 << 111)..1 << 111, epoch: u16, takeover_start in 0..TIME,
        place in 0u32..1 << 24, has_claim: bool,
    ) {
        let position = Position { size, open_notional, margin, claim: 0, funding_index, epoch, takeover_start };
        let record = PositionRecord { position, place, has_claim };
        prop_assert_eq!(again(&record), record);
    }

    #[test]
    fn losses_the_calendar_and_indices_are_read_as_they_were_written(
        bad_debt in 0..U96, deficit in 0..U96, times in prop::array::uniform5(0..TIME),
        amounts: (u128, u128, u128), signed: (i128, i128),
    ) {
        let [deficit_since, resumed_at, last_repeg, last_depth, last_step] = times;
        let losses = LossRecord { losses: Losses { bad_debt, deficit, deficit_since }, resumed_at };
        prop_assert_eq!(again(&losses), losses);
        let settlement = Settlement { price: amounts.0, pool: amounts.1, claims: amounts.2 };
        let calendar = CalendarRecord { settlement, last_repeg, last_depth, last_step };
        prop_assert_eq!(again(&calendar), calendar);
        let index = Index { left: amounts.0, exchanged: amounts.1, funding: signed.0, weighted: signed.1 };
        prop_assert_eq!(again(&index), index);
    }

    #[test]
    fn a_list_entry_is_read_as_it_was_written(account: [u8; 20], claim in 0..U96) {
        let account = Address::from(account);
        prop_assert_eq!(decode_entry(&encode_entry(account, claim).expect("in range")), (account, claim));
    }

    #[test]
    fn values_too_wide_for_their_bits_are_refused(wide96 in U96.., wide112 in U112.., least in 1u128 << 88.., time in TIME..) {
        let refused = |position: Position| PositionRecord { position, ..Default::default() }.encode().is_err();
        let flat = Position::default();
        let wide = [
            Position { margin: wide96, ..flat },
            Position { open_notional: wide112, ..flat },
            Position { size: 1 << 111, ..flat },
            Position { size: -(1 << 111) - 1, ..flat },
            Position { funding_index: i128::MIN, ..flat },
            Position { takeover_start: time, ..flat },
        ];
        for position in wide {
            prop_assert!(refused(position), "{:?}", position);
        }
        prop_assert!(encode_entry(Address::ZERO, wide96).is_err());
        let mut record = ParamsRecord::decode(&[B256::ZERO; PARAM_WORDS]);
        record.params.min_notional = least;
        prop_assert!(record.encode().is_err());
        record.params.min_notional = 0;
        record.params.fee_ppm = 1 << 24;
        prop_assert!(record.encode().is_err());
        let mut market = MarketRecord::decode(&[B256::ZERO; STATE_WORDS]);
        market.market.ledger.pool = wide96;
        prop_assert!(market.encode().is_err());
        market.market.ledger.pool = 0;
        market.market.short_size = wide112;
        prop_assert!(market.encode().is_err());
        market.market.short_size = 0;
        market.accounts = 1 << 24;
        prop_assert!(market.encode().is_err());
    }
}

/// Each number is changed alone, and no other moves.
#[test]
fn no_two_fields_of_a_market_share_a_bit() {
    // The unpaid part of the mark's integral is no more than the whole.
    let mut zero = [B256::ZERO; STATE_WORDS];
    zero[6][..16].fill(0xff);
    for word in 0..STATE_WORDS {
        for bit in 0..256 {
            let mut words = zero;
            words[word][bit / 8] ^= 1 << (bit % 8);
            let read = MarketRecord::decode(&words);
            let unused = (word == 4 || word == 5) && (24..28).contains(&(bit / 8))
                || word == 3 && bit / 8 == 31 && bit % 8 > 3;
            let written = read.encode().expect("read from its bits");
            assert_eq!(written, if unused { zero } else { words }, "word {word}, bit {bit}");
        }
    }
}

#[test]
fn a_market_that_was_never_made_has_no_peg() {
    let record = MarketRecord::decode(&[B256::ZERO; STATE_WORDS]);
    assert_eq!((record.market.curve.base, record.market.curve.peg), (0, 0));
}
