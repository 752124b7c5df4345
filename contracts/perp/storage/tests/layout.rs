//! The storage layout: what is written is what is read, and no two fields share a bit.

use alloy_primitives::{Address, B256};
use everfloor_perp_rules::{
    Curve, Ledger, Market, Params, Position,
    funding::Funding,
    twap::{Anchor, Twap},
};
use everfloor_perp_storage::layout::{
    MarketRecord, ParamsRecord, PositionRecord, STATE_WORDS, decode_entry, encode_entry,
};
use proptest::prelude::*;

const TIME: u64 = 1 << 40;

prop_compose! {
    fn anchor()(time in 0..TIME, cumulative: u128) -> Anchor {
        Anchor { time, cumulative }
    }
}

prop_compose! {
    fn market()(
        reserves: (u128, u128, u128),
        sizes: (u128, u128),
        indices: (i128, i128, u128, u128),
        last in anchor(),
        older in anchor(),
        newer in anchor(),
        ledger: (u128, u128, u128, u128, u128, u128),
        opening_paused: bool,
    ) -> Market {
        Market {
            curve: Curve { base: reserves.0, quote: reserves.1, peg: reserves.2 },
            long_size: sizes.0,
            short_size: sizes.1,
            funding: Funding {
                long_index: indices.0,
                short_index: indices.1,
                oracle_cumulative: indices.2,
                mark_cumulative: indices.3,
            },
            mark: Twap { last, older, newer },
            ledger: Ledger {
                principal: ledger.0,
                pool: ledger.1,
                claims: ledger.2,
                fees: ledger.3,
                insurance_due: ledger.4,
                bad_debt: ledger.5,
            },
            opening_paused,
        }
    }
}

prop_compose! {
    fn params()(
        ratios in prop::array::uniform11(0u32..1 << 24),
        min_notional in 0u128..1 << 88,
        caps: (u128, u128, u128),
    ) -> Params {
        let [initial, maintenance, fee, penalty, insurance, keeper, impact, gap, band, funding, window] = ratios;
        Params {
            initial_margin_ppm: initial,
            maintenance_margin_ppm: maintenance,
            fee_ppm: fee,
            liquidation_penalty_ppm: penalty,
            insurance_share_ppm: insurance,
            keeper_share_ppm: keeper,
            max_price_impact_ppm: impact,
            max_divergence_ppm: gap,
            mark_band_ppm: band,
            max_funding_ppm: funding,
            twap_window: window,
            min_notional,
            max_open_interest: caps.0,
            max_position: caps.1,
            keeper_floor: caps.2,
        }
    }
}

proptest! {
    #[test]
    fn a_market_is_read_as_it_was_written(market in market(), sequence in 0u64..1 << 48, accounts: u32) {
        let record = MarketRecord { market, sequence, accounts };
        prop_assert_eq!(MarketRecord::decode(&record.encode()), record);
    }

    #[test]
    fn parameters_are_read_as_they_were_written(params in params(), feed: [u8; 20]) {
        let record = ParamsRecord { feed: Address::from(feed), params };
        let words = record.encode().expect("in range");
        prop_assert_eq!(ParamsRecord::decode(&words), record);
    }

    #[test]
    fn a_position_is_read_as_it_was_written(
        size: i128, open_notional: u128, margin in 0u128..1 << 96, funding_index: i128,
        place in 0u32..1 << 31, has_claim: bool,
    ) {
        let position = Position { size, open_notional, margin, claim: 0, funding_index };
        let record = PositionRecord { position, place, has_claim };
        prop_assert_eq!(PositionRecord::decode(&record.encode().expect("in range")), record);
    }

    #[test]
    fn a_list_entry_is_read_as_it_was_written(account: [u8; 20], claim in 0u128..1 << 96) {
        let account = Address::from(account);
        prop_assert_eq!(decode_entry(&encode_entry(account, claim).expect("in range")), (account, claim));
    }

    #[test]
    fn values_too_wide_for_their_bits_are_refused(margin in 1u128 << 96.., claim in 1u128 << 96.., least in 1u128 << 88..) {
        let position = PositionRecord { position: Position { margin, ..Position::default() }, ..Default::default() };
        prop_assert!(position.encode().is_err());
        prop_assert!(encode_entry(Address::ZERO, claim).is_err());
        let mut record = ParamsRecord::decode(&[B256::ZERO; 4]);
        record.params.min_notional = least;
        prop_assert!(record.encode().is_err());
        record.params.min_notional = 0;
        record.params.fee_ppm = 1 << 24;
        prop_assert!(record.encode().is_err());
    }
}

#[test]
fn a_market_that_was_never_made_has_no_reserves() {
    let record = MarketRecord::decode(&[B256::ZERO; STATE_WORDS]);
    assert_eq!(record.market.curve.base, 0);
}
