//! Asks the price history.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_common::raw::{call, calldata, static_call, word_at};
use everfloor_math::to_u128;
use everfloor_oracle_rules::history::BUCKET_SECONDS;
use stylus_sdk::host::VM;

mod abi {
    alloy_sol_types::sol! {
        function bucketSeconds() external view returns (uint64);
        function recordAndAverage(uint64 from, uint64 to) external returns (uint256 price, uint8 status);
    }
}

/// The status of a history that does not answer; none that does has it.
const NO_ANSWER: u8 = u8::MAX;

/// Gas for a question that costs next to none.
const GAS: u64 = 200_000;

/// Whether an account answers as a price history does, with buckets that the settings are multiples of.
pub fn is_history(vm: &VM, history: Address) -> bool {
    let answer = static_call(vm, history, &abi::bucketSecondsCall::SELECTOR, GAS, 32);
    answer.is_ok_and(|data| word_at(&data, 0) == Some(U256::from(BUCKET_SECONDS)))
}

/// The average price of the `window` seconds before `end`, in wad; else the history's status.
pub fn average_until(vm: &VM, history: Address, end: u64, window: u64) -> Result<u128, u8> {
    let (from, to) = (U256::from(end.saturating_sub(window)), U256::from(end));
    let data = call(vm, history, &calldata(abi::recordAndAverageCall::SELECTOR, [from, to]), 64);
    let data = data.map_err(|_| NO_ANSWER)?;
    let word = |at| word_at(&data, at).ok_or(NO_ANSWER);
    let (price, status) = (word(0)?, word(1)?);
    if !status.is_zero() {
        return Err(u8::try_from(status).unwrap_or(NO_ANSWER));
    }
    to_u128(price).map_err(|_| NO_ANSWER)
}
