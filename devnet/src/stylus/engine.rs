//! The WASM engine and the cache of compiled programs.
//!
//! What the rest asks of an engine are the three small traits here; [`wasmi`](https://docs.rs/wasmi) stands behind
//! them: it compiles in a fraction of a millisecond, and its calls can be left in the middle and gone on with, which
//! is what makes nested calls possible without nesting the native stack.

use super::StylusParams;
use super::hostio::{Entered, Escape, Hook, Host, Ty, vm_hooks};
use super::instrument::{INK, STACK, STATUS};
use super::program::{self, ActivationError};
use alloy_primitives::B256;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use wasmi::{
    AsContextMut, Caller, Config, Global, Instance, Linker, Memory, ResumableCall, ResumableCallHostTrap,
    Store, TrapCode, Val,
};

/// Compiles instrumented programs.
pub(super) trait Backend: Send + Sync {
    fn compile(&self, instrumented: &[u8]) -> Result<Box<dyn Compiled>, String>;
}

/// A compiled program, for any number of frames.
pub(super) trait Compiled: Send + Sync {
    fn start(&self, host: Host) -> Result<Box<dyn Machine>, String>;
}

/// One program running.
pub(super) trait Machine: Send {
    /// Runs to the end or to where a host function asks something. `answer` is what the host function that asked
    /// last answers; none at the start.
    fn run(&mut self, answer: Option<u64>) -> Halt;

    /// The program's memory and what is kept beside it; to be used while the program stands still.
    fn host(&mut self) -> (&mut [u8], &mut Host);
}

impl Ty {
    fn value(self, answer: u64) -> Val {
        match self {
            Self::I32 => Val::I32(answer as i32),
            Self::I64 => Val::I64(answer as i64),
        }
    }
}

/// Why a program stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// A host function needs an answer.
    Asked,
    /// It returned a status.
    Returned(u32),
    /// The stack limit was reached.
    OutOfStack,
    /// The ink was used up.
    OutOfInk,
    /// It trapped, or a host function refused.
    Trapped,
}

/// A compiled program.
pub struct Module {
    compiled: Box<dyn Compiled>,
}

impl Module {
    pub(super) fn start(&self, host: Host) -> Result<Box<dyn Machine>, String> {
        self.compiled.start(host)
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").finish_non_exhaustive()
    }
}

/// Compiles programs and keeps them; one for a chain, shared by reference.
pub struct Engine {
    backend: Box<dyn Backend>,
    modules: Mutex<HashMap<B256, Arc<Module>>>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine with an empty cache.
    pub fn new() -> Self {
        Self { backend: Box::new(Wasmi::new()), modules: Mutex::default() }
    }

    /// The compiled program for a code hash, built on first use from `wasm`, the decompressed program.
    ///
    /// # Errors
    /// If `wasm` fails or is no program; what is activated never does.
    pub fn module(
        &self,
        code_hash: B256,
        params: &StylusParams,
        wasm: impl FnOnce() -> Result<Vec<u8>, ActivationError>,
    ) -> Result<Arc<Module>, ActivationError> {
        if let Some(module) = self.cached(code_hash) {
            return Ok(module);
        }
        // The page limit was for activation: a program that passed it then may run.
        let activation = program::activate(&wasm()?, u16::MAX, params)?;
        self.insert(code_hash, &activation.instrumented)
    }

    /// Compiles a program just activated, so that its first call need not.
    ///
    /// # Errors
    /// If the engine refuses it, which no activated program is known to meet.
    pub fn insert(&self, code_hash: B256, instrumented: &[u8]) -> Result<Arc<Module>, ActivationError> {
        let compiled = self.backend.compile(instrumented).map_err(ActivationError::Malformed)?;
        let module = Arc::new(Module { compiled });
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        modules.insert(code_hash, Arc::clone(&module));
        Ok(module)
    }

    fn cached(&self, code_hash: B256) -> Option<Arc<Module>> {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        modules.get(&code_hash).cloned()
    }
}

/// The engine's own limits must never be what stops a program: ink and the stack words do, as on the chain. A frame
/// has at least six words, so no program gets deeper than a sixth of the words it may use.
const MAX_DEPTH: usize = 1 << 20;
const MAX_STACK_BYTES: usize = 1 << 28;

struct Wasmi {
    linker: Arc<Linker<Outside>>,
}

impl Wasmi {
    fn new() -> Self {
        let mut config = Config::default();
        config.set_max_recursion_depth(MAX_DEPTH);
        config.set_max_stack_height(MAX_STACK_BYTES);
        config.set_max_cached_stacks(16);
        config.ignore_custom_sections(true);
        let engine = wasmi::Engine::new(&config);
        Self { linker: Arc::new(linker(&engine)) }
    }
}

impl Backend for Wasmi {
    fn compile(&self, instrumented: &[u8]) -> Result<Box<dyn Compiled>, String> {
        let module = wasmi::Module::new(self.linker.engine(), instrumented);
        let module = module.map_err(|error| error.to_string())?;
        Ok(Box::new(WasmiModule { module, linker: Arc::clone(&self.linker) }))
    }
}

struct WasmiModule {
    module: wasmi::Module,
    linker: Arc<Linker<Outside>>,
}

/// What the machine keeps beside the program.
struct Outside {
    host: Host,
    /// Known once the program is set up.
    inside: Option<Inside>,
}

/// Handles into the program.
#[derive(Clone, Copy)]
struct Inside {
    memory: Memory,
    ink: Global,
    status: Global,
    stack: Global,
    entry: wasmi::Func,
}

impl Inside {
    fn find(instance: &Instance, store: &Store<Outside>) -> Result<Self, String> {
        let missing = |name: &str| format!("no export {name}");
        let global = |name| instance.get_global(store, name).ok_or_else(|| missing(name));
        Ok(Self {
            memory: instance.get_memory(store, program::MEMORY).ok_or_else(|| missing(program::MEMORY))?,
            ink: global(INK)?,
            status: global(STATUS)?,
            stack: global(STACK)?,
            entry: instance.get_func(store, program::ENTRY).ok_or_else(|| missing(program::ENTRY))?,
        })
    }

    /// Tells the program how much ink it has.
    fn put_ink(self, mut context: impl AsContextMut<Data = Outside>) {
        let ink = context.as_context().data().host.ink;
        // The global is ours, a mutable i64: the types always match.
        let _ = self.ink.set(&mut context, Val::I64(ink as i64));
    }

    /// Learns from the program how much ink it has.
    fn take_ink(self, mut context: impl AsContextMut<Data = Outside>) {
        let ink = self.ink.get(&context).i64().unwrap_or_default() as u64;
        context.as_context_mut().data_mut().host.ink = ink;
    }
}

impl Compiled for WasmiModule {
    fn start(&self, host: Host) -> Result<Box<dyn Machine>, String> {
        let words = host.max_stack();
        let mut store = Store::new(self.linker.engine(), Outside { host, inside: None });
        let instance = self.linker.instantiate_and_start(&mut store, &self.module);
        let inside = Inside::find(&instance.map_err(|error| error.to_string())?, &store)?;
        let _ = inside.stack.set(&mut store, Val::I32(words as i32));
        store.data_mut().inside = Some(inside);
        Ok(Box::new(WasmiMachine { store, inside, waiting: None, asked: None }))
    }
}

struct WasmiMachine {
    store: Store<Outside>,
    inside: Inside,
    /// The program, left in a host function.
    waiting: Option<ResumableCallHostTrap>,
    /// Which one.
    asked: Option<Hook>,
}

/// Carried by wasmi's error out of a host function.
#[derive(Clone, Copy, Debug)]
enum Left {
    Asking(Hook),
    Escaping(Escape),
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl wasmi::errors::HostError for Left {}

impl Machine for WasmiMachine {
    fn run(&mut self, answer: Option<u64>) -> Halt {
        self.inside.put_ink(&mut self.store);
        let mut status = [Val::I32(0)];
        let call = match self.waiting.take() {
            None => {
                let length = self.store.data().host.args_len();
                self.inside.entry.call_resumable(&mut self.store, &[Val::I32(length as i32)], &mut status)
            }
            Some(waiting) => {
                let value = answer.unwrap_or_default();
                match self.asked.and_then(Hook::result) {
                    None => waiting.resume(&mut self.store, &[], &mut status),
                    Some(ty) => waiting.resume(&mut self.store, &[ty.value(value)], &mut status),
                }
            }
        };
        self.inside.take_ink(&mut self.store);
        match call {
            Ok(ResumableCall::Finished) => {
                let [status] = status;
                Halt::Returned(status.i32().unwrap_or_default() as u32)
            }
            Ok(ResumableCall::HostTrap(trap)) => match trap.host_error().downcast_ref::<Left>().copied() {
                Some(Left::Asking(hook)) => {
                    self.waiting = Some(trap);
                    self.asked = Some(hook);
                    Halt::Asked
                }
                Some(Left::Escaping(escape)) => self.escaped(Some(escape)),
                None => self.escaped(None),
            },
            Ok(ResumableCall::OutOfFuel(_)) => self.escaped(None),
            Err(error) => match error.as_trap_code() {
                Some(TrapCode::StackOverflow) => Halt::OutOfStack,
                _ => self.escaped(None),
            },
        }
    }

    fn host(&mut self) -> (&mut [u8], &mut Host) {
        let (memory, outside) = self.inside.memory.data_and_store_mut(&mut self.store);
        (memory, &mut outside.host)
    }
}

impl WasmiMachine {
    /// Why a program that cannot go on stopped: the chain asks the stack first, then the ink.
    fn escaped(&mut self, escape: Option<Escape>) -> Halt {
        let zero = |value: Val| value.i32() == Some(0);
        if zero(self.inside.stack.get(&self.store)) {
            return Halt::OutOfStack;
        }
        let out = !zero(self.inside.status.get(&self.store));
        match escape {
            _ if out => Halt::OutOfInk,
            Some(Escape::OutOfInk) => Halt::OutOfInk,
            Some(Escape::Exit(status)) => Halt::Returned(status),
            _ => Halt::Trapped,
        }
    }
}

/// What a host function's result is to wasmi.
trait Answer: Sized {
    fn from_answer(value: u64) -> Self;
}

impl Answer for () {
    fn from_answer(_: u64) -> Self {}
}

impl Answer for u32 {
    fn from_answer(value: u64) -> Self {
        value as u32
    }
}

impl Answer for u64 {
    fn from_answer(value: u64) -> Self {
        value
    }
}

/// Enters a host function from within a program.
fn enter<R: Answer>(mut caller: Caller<'_, Outside>, hook: Hook, args: &[u64]) -> Result<R, wasmi::Error> {
    let Some(inside) = caller.data().inside else { return Err(wasmi::Error::new("not set up")) };
    inside.take_ink(&mut caller);
    let (memory, outside) = inside.memory.data_and_store_mut(&mut caller);
    let entered = outside.host.enter(memory, hook, args);
    let left = match entered {
        Ok(Entered::Done(value)) => {
            inside.put_ink(&mut caller);
            return Ok(R::from_answer(value));
        }
        Ok(Entered::Ask(ask)) => {
            outside.host.asked = Some(ask);
            Left::Asking(hook)
        }
        Err(escape) => Left::Escaping(escape),
    };
    inside.put_ink(&mut caller);
    Err(wasmi::Error::host(left))
}

macro_rules! define_linker {
    ($($hook:ident $name:literal ($($arg:ident),*) -> $result:tt;)*) => {
        fn linker(engine: &wasmi::Engine) -> Linker<Outside> {
            let mut linker = Linker::new(engine);
            $(wrap!(linker, $hook, $name, $result, $($arg),*);)*
            linker
        }
    };
}

macro_rules! wrap {
    ($linker:ident, $hook:ident, $name:literal, $result:tt,) => {
        wrap!(@define $linker, $hook, $name, $result,)
    };
    ($linker:ident, $hook:ident, $name:literal, $result:tt, $a:ident) => {
        wrap!(@define $linker, $hook, $name, $result, a: $a)
    };
    ($linker:ident, $hook:ident, $name:literal, $result:tt, $a:ident, $b:ident) => {
        wrap!(@define $linker, $hook, $name, $result, a: $a, b: $b)
    };
    ($linker:ident, $hook:ident, $name:literal, $result:tt, $a:ident, $b:ident, $c:ident) => {
        wrap!(@define $linker, $hook, $name, $result, a: $a, b: $b, c: $c)
    };
    ($linker:ident, $hook:ident, $name:literal, $result:tt, $a:ident, $b:ident, $c:ident, $d:ident) => {
        wrap!(@define $linker, $hook, $name, $result, a: $a, b: $b, c: $c, d: $d)
    };
    ($linker:ident, $hook:ident, $name:literal, $result:tt, $a:ident, $b:ident, $c:ident, $d:ident, $e:ident) => {
        wrap!(@define $linker, $hook, $name, $result, a: $a, b: $b, c: $c, d: $d, e: $e)
    };
    (
        $linker:ident, $hook:ident, $name:literal, $result:tt,
        $a:ident, $b:ident, $c:ident, $d:ident, $e:ident, $f:ident
    ) => {
        wrap!(@define $linker, $hook, $name, $result, a: $a, b: $b, c: $c, d: $d, e: $e, f: $f)
    };
    (@define $linker:ident, $hook:ident, $name:literal, $result:tt, $($arg:ident: $ty:ident),*) => {
        // Cannot fail: names are distinct, the engine is the linker's.
        let _ = $linker.func_wrap(
            "vm_hooks",
            $name,
            |caller: Caller<'_, Outside>, $($arg: $ty),*| -> Result<$result, wasmi::Error> {
                enter(caller, Hook::$hook, &[$(u64::from($arg)),*])
            },
        );
    };
}

vm_hooks!(define_linker);
