//! Asks price sources, which may fail in any way without failing the feed.

use alloy_primitives::{Address, I256, U256, Uint};
use alloy_sol_types::SolCall;
use everfloor_common::raw::{calldata, static_call, word_at};
use everfloor_oracle_rules::{MAX_DECIMALS, Status, sequencer_is_up};
use stylus_sdk::host::VM;

use crate::state::Sequencer;

mod abi {
    alloy_sol_types::sol! {
        function decimals() external view returns (uint8);
        function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    }
}

/// Gas a source may burn. An aggregator needs less than a tenth; one that burns all it gets must not take the
/// market's gas with it.
const GAS: u64 = 500_000;

/// What a source answers to `latestRoundData`.
pub struct Round {
    pub id: Uint<80, 2>,
    pub answer: I256,
    pub started_at: U256,
    pub updated_at: U256,
}

/// The newest round of `source`; `None` if it reverts, is no contract, or answers with anything else.
pub fn latest_round(vm: &VM, source: Address) -> Option<Round> {
    let data = static_call(vm, source, &calldata(abi::latestRoundDataCall::SELECTOR, []), GAS, 160).ok()?;
    // The fifth word must be there and is not used: Chainlink has deprecated it.
    word_at(&data, 4)?;
    Some(Round {
        id: Uint::checked_from_limbs_slice(word_at(&data, 0)?.as_limbs())?,
        answer: I256::from_raw(word_at(&data, 1)?),
        started_at: word_at(&data, 2)?,
        updated_at: word_at(&data, 3)?,
    })
}

/// The decimals of `source`'s answers.
pub fn decimals(vm: &VM, source: Address) -> Result<u8, Status> {
    let data = static_call(vm, source, &calldata(abi::decimalsCall::SELECTOR, []), GAS, 32);
    let word = data.ok().and_then(|data| word_at(&data, 0)).ok_or(Status::Unreachable)?;
    let decimals = u8::try_from(word).map_err(|_| Status::Invalid)?;
    if decimals > MAX_DECIMALS { Err(Status::Invalid) } else { Ok(decimals) }
}

/// Whether the sequencer is known to be up for longer than the grace period; an uptime feed that does not answer
/// knows nothing.
pub fn sequencer_up(vm: &VM, sequencer: &Sequencer, now: u64) -> bool {
    latest_round(vm, sequencer.address)
        .is_some_and(|round| sequencer_is_up(round.answer, round.started_at, now, sequencer.grace))
}
