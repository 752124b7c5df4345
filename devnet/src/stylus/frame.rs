//! A running program.

use super::{Engine, FrameInput, Module, Step, SubResult, World};
use std::sync::Arc;

/// A running program. It owns its machine, so it can wait for another frame.
#[derive(Debug)]
pub struct Frame {}

/// A frame that could not be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError(pub String);

impl std::fmt::Display for FrameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FrameError {}

impl Frame {
    /// Sets the program up; nothing of it runs yet.
    pub fn new(_engine: &Engine, _module: &Arc<Module>, _input: FrameInput) -> Result<Self, FrameError> {
        todo!()
    }

    /// Runs from the start to the end or to the first sub-call.
    pub fn run(&mut self, _world: &mut dyn World) -> Step {
        todo!()
    }

    /// Goes on after a sub-call.
    pub fn resume(&mut self, _world: &mut dyn World, _result: SubResult) -> Step {
        todo!()
    }
}
