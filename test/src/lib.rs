//! The system's behaviour, driven through its ABI: natively, and as the real WASM on the local chain.
//!
//! A [`System`] is everything deployed and wired: clearing house, insurance fund, price feed, price source and
//! collateral, with one market. It runs on a [`Backend`]: [`Native`] puts the contracts' own routers on the small
//! host, thousands of calls a second; [`Wasm`] deploys the optimised programs to the local chain with all its gas
//! and memory. A behaviour is written once, over any backend, and [`on_both!`] makes a test of it on each.
//!
//! Calls and answers are those of the published ABI files ([`abi`]), so what passes here works for every client.
//! The WASM half needs the programs: `./ev build`.

pub mod abi;
mod backend;
mod calls;
mod floor;
pub mod gas;
pub mod layouts;
mod native;
mod puts;
mod system;
pub mod upgrades;
mod wasm;

pub use backend::{Backend, LedgerMode, Owned, Program, Sent, Storage, TokenMode};
pub use everfloor_host::{Log, Revert};
pub use floor::{Ether, FloorSystem, Nft, ONE, Taker, Told};
pub use native::Native;
pub use puts::{EPOCH, MATURITY, PutSystem, WINDOW};
pub use system::{
    Done, LONG, NO_LIMIT, SHORT, System, account, dollars, explain, int, query, transact, wad, wad_milli,
};
pub use wasm::{Wasm, code, solidity};

/// Makes of each behaviour, a function over a [`System`] on any backend, a native test and one on the real WASM.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($system:ident) $body:block)+) => {
        $crate::on_both!(@of System: $($(#[$meta])* fn $name($system) $body)+);
    };
    // The same over a [`PutSystem`].
    (puts: $($(#[$meta:meta])* fn $name:ident($system:ident) $body:block)+) => {
        $crate::on_both!(@of PutSystem: $($(#[$meta])* fn $name($system) $body)+);
    };
    (@of $of:ident: $($(#[$meta:meta])* fn $name:ident($system:ident) $body:block)+) => {
        mod behaviour {
            #[allow(unused_imports, reason = "not every file needs all of its imports here")]
            use super::*;
            $(
                $(#[$meta])*
                #[allow(unused_mut, reason = "not every behaviour changes the system")]
                pub(super) fn $name<B: $crate::Backend>(mut $system: $crate::$of<B>) $body
            )+
        }
        mod native {
            $(#[test] fn $name() { super::behaviour::$name($crate::$of::<$crate::Native>::new()); })+
        }
        mod wasm {
            $(#[test] fn $name() { super::behaviour::$name($crate::$of::<$crate::Wasm>::new()); })+
        }
    };
}
