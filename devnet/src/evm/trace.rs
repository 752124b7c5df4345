//! The call tree of a transaction, as the `callTracer` of go-ethereum shows it.

use alloy_primitives::{Address, Bytes, Log, U256};
use alloy_rpc_types_trace::geth::{CallFrame, CallLogFrame};
use revm::handler::FrameResult;
use revm::interpreter::{CallScheme, FrameInput, InstructionResult};

/// Collects frames as they begin and end.
#[derive(Debug, Default)]
pub(crate) struct Tracer {
    open: Vec<CallFrame>,
    logs_seen: usize,
    root: Option<CallFrame>,
}

impl Tracer {
    /// A frame begins. `input`: its call data, which may live in the caller's memory.
    pub fn enter(&mut self, frame: &FrameInput, input: Bytes, logs: &[Log]) {
        self.collect_logs(logs);
        self.open.push(describe(frame, input));
    }

    /// The innermost frame ends.
    pub fn exit(&mut self, result: &FrameResult, reason: Option<&str>, logs: &[Log]) {
        self.collect_logs(logs);
        let Some(mut frame) = self.open.pop() else { return };
        settle(&mut frame, result, reason);
        if frame.error.is_some() {
            // A frame that failed wrote no logs.
            clear_logs(&mut frame);
        }
        self.logs_seen = self.logs_seen.min(logs.len());
        match self.open.last_mut() {
            Some(parent) => parent.calls.push(frame),
            None => self.root = Some(frame),
        }
    }

    pub fn finish(self) -> Option<CallFrame> {
        self.root
    }

    /// Gives what was logged since the last look to the frame that now runs.
    fn collect_logs(&mut self, logs: &[Log]) {
        let fresh = logs.get(self.logs_seen..).unwrap_or_default();
        if let Some(frame) = self.open.last_mut() {
            let position = frame.calls.len() as u64;
            frame.logs.extend(fresh.iter().zip(self.logs_seen as u64..).map(|(log, index)| CallLogFrame {
                address: Some(log.address),
                topics: Some(log.topics().to_vec()),
                data: Some(log.data.data.clone()),
                position: Some(position),
                index: Some(index),
            }));
        }
        self.logs_seen = logs.len();
    }
}

fn clear_logs(frame: &mut CallFrame) {
    frame.logs.clear();
    frame.calls.iter_mut().for_each(clear_logs);
}

fn describe(frame: &FrameInput, input: Bytes) -> CallFrame {
    match frame {
        FrameInput::Call(call) => {
            let (typ, value) = match call.scheme {
                CallScheme::Call => ("CALL", Some(call.value.get())),
                CallScheme::CallCode => ("CALLCODE", Some(call.value.get())),
                CallScheme::DelegateCall => ("DELEGATECALL", Some(call.value.get())),
                CallScheme::StaticCall => ("STATICCALL", None),
            };
            // A delegate call is shown from the account that makes it, not from that account's caller.
            let delegates = matches!(call.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
            let from = if delegates { call.target_address } else { call.caller };
            start(typ, from, Some(call.bytecode_address), value, call.gas_limit, input)
        }
        FrameInput::Create(create) => {
            let typ = match create.scheme() {
                revm::context_interface::CreateScheme::Create2 { .. } => "CREATE2",
                _ => "CREATE",
            };
            start(
                typ,
                create.caller(),
                None,
                Some(create.value()),
                create.gas_limit(),
                create.init_code().clone(),
            )
        }
        FrameInput::Empty => start("CALL", Address::ZERO, None, None, 0, input),
    }
}

fn start(
    typ: &str,
    from: Address,
    to: Option<Address>,
    value: Option<U256>,
    gas: u64,
    input: Bytes,
) -> CallFrame {
    CallFrame { typ: typ.into(), from, to, value, gas: U256::from(gas), input, ..CallFrame::default() }
}

fn settle(frame: &mut CallFrame, result: &FrameResult, reason: Option<&str>) {
    let ended = result.interpreter_result();
    let used = if ended.result.is_halt() { ended.gas.limit() } else { ended.gas.total_gas_spent() };
    frame.gas_used = U256::from(used);
    if !ended.output.is_empty() {
        frame.output = Some(ended.output.clone());
    }
    if let FrameResult::Create(outcome) = result
        && ended.result.is_ok()
    {
        frame.to = outcome.address;
    }
    if !ended.result.is_ok() {
        frame.error = Some(reason.map_or_else(|| name(ended.result), str::to_owned));
    }
    if ended.result == InstructionResult::Revert {
        frame.revert_reason = revert_reason(&ended.output);
    }
}

/// The text of Solidity's `Error(string)` and the number of its `Panic(uint256)`.
pub(crate) fn revert_reason(output: &[u8]) -> Option<String> {
    use alloy_sol_types::{Panic, Revert, SolError};
    if let Ok(revert) = Revert::abi_decode(output) {
        return Some(revert.reason);
    }
    Panic::abi_decode(output).ok().map(|panic| panic.to_string())
}

/// go-ethereum's words for how a frame ended, which clients look for.
pub(crate) fn name(result: InstructionResult) -> String {
    use InstructionResult as R;
    match result {
        R::Revert => "execution reverted",
        R::OutOfGas | R::MemoryOOG | R::MemoryLimitOOG | R::PrecompileOOG | R::InvalidOperandOOG => {
            "out of gas"
        }
        R::ReentrancySentryOOG => "not enough gas for reentrancy sentry",
        R::CallTooDeep => "max call depth exceeded",
        R::OutOfFunds => "insufficient balance for transfer",
        R::StackUnderflow => "stack underflow",
        R::StackOverflow => "stack limit reached",
        R::InvalidJump => "invalid jump destination",
        R::OpcodeNotFound | R::InvalidFEOpcode | R::NotActivated | R::InvalidImmediateEncoding => {
            "invalid opcode"
        }
        R::StateChangeDuringStaticCall | R::CallNotAllowedInsideStatic => "write protection",
        R::CreateCollision => "contract address collision",
        R::CreateContractSizeLimit => "max code size exceeded",
        R::CreateContractStartingWithEF => "invalid code: must not begin with 0xef",
        R::CreateInitCodeSizeLimit => "max initcode size exceeded",
        R::NonceOverflow => "nonce uint64 overflow",
        R::OutOfOffset => "return data out of bounds",
        _ => "execution failed",
    }
    .into()
}
