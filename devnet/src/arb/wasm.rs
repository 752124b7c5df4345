//! ArbWasm (0x71): activates programs and tells what it knows of them.

use super::programs::{self, Program, ProgramInsufficientValue, ProgramUpToDate};
use super::{Answer, Call, NETWORK_FEE_ACCOUNT, Purity, Refusal, data_price};
use crate::stylus::{Activation, StylusParams, activate};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolInterface, sol};

sol! {
    /// The interface of ArbWasm.
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashKeepalive(bytes32 codehash) external payable;
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 secs);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 numDays);
        function keepaliveDays() external view returns (uint16 numDays);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);

        event ProgramActivated(
            bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version
        );
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);
    }
}

use ArbWasm::ArbWasmCalls as Calls;

/// What beginning an activation costs.
const ACTIVATION: u64 = 1_659_168;
/// Reading the parameters.
const PARAMS: u64 = 100;

macro_rules! encode {
    ($call:ident, $value:expr) => {
        Ok(ArbWasm::$call::abi_encode_returns(&$value).into())
    };
}

pub(super) fn answer(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    let Ok(method) = Calls::abi_decode(input) else { return Err(call.burn_out()) };
    call.open(match method {
        Calls::activateProgram(_) | Calls::codehashKeepalive(_) => Purity::Payable,
        _ => Purity::View,
    })?;
    let params = call.context.chain.params.clone();
    match method {
        Calls::activateProgram(arguments) => {
            let (version, fee) = activate_program(call, arguments.program, &params)?;
            encode!(activateProgramCall, ArbWasm::activateProgramReturn { version, dataFee: fee })
        }
        Calls::codehashKeepalive(arguments) => {
            call.burn(PARAMS)?;
            keep_alive(call, arguments.codehash, &params)?;
            Ok(Bytes::new())
        }
        other => {
            call.burn(PARAMS)?;
            tell(call, other, &params)
        }
    }
}

/// Everything that only reads.
fn tell(call: &mut Call<'_, '_>, method: Calls, params: &StylusParams) -> Answer<Bytes> {
    let now = call.context.chain.block.timestamp;
    match method {
        Calls::stylusVersion(_) => encode!(stylusVersionCall, params.version),
        Calls::inkPrice(_) => encode!(inkPriceCall, params.ink_price),
        Calls::maxStackDepth(_) => encode!(maxStackDepthCall, params.max_stack_depth),
        Calls::freePages(_) => encode!(freePagesCall, params.free_pages),
        Calls::pageGas(_) => encode!(pageGasCall, params.page_gas),
        Calls::pageRamp(_) => encode!(pageRampCall, params.page_ramp),
        Calls::pageLimit(_) => encode!(pageLimitCall, params.page_limit),
        Calls::minInitGas(_) => {
            let gas = u64::from(params.min_init_gas) * 128;
            let cached = u64::from(params.min_cached_init_gas) * 32;
            encode!(minInitGasCall, ArbWasm::minInitGasReturn { gas, cached })
        }
        Calls::initCostScalar(_) => encode!(initCostScalarCall, u64::from(params.init_cost_scalar) * 2),
        Calls::expiryDays(_) => encode!(expiryDaysCall, params.expiry_days),
        Calls::keepaliveDays(_) => encode!(keepaliveDaysCall, params.keepalive_days),
        Calls::blockCacheSize(_) => encode!(blockCacheSizeCall, params.block_cache_size),
        Calls::activationGas(_) => encode!(activationGasCall, 0u64),
        Calls::codehashVersion(arguments) => {
            encode!(codehashVersionCall, active(call, arguments.codehash, params)?.version)
        }
        Calls::codehashAsmSize(arguments) => {
            encode!(codehashAsmSizeCall, active(call, arguments.codehash, params)?.asm_bytes())
        }
        Calls::programVersion(arguments) => {
            encode!(programVersionCall, active_at(call, arguments.program, params)?.version)
        }
        Calls::programInitGas(arguments) => {
            let program = active_at(call, arguments.program, params)?;
            let cached = params.cached_init_gas(&program.cost);
            let gas = params.init_gas(&program.cost).saturating_add(cached);
            encode!(programInitGasCall, ArbWasm::programInitGasReturn { gas, gasWhenCached: cached })
        }
        Calls::programMemoryFootprint(arguments) => {
            encode!(programMemoryFootprintCall, active_at(call, arguments.program, params)?.cost.footprint)
        }
        Calls::programTimeLeft(arguments) => {
            encode!(
                programTimeLeftCall,
                active_at(call, arguments.program, params)?.seconds_left(now, params)
            )
        }
        Calls::activateProgram(_) | Calls::codehashKeepalive(_) => Err(call.burn_out()),
    }
}

fn active(call: &mut Call<'_, '_>, code_hash: B256, params: &StylusParams) -> Answer<Program> {
    let program = programs::load(call, code_hash)?;
    program.check_active(call.context.chain.block.timestamp, params)?;
    Ok(program)
}

fn active_at(call: &mut Call<'_, '_>, program: Address, params: &StylusParams) -> Answer<Program> {
    let code_hash = call.code_hash(program)?;
    active(call, code_hash, params)
}

fn activate_program(call: &mut Call<'_, '_>, address: Address, params: &StylusParams) -> Answer<(u16, U256)> {
    call.burn(ACTIVATION)?;
    let now = call.context.chain.block.timestamp;
    let code_hash = crate::evm::sure(revm::context_interface::JournalTr::code_hash(
        &mut call.context.journaled_state,
        address,
    ))
    .data;
    call.burn(PARAMS)?;
    let before = programs::load(call, code_hash)?;
    if before.up_to_date(now, params) {
        return Err(Refusal::Typed(ProgramUpToDate {}.abi_encode().into()));
    }
    let pages = params.page_limit.saturating_sub(call.context.chain.pages.open);
    let wasm = programs::wasm_to_activate(call, address)?;
    let found = look_at(call, &wasm, pages, params)?;
    // Compiled now, it need not be at its first call; whether it may be called is in its record.
    let _ = call.context.chain.engine.insert(code_hash, &found.instrumented);
    let module_hash = keccak256(&wasm);
    call.write(keccak256([b"module ".as_slice(), code_hash.as_slice()].concat()), module_hash)?;
    let fee = data_price::charge(call, found.asm_estimate)?;
    let program = Program::new(found.cost, found.asm_estimate, params, now, before.cached);
    programs::save(call, code_hash, &program)?;
    pay_fee(call, fee)?;
    let version = params.version;
    let event = ArbWasm::ProgramActivated {
        codehash: code_hash,
        moduleHash: module_hash,
        program: address,
        dataFee: fee,
        version,
    };
    call.emit(&event)?;
    Ok((version, fee))
}

/// Checks and prices a program. One that is refused takes all gas, so that looking at it is paid for.
fn look_at(call: &mut Call<'_, '_>, wasm: &[u8], pages: u16, params: &StylusParams) -> Answer<Activation> {
    let found = activate(wasm, pages, params).map_err(|error| {
        call.burn_out();
        Refusal::Plain(format!("program activation failed: {error}"))
    })?;
    call.burn(found.gas)?;
    Ok(found)
}

fn keep_alive(call: &mut Call<'_, '_>, code_hash: B256, params: &StylusParams) -> Answer<()> {
    let now = call.context.chain.block.timestamp;
    let mut program = active(call, code_hash, params)?;
    program.check_keepalive(now, params)?;
    let fee = data_price::charge(call, program.asm_bytes())?;
    program.renew(now);
    programs::save(call, code_hash, &program)?;
    pay_fee(call, fee)?;
    call.emit(&ArbWasm::ProgramLifetimeExtended { codehash: code_hash, dataFee: fee })
}

/// Takes the data fee from what was sent and gives the rest back.
fn pay_fee(call: &mut Call<'_, '_>, fee: U256) -> Answer<()> {
    let Some(rest) = call.value.checked_sub(fee) else {
        return Err(Refusal::Typed(
            ProgramInsufficientValue { have: call.value, want: fee }.abi_encode().into(),
        ));
    };
    call.burn(super::READ)?;
    call.pay(NETWORK_FEE_ACCOUNT, fee)?;
    let caller = call.caller;
    call.pay(caller, rest)
}
