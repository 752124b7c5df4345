//! Keepers at work on the real programs, on nodes in this process. They need the built programs and say so if there are
//! none.
#![allow(missing_docs, reason = "a test")]

mod common;
mod crash;
mod floor;
mod node;
mod put;
