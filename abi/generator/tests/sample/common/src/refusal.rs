//! An error type that is only bytes, made from a rule's error.

/// Why a rule refuses.
pub enum Rule {
    /// Too much.
    TooMuch(u64, u64),
    /// Nothing.
    Nothing,
    /// Nobody makes it.
    Never,
}

/// Declares the bytes of an error, made of the errors of the list.
#[macro_export]
macro_rules! refusal_type {
    ($($error:ty),*) => {
        /// The bytes of an error.
        pub struct Refusal(pub Vec<u8>);

        /// What methods return.
        pub type Outcome<T> = core::result::Result<T, Refusal>;

        impl From<Refusal> for Vec<u8> {
            fn from(refusal: Refusal) -> Self {
                refusal.0
            }
        }

        impl From<$crate::refusal::Rule> for Refusal {
            fn from(rule: $crate::refusal::Rule) -> Self {
                Self(refused(rule))
            }
        }

        $crate::refusal_type!(@from $($error),*);
    };
    (@from $($error:ty),*) => {
        $(impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self(alloy_sol_types::SolError::abi_encode(&error))
            }
        })*
    };
}

/// A rule.
pub fn some(amount: u64) -> Result<u64, Rule> {
    if amount == 0 { Err(Rule::Nothing) } else { Ok(amount) }
}

/// A rule that uses the other.
pub fn at_most(amount: u64, limit: u64) -> Result<u64, Rule> {
    let amount = some(amount)?;
    if amount > limit { Err(Rule::TooMuch(amount, limit)) } else { Ok(amount) }
}
