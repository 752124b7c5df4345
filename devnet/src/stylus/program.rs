//! A program's bytes: how accounts hold them, what activation checks, what it finds.

use super::price::ProgramCost;
use super::StylusParams;
use std::borrow::Cow;

/// Three bytes no EVM contract begins with, and the dictionary byte: none.
pub const PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

/// Whether an account's code is a program in one piece.
pub fn is_program(code: &[u8]) -> bool {
    code.starts_with(&PREFIX[..3])
}

/// Compresses a program to the code an account holds.
pub fn encode(_wasm: &[u8]) -> Vec<u8> {
    todo!()
}

/// The program that an account's code holds.
pub fn decode<'a>(_code: &'a [u8], _params: &StylusParams) -> Result<Cow<'a, [u8]>, ActivationError> {
    todo!()
}

/// Checks a program and computes what activation writes down. `page_limit`: pages left to the transaction.
pub fn activate(_wasm: &[u8], _page_limit: u16, _params: &StylusParams) -> Result<Activation, ActivationError> {
    todo!()
}

/// What activation found.
#[derive(Clone, Debug)]
pub struct Activation {
    /// Init costs and memory.
    pub cost: ProgramCost,
    /// Predicted size of the native code in bytes.
    pub asm_estimate: u32,
    /// The instrumented program.
    pub instrumented: Vec<u8>,
}

/// Why a program cannot be activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivationError {
    /// The account's code is no program.
    NotAProgram,
    /// The bytes are no program: why.
    Invalid(String),
}

impl std::fmt::Display for ActivationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotAProgram => f.write_str("not a Stylus program"),
            Self::Invalid(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ActivationError {}
