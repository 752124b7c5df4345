//! How a refusal becomes a Solidity error.
//!
//! Every rule error has at most two words of values, so one small function encodes them all. What the market
//! refuses is passed on as it put it.

use alloc::{boxed::Box, vec::Vec};

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use everfloor_common::{
    initializer::InitError,
    lock::Reentrant,
    record::TooWide,
    revert::encode,
    roles::{NotOwner, NotPendingOwner, ZeroAddress},
};
use everfloor_math::MathError;
use everfloor_venue_rules::{VenueError, VenueError as V};

use crate::abi::errors as e;

/// The bytes a call reverts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert(pub Vec<u8>);

/// What methods of the book return.
pub type Outcome<T> = core::result::Result<T, Revert>;

impl From<Revert> for Vec<u8> {
    fn from(revert: Revert) -> Self {
        revert.0
    }
}

impl From<Box<VenueError>> for Revert {
    fn from(error: Box<VenueError>) -> Self {
        (*error).into()
    }
}

impl From<VenueError> for Revert {
    fn from(error: VenueError) -> Self {
        let (selector, count, first, second) = parts(error);
        let words = [first, second].map(U256::from);
        Self(encode(selector, words.get(..count).unwrap_or_default()))
    }
}

impl From<MathError> for Revert {
    fn from(error: MathError) -> Self {
        Box::<VenueError>::from(error).into()
    }
}

impl From<TooWide> for Revert {
    fn from(_: TooWide) -> Self {
        VenueError::Overflow.into()
    }
}

/// Selector, number of words, and the words.
type Parts = ([u8; 4], usize, u128, u128);

fn parts(error: VenueError) -> Parts {
    match error {
        V::Overflow => (e::Overflow::SELECTOR, 0, 0, 0),
        V::TickOutOfRange { tick } => (e::TickOutOfRange::SELECTOR, 1, tick.into(), 0),
        V::OrderTooSmall { lots, least } => (e::OrderTooSmall::SELECTOR, 2, lots.into(), least.into()),
        V::Expired { expiry, now } => (e::Expired::SELECTOR, 2, expiry.into(), now.into()),
        V::WouldCross { best } => (e::WouldCross::SELECTOR, 1, best.into(), 0),
        V::NotFilled { filled, lots } => (e::NotFilled::SELECTOR, 2, filled.into(), lots.into()),
        V::NoSuchOrder { id } => (e::NoSuchOrder::SELECTOR, 1, id.into(), 0),
        V::NotOwner { id } => (e::NotOrderOwner::SELECTOR, 1, id.into(), 0),
        V::NotExpired { expiry, now } => (e::NotExpired::SELECTOR, 2, expiry.into(), now.into()),
        V::NotReduced { lots, current } => (e::NotReduced::SELECTOR, 2, lots.into(), current.into()),
        V::EpochNotOver { end, now } => (e::EpochNotOver::SELECTOR, 2, end.into(), now.into()),
        V::EpochNotRecorded { epoch } => (e::EpochNotRecorded::SELECTOR, 1, epoch.into(), 0),
        V::NoSnapshot { time } => (e::NoSnapshot::SELECTOR, 1, time.into(), 0),
        V::NothingToAverage { from, to } => (e::NothingToAverage::SELECTOR, 2, from.into(), to.into()),
        V::PriceOutOfRange { price } => (e::PriceOutOfRange::SELECTOR, 1, price, 0),
        V::ParameterOutOfBounds { index, value } => {
            (e::ParameterOutOfBounds::SELECTOR, 2, index.into(), value)
        }
    }
}

macro_rules! from_solidity_error {
    ($($error:ty),+) => {
        $(impl From<$error> for Revert {
            fn from(error: $error) -> Self {
                Self(error.abi_encode())
            }
        })+
    };
}

from_solidity_error!(
    NotOwner,
    NotPendingOwner,
    ZeroAddress,
    Reentrant,
    e::BadAnswer,
    e::CanFill,
    e::DeadlinePassed,
    e::NoSuchOrder,
    e::TickOutOfRange,
    e::UnknownKind
);

impl From<InitError> for Revert {
    fn from(error: InitError) -> Self {
        Self(error.into())
    }
}

#[cfg(feature = "export-abi")]
impl stylus_sdk::abi::export::internal::InnerTypes for Revert {
    /// None: the SDK's printer knows errors by type; `abi/` lists them from the source.
    fn inner_types() -> Vec<stylus_sdk::abi::export::internal::InnerType> {
        Vec::new()
    }
}
