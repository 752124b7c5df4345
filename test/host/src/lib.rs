//! Runs the real routers of several Stylus contracts together in a native process, for tests.
//!
//! [`TestChain`] holds accounts, storage, time and logs. A contract is the type its program's `#[entrypoint]`
//! marks: [`TestChain::deploy`] puts its router at an address, and a call runs it as the chain would: calls, static
//! and delegate calls between contracts nest to any depth, a revert rolls back everything its frame did, storage is
//! read and written through a cache per frame that calls flush, and a reentered program is refused as the SDK's
//! entrypoint refuses it. [`TestChain::deploy_proxy`] puts an ERC-1967 proxy in front of a contract, and
//! [`TestChain::deploy_handler`] makes a contract of a Rust closure: a token that misbehaves, a price source.
//!
//! ```
//! use alloy_primitives::{U256, address};
//! use alloy_sol_types::sol;
//! use everfloor_host::{TestChain, token::{Token, IToken}};
//!
//! let chain = TestChain::new();
//! let (token, alice) = (address!("0x00000000000000000000000000000000000000aa"), TestChain::account("alice"));
//! chain.deploy_token(token, Token::well_behaved(6));
//! chain.send(alice, token, IToken::mintCall { to: alice, amount: U256::from(5) }).unwrap();
//! assert_eq!(chain.view(token, IToken::balanceOfCall { account: alice }).unwrap(), U256::from(5));
//! ```
//!
//! What it does not model: gas and ink (there is always enough), memory, `create`, and transient storage. The local
//! chain runs the compiled programs with all of that; this host is for behaviour, at thousands of calls a second.
//!
//! A panic of a contract is not turned into a revert as on the chain: it is a bug and fails the test.

mod chain;
mod frame;
pub mod ledger;
pub mod nft;
mod outcome;
pub mod token;
pub mod weth;
mod world;

pub use chain::TestChain;
pub use outcome::{Log, Revert};
pub use world::{ARB_SYS, IMPLEMENTATION_SLOT, Program};
