//! The token of writer positions, dpxETH and the test token, as programs on the local chain and as their twins on the native host:
//! each behaviour is asked of both, so that tests on the twins tell the truth about the programs.
#![allow(missing_docs, reason = "tests")]

mod dpx_eth;
mod ground;
mod position;
mod test_token;
