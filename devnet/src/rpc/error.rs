//! What is refused: go-ethereum's codes and words, which clients take apart.

use crate::{CallOutcome, ChainError};
use alloy_primitives::Bytes;
use jsonrpsee::types::ErrorObjectOwned;
use jsonrpsee::types::error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE};
use std::fmt::Display;

/// Code of a revert: the data goes along.
const REVERTED: i32 = 3;
/// Code of everything else that the node refuses.
const SERVER: i32 = -32_000;
/// What a client sees of a bug in the node.
const INTERNAL: &str = "internal error";

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct Error(ErrorObjectOwned);

impl Error {
    /// The node understood and will not.
    pub fn server(message: impl Display) -> Self {
        Self(ErrorObjectOwned::owned(SERVER, message.to_string(), None::<()>))
    }

    /// The node itself failed.
    pub fn internal() -> Self {
        Self(ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, INTERNAL, None::<()>))
    }

    /// A call, an estimate or a deployment that did not succeed.
    pub fn failed(outcome: &CallOutcome) -> Self {
        let message = outcome.error.as_deref().unwrap_or("execution failed");
        if message.starts_with("execution reverted") || !outcome.output.is_empty() {
            return Self::reverted(message, &outcome.output);
        }
        Self::server(message)
    }

    fn reverted(message: &str, data: &Bytes) -> Self {
        Self(ErrorObjectOwned::owned(REVERTED, message, Some(data)))
    }
}

/// The client's arguments are not what the method takes.
pub(super) fn invalid_params(why: impl Display) -> Error {
    Error(ErrorObjectOwned::owned(INVALID_PARAMS_CODE, why.to_string(), None::<()>))
}

impl From<ChainError> for Error {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Failed(outcome) => Self::failed(&outcome),
            // Blocks that do not exist never get this far: the state of this one was not saved.
            ChainError::UnknownBlock(number) => {
                Self::server(format!("state of block {number} is not available"))
            }
            other => Self::server(other),
        }
    }
}

impl From<Error> for ErrorObjectOwned {
    fn from(error: Error) -> Self {
        error.0
    }
}
