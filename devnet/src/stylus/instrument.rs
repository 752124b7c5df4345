//! Writes metering into programs: WASM to WASM.
//!
//! A function goes through four passes, in the chain's own order, because each sees what the one before added (the
//! stack words and the operator count that the chain limits include the instrumentation):
//!
//! 1. **meter**: before each basic block, take its ink or stop;
//! 2. **bulk**: before `memory.copy` and `memory.fill`, take ink by their length at run time;
//! 3. **stack**: on entry take the function's worst-case frame from the stack limit or stop, on return give it back;
//! 4. **grow**: before `memory.grow`, call `pay_for_memory_grow`.
//!
//! Four globals are added, see [`Globals`].

use super::price;
use super::program::ActivationError;
use wasmparser::{BlockType, Operator};

/// Export name of the ink left.
pub(super) const INK: &str = "stylus_ink_left";
/// Export name of the flag that ink ran out.
pub(super) const STATUS: &str = "stylus_ink_status";
/// Export name of the stack words left; zero once the limit was reached.
pub(super) const STACK: &str = "stylus_stack_left";

/// Words a frame may have.
const MAX_FRAME: u32 = 10 * 1024;
/// Values a frame may hold at once.
const MAX_VALUES: u32 = 4_096;
/// Words a frame has beyond its locals and values.
const FRAME_OVERHEAD: u32 = 4;

/// Indexes of the globals that instrumenting adds after the program's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Globals {
    pub(super) ink: u32,
    pub(super) status: u32,
    pub(super) scratch: u32,
    pub(super) stack: u32,
}

impl Globals {
    /// How many there are.
    pub(super) const COUNT: u32 = 4;

    /// After `own` globals of the program.
    pub(super) fn after(own: u32) -> Self {
        Self { ink: own, status: own + 1, scratch: own + 2, stack: own + 3 }
    }
}

/// How many parameters and results a function type has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arity {
    pub(super) params: u32,
    pub(super) results: u32,
}

/// What the passes need to know of the module.
#[derive(Debug)]
pub(super) struct Context {
    /// By type index.
    pub(super) types: Vec<Arity>,
    /// Type index by function index, imports first.
    pub(super) funcs: Vec<u32>,
    pub(super) globals: Globals,
    /// The import that `memory.grow` must call first.
    pub(super) pay_for_grow: Option<u32>,
}

impl Context {
    fn arity(&self, ty: u32) -> Result<Arity, ActivationError> {
        let arity = self.types.get(ty as usize).copied();
        arity.ok_or_else(|| ActivationError::Malformed(format!("no type {ty}")))
    }

    fn callee(&self, func: u32) -> Result<Arity, ActivationError> {
        let ty = self.funcs.get(func as usize).copied();
        self.arity(ty.ok_or_else(|| ActivationError::Malformed(format!("no function {func}")))?)
    }
}

/// The instrumented operators of a function with `locals` declared locals.
pub(super) fn function<'a>(
    body: Vec<Operator<'a>>,
    locals: u32,
    context: &Context,
) -> Result<Vec<Operator<'a>>, ActivationError> {
    let metered = meter(body, context)?;
    let bulk = bulk(metered, context.globals);
    let frame = frame_words(&bulk, locals, context)?;
    let stacked = stack(bulk, frame, context.globals.stack);
    Ok(grow(stacked, context))
}

/// Whether control may leave after the operator: it ends a basic block.
fn ends_block(op: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        op,
        End | Else
            | Return
            | Loop { .. }
            | Br { .. }
            | BrTable { .. }
            | BrIf { .. }
            | If { .. }
            | Call { .. }
            | CallIndirect { .. }
    )
}

fn meter<'a>(body: Vec<Operator<'a>>, context: &Context) -> Result<Vec<Operator<'a>>, ActivationError> {
    let params = |ty: u32| context.types.get(ty as usize).map_or(0, |arity| u64::from(arity.params));
    let mut out = Vec::with_capacity(body.len() * 4);
    let mut block = Vec::new();
    let mut ink = 0u64;
    for op in body {
        let cost = price::operator(&op, params).map_err(|op| ActivationError::Unsupported(op.0))?;
        ink = ink.saturating_add(cost);
        let last = ends_block(&op);
        block.push(op);
        if last {
            take_ink(&mut out, price::block(ink), context.globals);
            out.append(&mut block);
            ink = 0;
        }
    }
    out.append(&mut block);
    Ok(out)
}

/// `if ink < cost { status = 1; unreachable } ink -= cost`
fn take_ink(out: &mut Vec<Operator<'_>>, cost: u64, globals: Globals) {
    use Operator::*;
    let value = cost as i64;
    out.extend([GlobalGet { global_index: globals.ink }, I64Const { value }, I64LtU]);
    out.extend(stop(globals.status, 1));
    out.extend([GlobalGet { global_index: globals.ink }, I64Const { value }, I64Sub]);
    out.push(GlobalSet { global_index: globals.ink });
}

/// If the condition on the stack holds: notes why, and traps.
fn stop(global_index: u32, value: i32) -> [Operator<'static>; 5] {
    use Operator::*;
    let blockty = BlockType::Empty;
    [If { blockty }, I32Const { value }, GlobalSet { global_index }, Unreachable, End]
}

fn bulk<'a>(body: Vec<Operator<'a>>, globals: Globals) -> Vec<Operator<'a>> {
    let mut out = Vec::with_capacity(body.len());
    for op in body {
        if matches!(op, Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }) {
            take_ink_by_length(&mut out, globals);
        }
        out.push(op);
    }
    out
}

/// The length is on the stack: `scratch = length; old = ink; ink -= length * price; if old < ink { stop }`. The
/// product cannot overflow, a difference that does shows by being the greater one.
fn take_ink_by_length(out: &mut Vec<Operator<'_>>, globals: Globals) {
    use Operator::*;
    let Globals { ink, scratch, .. } = globals;
    out.push(GlobalSet { global_index: scratch });
    out.extend([GlobalGet { global_index: ink }, GlobalGet { global_index: ink }]);
    out.extend([GlobalGet { global_index: scratch }, I64ExtendI32U]);
    out.extend([I64Const { value: price::BULK_BYTE as i64 }, I64Mul, I64Sub]);
    out.extend([GlobalSet { global_index: ink }, GlobalGet { global_index: ink }, I64LtU]);
    out.extend(stop(globals.status, 1));
    out.push(GlobalGet { global_index: scratch });
}

fn stack<'a>(mut body: Vec<Operator<'a>>, frame: u32, global_index: u32) -> Vec<Operator<'a>> {
    use Operator::*;
    let value = frame as i32;
    let mut out = Vec::with_capacity(body.len() + 24);
    out.extend([GlobalGet { global_index }, I32Const { value }, I32LeU]);
    out.extend(stop(global_index, 0));
    out.extend([GlobalGet { global_index }, I32Const { value }, I32Sub, GlobalSet { global_index }]);
    // The chain closes every function with a return of its own, so that falling off the end gives words back, too.
    let end = body.pop();
    body.push(Return);
    body.extend(end);
    for op in body {
        if matches!(op, Return) {
            out.extend([GlobalGet { global_index }, I32Const { value }, I32Add, GlobalSet { global_index }]);
        }
        out.push(op);
    }
    out
}

fn grow<'a>(body: Vec<Operator<'a>>, context: &Context) -> Vec<Operator<'a>> {
    let Some(function_index) = context.pay_for_grow else { return body };
    let global_index = context.globals.scratch;
    let mut out = Vec::with_capacity(body.len());
    for op in body {
        if matches!(op, Operator::MemoryGrow { .. }) {
            out.push(Operator::GlobalSet { global_index });
            out.extend([Operator::GlobalGet { global_index }, Operator::GlobalGet { global_index }]);
            out.push(Operator::Call { function_index });
        }
        out.push(op);
    }
    out
}

/// The words a function may need at worst.
fn frame_words(body: &[Operator<'_>], locals: u32, context: &Context) -> Result<u32, ActivationError> {
    let mut values = Values::default();
    for op in body {
        values.step(op, context)?;
    }
    if values.worst > MAX_VALUES {
        return Err(ActivationError::TooMany {
            what: "values on a function's stack",
            count: values.worst.into(),
            limit: MAX_VALUES.into(),
        });
    }
    let words = values.worst + locals + FRAME_OVERHEAD;
    if words > MAX_FRAME {
        return Err(ActivationError::TooMany {
            what: "words in a frame",
            count: words.into(),
            limit: MAX_FRAME.into(),
        });
    }
    Ok(words)
}

/// Counts the values on the stack the chain's way, which is simpler than exact: results of a block count from its
/// start, and code after a jump counts on.
#[derive(Debug, Default)]
struct Values {
    now: u32,
    worst: u32,
    scopes: Vec<u32>,
}

impl Values {
    fn push(&mut self, count: u32) {
        self.now = self.now.saturating_add(count);
        self.worst = self.worst.max(self.now);
    }

    fn pop(&mut self, count: u32) {
        self.now = self.now.saturating_sub(count);
    }

    fn call(&mut self, arity: Arity) {
        self.push(arity.results);
        self.pop(arity.params);
    }

    fn open(&mut self, blockty: BlockType, context: &Context) -> Result<(), ActivationError> {
        match blockty {
            BlockType::Empty => {}
            BlockType::Type(_) => self.push(1),
            BlockType::FuncType(ty) => self.call(context.arity(ty)?),
        }
        self.scopes.push(self.now);
        Ok(())
    }

    fn step(&mut self, op: &Operator<'_>, context: &Context) -> Result<(), ActivationError> {
        use Operator::*;
        match op {
            Block { blockty } | Loop { blockty } => self.open(*blockty, context)?,
            If { blockty } => {
                self.pop(1);
                self.open(*blockty, context)?;
            }
            Else => self.now = self.scopes.last().copied().unwrap_or_default(),
            End => self.now = self.scopes.pop().unwrap_or_default(),
            Call { function_index } => self.call(context.callee(*function_index)?),
            CallIndirect { type_index, .. } => {
                self.call(context.arity(*type_index)?);
                self.pop(1);
            }
            MemoryCopy { .. } | MemoryFill { .. } => self.pop(3),
            LocalGet { .. } | GlobalGet { .. } | MemorySize { .. } => self.push(1),
            I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. } => self.push(1),
            Select | I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } | F32Store { .. } => self.pop(2),
            I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => self.pop(2),
            F64Store { .. } => self.pop(2),
            Drop | BrIf { .. } | BrTable { .. } | LocalSet { .. } | GlobalSet { .. } => self.pop(1),
            op if takes_two(op) => self.pop(1),
            _ => {}
        }
        Ok(())
    }
}

/// Operators that make one value of two.
fn takes_two(op: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        op,
        I32Eq
            | I32Ne
            | I32LtS
            | I32LtU
            | I32GtS
            | I32GtU
            | I32LeS
            | I32LeU
            | I32GeS
            | I32GeU
            | I64Eq
            | I64Ne
            | I64LtS
            | I64LtU
            | I64GtS
            | I64GtU
            | I64LeS
            | I64LeU
            | I64GeS
            | I64GeU
            | I32Add
            | I32Sub
            | I32Mul
            | I32DivS
            | I32DivU
            | I32RemS
            | I32RemU
            | I64Add
            | I64Sub
            | I64Mul
            | I64DivS
            | I64DivU
            | I64RemS
            | I64RemU
            | I32And
            | I32Or
            | I32Xor
            | I32Shl
            | I32ShrS
            | I32ShrU
            | I32Rotl
            | I32Rotr
            | I64And
            | I64Or
            | I64Xor
            | I64Shl
            | I64ShrS
            | I64ShrU
            | I64Rotl
            | I64Rotr
    )
}
