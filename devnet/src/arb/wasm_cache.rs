//! ArbWasmCache (0x72): programs that nodes keep ready cost less to call.
//!
//! On a real chain only managers may cache, and an auction decides for whom. Here the development accounts are
//! managers.

use super::{Answer, Call, Purity, programs};
use crate::evm::sure;
use crate::stylus::program;
use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::context_interface::{ContextTr, JournalTr};

sol! {
    /// The interface of ArbWasmCache.
    interface ArbWasmCache {
        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] memory managers);
        function cacheCodehash(bytes32 codehash) external;
        function cacheProgram(address addr) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);

        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    }
}

use ArbWasmCache::ArbWasmCacheCalls as Calls;

pub(super) fn answer(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    let Ok(method) = Calls::abi_decode(input) else { return Err(call.burn_out()) };
    call.open(match method {
        Calls::cacheCodehash(_) | Calls::cacheProgram(_) | Calls::evictCodehash(_) => Purity::Write,
        _ => Purity::View,
    })?;
    match method {
        Calls::isCacheManager(arguments) => {
            call.burn(super::READ)?;
            let is = is_manager(call, arguments.manager);
            Ok(ArbWasmCache::isCacheManagerCall::abi_encode_returns(&is).into())
        }
        Calls::allCacheManagers(_) => {
            let managers = call.context.chain.managers.to_vec();
            call.burn(super::READ * (managers.len() as u64 + 1))?;
            Ok(ArbWasmCache::allCacheManagersCall::abi_encode_returns(&managers).into())
        }
        Calls::codehashIsCached(arguments) => {
            let cached = programs::load(call, arguments.codehash)?.cached;
            Ok(ArbWasmCache::codehashIsCachedCall::abi_encode_returns(&cached).into())
        }
        // As of ArbOS 31 a program is cached by its address, so that its code can be found.
        Calls::cacheCodehash(_) => Err(call.burn_out()),
        Calls::cacheProgram(arguments) => {
            let code_hash = call.code_hash(arguments.addr)?;
            set_cached(call, code_hash, Some(arguments.addr))
        }
        Calls::evictCodehash(arguments) => set_cached(call, arguments.codehash, None),
    }
}

fn is_manager(call: &Call<'_, '_>, address: Address) -> bool {
    call.context.chain.managers.contains(&address)
}

/// Caches the program at an address, or evicts the one with a hash.
fn set_cached(call: &mut Call<'_, '_>, code_hash: B256, cache: Option<Address>) -> Answer<Bytes> {
    call.burn(super::READ)?;
    if !is_manager(call, call.caller) {
        return Err(call.burn_out());
    }
    call.burn(100)?;
    let params = call.context.chain.params.clone();
    let now = call.context.chain.block.timestamp;
    let mut record = programs::load(call, code_hash)?;
    let cached = cache.is_some();
    if cached {
        record.check_current(now, &params)?;
    }
    if record.cached == cached {
        return Ok(Bytes::new());
    }
    let event = ArbWasmCache::UpdateProgramCache { manager: call.caller, codehash: code_hash, cached };
    call.emit(&event)?;
    // Preparing the program is paid for in either direction: an eviction may be rolled back.
    call.burn(u64::from(record.cost.init_cost))?;
    call.burn(super::READ)?;
    if let Some(address) = cache {
        let code = sure(call.context.journal_mut().code(address)).data;
        if !program::is_program(&code) {
            return Err(super::Refusal::Plain("code not found".into()));
        }
    }
    record.cached = cached;
    programs::save(call, code_hash, &record)?;
    Ok(Bytes::new())
}
