//! Frames: one stack for EVM contracts and programs.
//!
//! revm's `EthFrame` does what is the same for both: depth, value, checkpoints, precompiles, code deposit. Its
//! interpreter runs EVM code; for a program it stands idle and the program's own machine runs instead. A program that
//! calls out gives its frame back with the call to make; when the inner frame has ended, the answer is laid by until
//! the frame's turn comes again. Nothing here recurses.

use super::trace;
use super::world::{self, JournalWorld, sure};
use super::{Ctx, Fault, environment};
use crate::arb::{NETWORK_FEE_ACCOUNT, Precompiles, programs};
use crate::stylus::{
    self, CallKind, Finish, FrameInput as ProgramInput, Pages, Status, Step, SubCall, SubResult, program,
};
use alloy_primitives::{Address, Bytes, U256};
use revm::bytecode::Bytecode;
use revm::context_interface::context::ContextError;
use revm::context_interface::journaled_state::account::JournaledAccountTr;
use revm::context_interface::local::{FrameStack, OutFrame};
use revm::context_interface::{Block, Cfg, ContextTr, CreateScheme, JournalTr, Transaction};
use revm::handler::evm::{ContextDbError, FrameInitResult, FrameTr};
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EvmTr, FrameInitOrResult, FrameResult, Handler, ItemOrResult};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_action::FrameInit;

use revm::interpreter::{
    CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput, Gas, InstructionResult,
    InterpreterAction, InterpreterResult,
};
use std::marker::PhantomData;

/// A frame on the stack.
#[derive(Debug)]
pub(crate) struct Frame {
    eth: EthFrame<EthInterpreter>,
    machine: Machine,
    /// The account it acts for, if it counts towards reentrancy.
    acting: Option<Address>,
    /// Memory pages open when it began, and again when it has ended.
    pages_before: u16,
    finished: bool,
}

/// What drives a frame.
#[derive(Debug)]
enum Machine {
    /// revm's interpreter.
    Evm,
    /// A program not yet looked up.
    Unstarted,
    /// A program.
    Program(Box<Running>),
}

#[derive(Debug)]
struct Running {
    frame: stylus::Frame,
    /// Gas limit of the frame, init costs included.
    gas_limit: u64,
    refund: i64,
    progress: Progress,
}

/// What a program's next step is.
#[derive(Debug)]
enum Progress {
    Begin,
    Waiting(Waiting),
    Answered(SubResult),
}

/// What is known of an inner frame while it runs.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    /// A call: its base cost and the gas passed on.
    Call { base: u64, passed: u64 },
    /// A creation: the gas the program had, and the part it keeps back.
    Create { available: u64, kept: u64 },
}

impl FrameTr for Frame {
    type FrameResult = FrameResult;
    type FrameInit = FrameInit;
}

/// revm's context, instructions and precompiles with a stack of frames of both kinds.
pub(crate) struct Evm<'a> {
    context: Ctx<'a>,
    instructions: EthInstructions<EthInterpreter, Ctx<'a>>,
    precompiles: Precompiles,
    frames: Vec<Frame>,
    /// Frames that ended; their stacks and buffers serve the next ones.
    spare: Vec<EthFrame<EthInterpreter>>,
    /// revm's own stack, which its traits ask for; `frames` takes its place.
    unused: FrameStack<Frame>,
}

impl<'a> Evm<'a> {
    pub fn new(context: Ctx<'a>, precompiles: Precompiles) -> Self {
        Self {
            context,
            instructions: EthInstructions::new_mainnet_with_spec(super::SPEC),
            precompiles,
            frames: Vec::new(),
            spare: Vec::new(),
            unused: FrameStack::new(),
        }
    }

    pub fn into_context(self) -> Ctx<'a> {
        self.context
    }

    fn trace_enter(&mut self, input: &FrameInput) {
        if self.context.chain.tracer.is_none() {
            return;
        }
        let data = match input {
            FrameInput::Call(call) => call.input.bytes(&self.context),
            _ => Bytes::new(),
        };
        if let Some(tracer) = &mut self.context.chain.tracer {
            tracer.enter(input, data, self.context.journaled_state.logs());
        }
    }

    fn trace_exit(&mut self, result: &FrameResult) {
        let reason = self.context.chain.reason.clone();
        if let Some(tracer) = &mut self.context.chain.tracer {
            tracer.exit(result, reason.as_deref(), self.context.journaled_state.logs());
        }
    }

    /// Notes how a frame ended.
    fn settle(&mut self, result: &FrameResult) {
        let how = result.instruction_result();
        if how.is_ok() {
            self.context.chain.reason = None;
        } else if self.context.chain.reason.is_none() && how != InstructionResult::Revert {
            self.context.chain.reason = Some(trace::name(how));
        }
        self.trace_exit(result);
        // A reason is told once, for the frame it ended; a caller that fails has its own.
        if !self.frames.is_empty() && !matches!(self.frames.as_slice(), [only] if only.finished) {
            self.context.chain.reason = None;
        }
    }
}

impl<'a> EvmTr for Evm<'a> {
    type Context = Ctx<'a>;
    type Instructions = EthInstructions<EthInterpreter, Ctx<'a>>;
    type Precompiles = Precompiles;
    type Frame = Frame;

    fn all(&self) -> (&Self::Context, &Self::Instructions, &Self::Precompiles, &FrameStack<Frame>) {
        (&self.context, &self.instructions, &self.precompiles, &self.unused)
    }

    fn all_mut(
        &mut self,
    ) -> (&mut Self::Context, &mut Self::Instructions, &mut Self::Precompiles, &mut FrameStack<Frame>) {
        (&mut self.context, &mut self.instructions, &mut self.precompiles, &mut self.unused)
    }

    fn frame_init(&mut self, init: FrameInit) -> Result<FrameInitResult<'_, Frame>, ContextDbError<Ctx<'a>>> {
        self.trace_enter(&init.frame_input);
        let (acting, caller) = parties(&init.frame_input);
        let mut eth = self.spare.pop().unwrap_or_else(EthFrame::invalid);
        let begun = EthFrame::init_with_context(
            OutFrame::new_init(&mut eth),
            &mut self.context,
            &mut self.precompiles,
            init,
        )?;
        if let ItemOrResult::Result(result) = begun {
            self.spare.push(eth);
            self.settle(&result);
            return Ok(ItemOrResult::Result(result));
        }
        let created = eth.data.created_address();
        let acting = acting.or(created);
        if let Some(address) = acting {
            let count = self.context.chain.acting.entry(address).or_default();
            *count = count.saturating_add(1);
        }
        self.context.chain.callers.push(caller);
        let machine = if created.is_none() && is_program(&eth) { Machine::Unstarted } else { Machine::Evm };
        let pages_before = self.context.chain.pages.open;
        self.frames.push(Frame { eth, machine, acting, pages_before, finished: false });
        match self.frames.last_mut() {
            Some(frame) => Ok(ItemOrResult::Item(frame)),
            None => Err(ContextError::Custom("a frame was lost".into())),
        }
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<Frame>, ContextDbError<Ctx<'a>>> {
        let Some(frame) = self.frames.last_mut() else {
            return Err(ContextError::Custom("no frame to run".into()));
        };
        let context = &mut self.context;
        let mut action = match frame.machine {
            Machine::Evm => frame.eth.interpreter.run_plain(
                self.instructions.instruction_table(),
                self.instructions.gas_table(),
                context,
            ),
            Machine::Unstarted | Machine::Program(_) => run_program(frame, context),
        };
        if frame.eth.data.is_create() {
            refuse_foreign_code(&mut action);
        }
        let next = frame.eth.process_next_action::<_, ContextDbError<Ctx<'a>>>(context, action)?;
        Ok(match next {
            ItemOrResult::Item(init) => ItemOrResult::Item(init),
            ItemOrResult::Result(result) => {
                frame.finished = true;
                context.chain.pages.open = frame.pages_before;
                if let Some(count) = frame.acting.and_then(|address| context.chain.acting.get_mut(&address)) {
                    *count = count.saturating_sub(1);
                }
                context.chain.callers.pop();
                self.settle(&result);
                ItemOrResult::Result(result)
            }
        })
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextDbError<Ctx<'a>>> {
        if self.frames.last().is_some_and(|frame| frame.finished)
            && let Some(frame) = self.frames.pop()
        {
            self.spare.push(frame.eth);
        }
        let Some(frame) = self.frames.last_mut() else { return Ok(Some(result)) };
        match &mut frame.machine {
            Machine::Program(running) => {
                frame.eth.interpreter.memory.free_child_context();
                running.answer(&result, self.context.chain.pages);
            }
            Machine::Evm | Machine::Unstarted => {
                frame.eth.return_result::<_, ContextDbError<Ctx<'a>>>(&mut self.context, result)?;
            }
        }
        Ok(None)
    }
}

/// The account a frame acts for (none in a delegate call; not known yet for a creation) and its caller.
fn parties(input: &FrameInput) -> (Option<Address>, Address) {
    match input {
        FrameInput::Call(call) => {
            let delegated = matches!(call.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
            ((!delegated).then_some(call.target_address), call.caller)
        }
        FrameInput::Create(create) => (None, create.caller()),
        FrameInput::Empty => (None, Address::ZERO),
    }
}

fn is_program(eth: &EthFrame<EthInterpreter>) -> bool {
    match &eth.input {
        FrameInput::Call(call) => program::is_program(call.known_bytecode.1.original_byte_slice()),
        _ => false,
    }
}

/// EIP-3541, but for the code of programs and their fragments.
fn refuse_foreign_code(action: &mut InterpreterAction) {
    if let InterpreterAction::Return(result) = action
        && result.result.is_ok()
        && result.output.first() == Some(&0xef)
        && !program::is_component(&result.output)
    {
        result.result = InstructionResult::CreateContractStartingWithEF;
    }
}

/// Takes a program to its end or its next inner frame.
fn run_program(frame: &mut Frame, context: &mut Ctx<'_>) -> InterpreterAction {
    if let Machine::Unstarted = frame.machine {
        match start_program(frame, context) {
            Ok(running) => frame.machine = Machine::Program(Box::new(running)),
            Err(action) => return action,
        }
    }
    let FrameInput::Call(call) = &frame.eth.input else {
        return halt(InstructionResult::OpcodeNotFound, 0);
    };
    let Machine::Program(running) = &mut frame.machine else {
        return halt(InstructionResult::OpcodeNotFound, call.gas_limit);
    };
    loop {
        let progress = std::mem::replace(&mut running.progress, Progress::Begin);
        let mut world = JournalWorld { context, refund: &mut running.refund, is_static: call.is_static };
        let step = match progress {
            Progress::Begin => running.frame.run(&mut world),
            Progress::Answered(answer) => running.frame.resume(&mut world, answer),
            // An inner frame always answers before its caller runs again.
            Progress::Waiting(_) => return halt(InstructionResult::OpcodeNotFound, running.gas_limit),
        };
        match step {
            Step::Done(finish) => return end_program(running, finish, context),
            Step::Sub { call: sub, gas_available, pages } => {
                context.chain.pages = pages;
                let asked = match sub {
                    SubCall::Call { kind, to, value, input, gas } => {
                        prepare_call(call, context, kind, to, value, input, gas, gas_available)
                    }
                    SubCall::Create { code, value, salt } => {
                        prepare_create(call, code, value, salt.map(Into::into), gas_available)
                    }
                };
                match asked {
                    Ok((input, waiting)) => {
                        running.progress = Progress::Waiting(waiting);
                        return InterpreterAction::NewFrame(input);
                    }
                    Err(cost) => running.progress = Progress::Answered(refused(cost, context.chain.pages)),
                }
            }
        }
    }
}

/// The answer to a call that never got a frame.
fn refused(gas_cost: u64, pages: Pages) -> SubResult {
    SubResult { gas_cost, pages_open: pages.open, pages_ever: pages.ever, ..SubResult::default() }
}

/// Looks the program up, charges for its start and sets it up.
fn start_program(frame: &Frame, context: &mut Ctx<'_>) -> Result<Running, InterpreterAction> {
    let FrameInput::Call(call) = &frame.eth.input else {
        return Err(halt(InstructionResult::OpcodeNotFound, 0));
    };
    let gas_limit = call.gas_limit;
    let (code_hash, code) = &call.known_bytecode;
    // Errors here are no reverts: the caller loses the gas it passed on.
    let fail = |context: &mut Ctx<'_>, why: String| {
        context.chain.reason = Some(why);
        halt(InstructionResult::OpcodeNotFound, gas_limit)
    };

    let record = match programs::active(context, *code_hash) {
        Ok(record) => record,
        Err(fault) => return Err(fail(context, fault.to_string())),
    };
    let params = context.chain.params.clone();
    let cached = context.chain.touch_recent(*code_hash) || record.cached;
    let cost = params.call_cost(&record.cost, cached, context.chain.pages);
    let Some(gas) = gas_limit.checked_sub(cost) else {
        return Err(halt(InstructionResult::OutOfGas, gas_limit));
    };
    let pages = &mut context.chain.pages;
    pages.open = pages.open.saturating_add(record.cost.footprint);
    pages.ever = pages.ever.max(pages.open);
    let pages = *pages;

    let engine = context.chain.engine.clone();
    let module = engine.module(*code_hash, &params, || programs::wasm(context, code.original_byte_slice()));
    let module = match module {
        Ok(module) => module,
        Err(error) => return Err(fail(context, error.to_string())),
    };
    let address = call.target_address;
    let input = ProgramInput {
        address,
        caller: call.caller,
        value: call.value.get(),
        input: call.input.bytes(context),
        is_static: call.is_static,
        reentrant: context.chain.acting.get(&address).is_some_and(|count| *count > 1),
        gas,
        pages_open: pages.open,
        pages_ever: pages.ever,
        env: environment(context),
    };
    let frame = match stylus::Frame::new(&engine, &module, input) {
        Ok(frame) => frame,
        Err(error) => return Err(fail(context, error.to_string())),
    };
    Ok(Running { frame, gas_limit, refund: 0, progress: Progress::Begin })
}

/// The frame a program's call asks for, or what the refused call costs.
#[expect(clippy::too_many_arguments)]
fn prepare_call(
    this: &CallInputs,
    context: &mut Ctx<'_>,
    kind: CallKind,
    to: Address,
    value: U256,
    input: Bytes,
    wanted: u64,
    available: u64,
) -> Result<(FrameInput, Waiting), u64> {
    const STIPEND: u64 = 2_300;
    if this.is_static && !value.is_zero() {
        return Err(0);
    }
    let base = world::call_base_cost(context, to, value);
    let Some(rest) = available.checked_sub(base) else { return Err(available) };
    // All but a 64th, with the chain's rounding; then the stipend, which on this chain the caller pays for.
    let most = u64::try_from(u128::from(rest) * 63 / 64).unwrap_or(u64::MAX);
    let mut passed = most.min(wanted);
    if !value.is_zero() {
        passed = passed.saturating_add(STIPEND);
    }
    let this_account = this.target_address;
    let (target, caller, value, scheme) = match kind {
        CallKind::Call => (to, this_account, CallValue::Transfer(value), CallScheme::Call),
        CallKind::Static => (to, this_account, CallValue::Transfer(U256::ZERO), CallScheme::StaticCall),
        CallKind::Delegate => {
            (this_account, this.caller, CallValue::Apparent(this.value.get()), CallScheme::DelegateCall)
        }
    };
    let inputs = CallInputs {
        input: CallInput::Bytes(input),
        return_memory_offset: 0..0,
        gas_limit: passed,
        reservoir: 0,
        bytecode_address: to,
        known_bytecode: code_to_run(context, to),
        target_address: target,
        caller,
        value,
        scheme,
        is_static: this.is_static || kind == CallKind::Static,
        charged_new_account_state_gas: false,
    };
    Ok((FrameInput::Call(Box::new(inputs)), Waiting::Call { base, passed }))
}

/// An account's code, or that of the account it delegates to (EIP-7702).
fn code_to_run(context: &mut Ctx<'_>, address: Address) -> (alloy_primitives::B256, Bytecode) {
    let journal = context.journal_mut();
    let mut load = |address| {
        let info = &sure(journal.load_account_with_code(address)).data.info;
        (info.code_hash, info.code.clone().unwrap_or_default())
    };
    let own = load(address);
    match own.1.eip7702_address() {
        Some(delegate) => load(delegate),
        None => own,
    }
}

/// The frame a program's creation asks for, or what the refused creation costs.
fn prepare_create(
    this: &CallInputs,
    code: Bytes,
    value: U256,
    salt: Option<U256>,
    available: u64,
) -> Result<(FrameInput, Waiting), u64> {
    let base = world::create_base_cost(&code, salt.is_some());
    let Some(rest) = available.checked_sub(base) else { return Err(available) };
    if this.is_static {
        return Err(available);
    }
    let kept = rest / 64;
    let scheme = salt.map_or(CreateScheme::Create, |salt| CreateScheme::Create2 { salt });
    let inputs = CreateInputs::new(this.target_address, scheme, value, code, rest.saturating_sub(kept), 0);
    Ok((FrameInput::Create(Box::new(inputs)), Waiting::Create { available, kept }))
}

impl Running {
    /// Lays the result of the inner frame by.
    fn answer(&mut self, result: &FrameResult, pages: Pages) {
        let Progress::Waiting(waiting) = self.progress else { return };
        let ended = result.interpreter_result();
        let returned = if ended.result.is_ok_or_revert() { ended.gas.remaining() } else { 0 };
        if ended.result.is_ok() {
            self.refund = self.refund.saturating_add(ended.gas.refunded());
        }
        let (gas_cost, success, output, created) = match (waiting, result) {
            (Waiting::Create { available, kept }, FrameResult::Create(outcome)) => {
                let success = ended.result.is_ok() && outcome.address.is_some();
                let revert = ended.result == InstructionResult::Revert;
                let output = if revert { ended.output.clone() } else { Bytes::new() };
                let cost = available.saturating_sub(returned.saturating_add(kept));
                (cost, success, output, outcome.address.filter(|_| success))
            }
            (Waiting::Call { base, passed }, _) => {
                let cost = base.saturating_add(passed.saturating_sub(returned));
                (cost, ended.result.is_ok(), ended.output.clone(), None)
            }
            (Waiting::Create { available, .. }, FrameResult::Call(_)) => {
                (available, false, Bytes::new(), None)
            }
        };
        self.progress = Progress::Answered(SubResult {
            success,
            gas_cost,
            output,
            created,
            pages_open: pages.open,
            pages_ever: pages.ever,
        });
    }
}

/// Turns a program's end into the EVM's terms.
fn end_program(running: &Running, finish: Finish, context: &mut Ctx<'_>) -> InterpreterAction {
    context.chain.pages.ever = context.chain.pages.ever.max(finish.pages_ever);
    let limit = running.gas_limit;
    let result = match finish.status {
        Status::Success => InstructionResult::Return,
        Status::Revert | Status::Trap => InstructionResult::Revert,
        Status::OutOfInk => return halt(InstructionResult::OutOfGas, limit),
        // Nitro's depth error: all gas goes, unlike for the EVM's own depth limit.
        Status::OutOfStack => return halt(InstructionResult::StackOverflow, limit),
    };
    // Output must cost as much as it would in the EVM.
    let Some(most_left) = limit.checked_sub(stylus::price::evm_memory_gas(finish.output.len())) else {
        return halt(InstructionResult::OutOfGas, limit);
    };
    let mut gas = Gas::new(limit);
    gas.set_remaining(finish.gas_left.min(most_left));
    gas.record_refund(running.refund);
    let output = if finish.status == Status::Trap { Bytes::new() } else { finish.output };
    InterpreterAction::Return(InterpreterResult::new(result, output, gas))
}

/// An end that takes all gas.
fn halt(result: InstructionResult, limit: u64) -> InterpreterAction {
    let mut gas = Gas::new(limit);
    gas.spend_all();
    InterpreterAction::Return(InterpreterResult::new(result, Bytes::new(), gas))
}

/// revm's way through a transaction, with Nitro's way of paying for it.
#[derive(Debug, Default)]
pub(crate) struct ArbHandler<'a>(PhantomData<&'a ()>);

impl<'a> Handler for ArbHandler<'a> {
    type Evm = Evm<'a>;
    type Error = Fault;
    type HaltReason = revm::context::result::HaltReason;

    /// The base fee goes to the network's account; the sequencer gets no tips.
    fn reward_beneficiary(&self, evm: &mut Evm<'a>, result: &mut FrameResult) -> Result<(), Fault> {
        let context = evm.ctx();
        if context.cfg().is_fee_charge_disabled() {
            return Ok(());
        }
        let price = context.tx().effective_gas_price(u128::from(context.block().basefee()));
        let fee = U256::from(price).saturating_mul(U256::from(result.gas().used()));
        sure::<_>(context.journal_mut().load_account_mut(NETWORK_FEE_ACCOUNT)).incr_balance(fee);
        Ok(())
    }
}
