//! The bytes a call reverts with.
//!
//! A product's programs all refuse in the same way: a rule's refusal, an error of a component, or another contract's own
//! words, as bytes. A type of the product's own carries them, since only that may be made of its rules' errors.

use alloc::vec::Vec;

use alloy_primitives::U256;

/// An error with its words.
#[inline(never)]
pub fn encode(selector: [u8; 4], words: &[U256]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(68);
    bytes.extend_from_slice(&selector);
    for word in words {
        bytes.extend_from_slice(&word.to_be_bytes::<32>());
    }
    bytes
}

/// Declares `Revert`, the bytes a call reverts with, and `Outcome`, what methods return; made of the components' errors and
/// of those of the list, each a Solidity error.
#[macro_export]
macro_rules! revert_type {
    ($($error:ty),* $(,)?) => {
        /// The bytes a call reverts with.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Revert(pub alloc::vec::Vec<u8>);

        /// What methods return.
        pub type Outcome<T> = core::result::Result<T, Revert>;

        impl From<Revert> for alloc::vec::Vec<u8> {
            fn from(revert: Revert) -> Self {
                revert.0
            }
        }

        impl From<$crate::initializer::InitError> for Revert {
            fn from(error: $crate::initializer::InitError) -> Self {
                Self(error.into())
            }
        }

        impl From<$crate::token::TokenError> for Revert {
            fn from(error: $crate::token::TokenError) -> Self {
                Self(error.into())
            }
        }

        $crate::revert_type!(@from
            $crate::lock::Reentrant,
            $crate::roles::NotGuardian,
            $crate::roles::NotOwner,
            $crate::roles::NotPendingOwner,
            $crate::roles::ZeroAddress,
            $crate::token::TransferFailed,
            $($error),*
        );

        #[cfg(feature = "export-abi")]
        impl stylus_sdk::abi::export::internal::InnerTypes for Revert {
            /// None: the SDK's printer knows errors by type; `abi/` lists them from the source.
            fn inner_types() -> alloc::vec::Vec<stylus_sdk::abi::export::internal::InnerType> {
                alloc::vec::Vec::new()
            }
        }
    };
    (@from $($error:ty),*) => {
        $(impl From<$error> for Revert {
            fn from(error: $error) -> Self {
                Self(alloy_sol_types::SolError::abi_encode(&error))
            }
        })*
    };
}
