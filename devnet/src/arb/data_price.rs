//! The data fee of activations, and the demand it follows from, which is kept in ArbOS's state.

use super::{Answer, Call};
use crate::stylus::price::DataPricer;
use alloy_primitives::{B256, U256, keccak256};

const DEMAND: u8 = 0;
const UPDATED: u8 = 1;

fn key(field: u8) -> B256 {
    keccak256([b"data price ".as_slice(), &[field]].concat())
}

/// Books `bytes` of native code and answers the fee in wei.
pub(super) fn charge(call: &mut Call<'_, '_>, bytes: u32) -> Answer<U256> {
    let now = call.context.chain.block.timestamp;
    let mut pricer = DataPricer::default();
    let demand = U256::from_be_bytes(call.read(key(DEMAND))?.0);
    let updated = U256::from_be_bytes(call.read(key(UPDATED))?.0);
    // Nitro keeps the three constants in its state too.
    call.burn(3 * super::READ)?;
    pricer.demand = u32::try_from(demand).unwrap_or(u32::MAX);
    if !updated.is_zero() {
        pricer.last_update = u64::try_from(updated).unwrap_or(u64::MAX);
    }
    let fee = pricer.charge(bytes, now);
    call.write(key(DEMAND), U256::from(pricer.demand).into())?;
    call.write(key(UPDATED), U256::from(now).into())?;
    Ok(U256::from(fee))
}
