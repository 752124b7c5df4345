//! The keeper: does everything in Everfloor that anybody may do and somebody has to.
//!
//! - [`config`], [`book`]: what it works on and how far it goes; where the contracts are.
//! - [`chain`], [`watch`]: a node, looks at one block, and what has happened since the last.
//! - [`jobs`]: what there is to do, product by product, as [`work`].
//! - [`sender`], with [`nonce`] and [`budget`]: simulates, holds what work brings ([`value`]) against its gas, sends, and
//!   sees it through.
//! - [`keeper`]: rounds of all that. [`metrics`]: what it tells Prometheus.

pub mod book;
pub mod budget;
pub mod chain;
pub mod config;
pub mod jobs;
pub mod keeper;
pub mod metrics;
pub mod nonce;
pub mod refusal;
pub mod sender;
pub mod value;
pub mod watch;
pub mod work;
