//! The first vAMM's own test scenarios, played through our ABI: natively and as the optimised WASM, with collateral of 6
//! and of 18 decimals.
//!
//! [`adapter`] is the language they are told in, and the table of what each operation there is here. Sizes, reserves and
//! notionals are held to one wei a swap, money to a token unit a settlement as well, in the house's favour. Where our rules
//! differ on purpose, the test asserts our number and says which fault of the first vAMM (B…) or which requirement (R…) it
//! is. What a scenario means there is told by the same names in `test/v1/tests/vectors.rs`.
//!
//! # Scenarios
//!
//! | scenario | here |
//! |---|---|
//! | POS-01 | the same |
//! | POS-04 | the same; what closing frees stays in the margin until it is taken out (R10) |
//! | POS-07 | sizes the same; a reversal takes no margin it was not given (R10), and its limit counts for both legs (B9) |
//! | POS-10 | the same |
//! | POS-13 | the same; the fee leaves the margin and not the wallet (R10, B20) |
//! | POS-16 | the same |
//! | POS-19 | profits the same; nobody is paid from insurance before the loser has lost (R11), and a close that cannot be paid is refused (B6) |
//! | POS-22 | result and bad debt the same; anyone may (B17), and the reward is no further bad debt (R17) |
//! | POS-25 | the same |
//! | POS-28 | the same for who asks for a quarter; nobody gets a quarter who asked for all (B6, B8) |
//! | POS-31 | the same with 18 decimals; with 6 a margin must also cover what rounding takes of it (R8) |
//! | CAP-03 | the same, counted in base (B19) |
//! | FLU-01 | the same, as one trade's price impact |
//! | FEE-02 | the same, rounded up (R8) and out of the margin (R10) |
//! | PNL-01, PNL-04 | the same; the profit waits (R11) |
//! | PNL-07 | the same; all of the margin stays (R10) |
//! | FUN-03 | the same for longs; shorts, who are more, share what longs paid (R13) |
//! | FUN-06 | the same debt and result; a premium of more than half of the index a day takes longer (R12), insurance pays none of it (B1) |
//! | MR-02 | the same on the curve; what decides is the neutral price (R9) |
//! | MR-05 | only what the other side pays is received (R13): nothing if there is none |
//! | LIQ-01 | a quarter closed by its owner is the same; a liquidation needs the neutral price (R9), closes what restores a target (R16), and leaves the trader what is beyond the penalty (B7) |
//! | LIQ-04 | the limit for the whole is scaled to the part in the same way; again R9, R16 |
//! | LIQ-07 | kept alive as well, by the average of the price itself within the oracle's band (R9, R24); and nobody opens on a better price than that average |
//! | LIQ-10 | the second liquidation waits as well, for a window of time and not for a block (B21, R5) |
//! | FLQ-02 | quarters closed are the same; two liquidations in one block pass as well |
//! | FLQ-05 | no liquidation passes the limit, not even once (B24) |
//! | FLQ-08 | leaving is never refused for others' trades (R22) |
//! | SLP-02 | the same |
//! | MAR-03, MAR-06 | the same |
//! | BAD-02 | the same, by size |
//! | SHD-02 | the same at the same price; the price is the oracle's average (R25, B5) |
//! | MIG-02, MIG-05 | the curve is the same, to a millionth; no position changes (R3), and fees pay for depth |
//! | MIG-08 | bounded by the same, what is short; and by 2 % an hour (R3) |
//!
//! # Corrected results
//!
//! [`corrected`] has those that the first vAMM's faults were shown with: B4, B6, B7, B8, B10, B12, B14, B31, funding that
//! nobody swept (FUN-04, FUN-05), SHD-03's 419.047620 and 180.952380 in every order, and LIQ-01's last digit.
//!
//! # Bounds an adapter meets
//!
//! Maintenance is at most the initial margin; at exactly the highest leverage a wei rounded off by the curve is missing.
//! A fee is at most 10 %, funding half of the index a day and nothing beyond the other side, a source speaks once a second,
//! and settings are the owner's. There is no limit on how much of a reserve may be traded but the price impact.
#![allow(missing_docs, reason = "tests")]

mod adapter;
mod beside;
mod corrected;
mod scenarios;
mod stage;

/// Makes of each story four tests: natively and on the real WASM, with collateral of 6 and of 18 decimals.
macro_rules! stories {
    ($($(#[$meta:meta])* fn $name:ident($begin:ident) $body:block)+) => {
        mod told {
            use super::*;
            $(
                $(#[$meta])*
                pub(super) fn $name<B: $crate::stage::Stage>($begin: impl Fn(Rig) -> Story<B>) $body
            )+
        }
        $crate::stories!(@on native_6 Native 6 $($name)+);
        $crate::stories!(@on native_18 Native 18 $($name)+);
        $crate::stories!(@on wasm_6 Wasm 6 $($name)+);
        $crate::stories!(@on wasm_18 Wasm 18 $($name)+);
    };
    (@on $module:ident $backend:ident $decimals:literal $($name:ident)+) => {
        mod $module {
            $(#[test] fn $name() {
                super::told::$name(|rig| $crate::adapter::Story::<everfloor_test::$backend>::new(rig, $decimals));
            })+
        }
    };
}
pub(crate) use stories;
