//! A running program.

use super::engine::{Halt, Machine};
use super::hostio::{Ask, Escape, Host, Then};
use super::{Engine, Finish, FrameInput, Module, Pages, Status, Step, SubResult, World};
use alloy_primitives::Bytes;
use std::fmt;
use std::sync::Arc;

/// A running program. It owns its machine, so it can wait for another frame.
pub struct Frame {
    machine: Box<dyn Machine>,
    /// Where the result of the frame it waits for goes.
    waiting: Option<Then>,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

/// A frame that could not be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError(pub String);

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FrameError {}

impl Frame {
    /// Sets the program up; nothing of it runs yet. The engine is the one that made the module.
    ///
    /// # Errors
    /// If the engine cannot: no activated program is known to meet that.
    pub fn new(_engine: &Engine, module: &Arc<Module>, input: FrameInput) -> Result<Self, FrameError> {
        let machine = module.start(Host::new(input)).map_err(FrameError)?;
        Ok(Self { machine, waiting: None })
    }

    /// Runs from the start to the end or to the first sub-call.
    pub fn run(&mut self, world: &mut dyn World) -> Step {
        let halt = self.machine.run(None);
        self.go_on(halt, world)
    }

    /// Goes on after a sub-call. Without one there is nothing to go on with: the frame ends as trapped.
    pub fn resume(&mut self, world: &mut dyn World, result: SubResult) -> Step {
        let Some(then) = self.waiting.take() else { return self.finish(Status::Trap) };
        let (memory, host) = self.machine.host();
        let answer = host.returned(memory, then, result);
        let halt = self.answered(answer);
        self.go_on(halt, world)
    }

    /// Memory pages as the frame left them.
    pub fn pages(&mut self) -> Pages {
        self.machine.host().1.pages
    }

    /// Ink left; exact while the frame waits or is done.
    pub fn ink_left(&mut self) -> u64 {
        self.machine.host().1.ink
    }

    /// Has the world answer until the program ends or needs another frame.
    fn go_on(&mut self, mut halt: Halt, world: &mut dyn World) -> Step {
        while halt == Halt::Asked {
            let (memory, host) = self.machine.host();
            let answer = match host.asked.take() {
                Some(Ask::Sub { call, then }) => {
                    let (gas_available, pages) = (host.gas_left(), host.pages);
                    self.waiting = Some(then);
                    return Step::Sub { call, gas_available, pages };
                }
                Some(ask) => host.answer(memory, ask, world),
                None => Err(Escape::Logic("nothing asked")),
            };
            halt = self.answered(answer);
        }
        self.finish(match halt {
            Halt::Returned(0) => Status::Success,
            Halt::Returned(_) => Status::Revert,
            Halt::OutOfStack => Status::OutOfStack,
            Halt::OutOfInk => Status::OutOfInk,
            Halt::Trapped | Halt::Asked => Status::Trap,
        })
    }

    /// Goes on with a host function's result, unless that is the end.
    fn answered(&mut self, answer: Result<u64, Escape>) -> Halt {
        match answer {
            Ok(value) => self.machine.run(Some(value)),
            Err(Escape::OutOfInk) => Halt::OutOfInk,
            Err(_) => Halt::Trapped,
        }
    }

    fn finish(&mut self, status: Status) -> Step {
        let (_, host) = self.machine.host();
        let lost = matches!(status, Status::OutOfInk | Status::OutOfStack);
        if lost {
            host.ink = 0;
        }
        let speaks = matches!(status, Status::Success | Status::Revert);
        let output = if speaks { host.output.clone() } else { Bytes::new() };
        Step::Done(Finish { status, output, gas_left: host.gas_left(), pages_ever: host.pages.ever })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_engines_can_move_between_threads() {
        fn moves<T: Send>() {}
        fn shared<T: Send + Sync>() {}
        moves::<Frame>();
        shared::<Engine>();
        shared::<Module>();
    }
}
