//! The contract of the chain's own that ours need: it activates programs and knows how long they live.
#![allow(missing_docs, reason = "of what the macro generates")]

use alloy_primitives::{Address, address};
use alloy_sol_types::sol;

use crate::{Contract, error};

sol! {
    /// Activates and prolongs programs.
    #[sol(all_derives)]
    interface ArbWasm {
        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function programVersion(address program) external view returns (uint16 version);
        function programTimeLeft(address program) external view returns (uint64 secs);
    }
}

/// Where [`ArbWasm`] is on every chain.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// What it refuses with; it logs nothing that we read.
pub(crate) const REFUSALS: Contract =
    Contract { name: "ArbWasm", error: error::<ArbWasm::ArbWasmErrors>, event: |_, _| None };
