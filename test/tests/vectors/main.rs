//! placeholder
#![allow(missing_docs, reason = "tests")]

mod adapter;
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
