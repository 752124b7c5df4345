//! Signed integers of 512 bits: wide enough that nothing in the model is ever rounded by accident.

use std::{
    cmp::Ordering,
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign},
};

type Wide = ruint::Uint<512, 8>;

/// Sign and magnitude; zero is never negative. Leaving 512 bits is a fault of the test and panics.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Int {
    negative: bool,
    size: Wide,
}

/// Zero.
pub const ZERO: Int = Int { negative: false, size: Wide::ZERO };

/// Any integer as a wide one.
pub fn int(value: impl Into<Int>) -> Int {
    value.into()
}

/// 18 decimals.
pub fn wad() -> Int {
    int(10_u128.pow(18))
}

/// Parts per million.
pub fn ppm() -> Int {
    int(1_000_000_u128)
}

impl Int {
    fn signed(negative: bool, size: Wide) -> Self {
        Self { negative: negative && !size.is_zero(), size }
    }

    /// Divided by a positive number, towards negative infinity.
    pub fn down(self, by: impl Into<Self>) -> Self {
        let by = by.into();
        assert!(by > ZERO, "a positive divisor");
        let (quotient, rest) = self.size.div_rem(by.size);
        let further = self.negative && !rest.is_zero();
        Self::signed(self.negative, if further { quotient + Wide::ONE } else { quotient })
    }

    /// Divided by a positive number, towards positive infinity.
    pub fn up(self, by: impl Into<Self>) -> Self {
        -(-self).down(by)
    }

    /// As a number of 128 bits.
    pub fn narrow(self) -> u128 {
        assert!(!self.negative, "not negative");
        self.size.try_into().expect("128 bits")
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    /// The largest integer whose square is not above it.
    pub fn root(self) -> Self {
        assert!(!self.negative, "a root");
        if self.size.is_zero() {
            return ZERO;
        }
        let mut guess = Wide::ONE << self.size.bit_len().div_ceil(2);
        loop {
            let next: Wide = (guess + self.size / guess) >> 1;
            if next >= guess {
                return Self::signed(false, guess);
            }
            guess = next;
        }
    }
}

impl From<u128> for Int {
    fn from(value: u128) -> Self {
        Self { negative: false, size: Wide::from(value) }
    }
}

impl From<i128> for Int {
    fn from(value: i128) -> Self {
        Self::signed(value < 0, Wide::from(value.unsigned_abs()))
    }
}

macro_rules! from_small {
    ($($small:ty as $wide:ty),*) => {
        $(impl From<$small> for Int {
            fn from(value: $small) -> Self {
                <$wide>::from(value).into()
            }
        })*
    };
}

from_small!(u64 as u128, u32 as u128, i64 as i128, i32 as i128);

impl Neg for Int {
    type Output = Self;
    fn neg(self) -> Self {
        Self::signed(!self.negative, self.size)
    }
}

impl<T: Into<Int>> Add<T> for Int {
    type Output = Self;
    fn add(self, other: T) -> Self {
        let other = other.into();
        if self.negative == other.negative {
            return Self::signed(self.negative, self.size.checked_add(other.size).expect("512 bits"));
        }
        match self.size.cmp(&other.size) {
            Ordering::Less => Self::signed(other.negative, other.size.wrapping_sub(self.size)),
            _ => Self::signed(self.negative, self.size.wrapping_sub(other.size)),
        }
    }
}

impl<T: Into<Int>> Sub<T> for Int {
    type Output = Self;
    fn sub(self, other: T) -> Self {
        self + -other.into()
    }
}

impl<T: Into<Int>> Mul<T> for Int {
    type Output = Self;
    fn mul(self, other: T) -> Self {
        let other = other.into();
        let size = self.size.checked_mul(other.size).expect("512 bits");
        Self::signed(self.negative != other.negative, size)
    }
}

impl<T: Into<Int>> AddAssign<T> for Int {
    fn add_assign(&mut self, other: T) {
        *self = *self + other;
    }
}

impl<T: Into<Int>> SubAssign<T> for Int {
    fn sub_assign(&mut self, other: T) {
        *self = *self - other;
    }
}

impl Sum for Int {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(ZERO, |sum, one| sum + one)
    }
}

impl PartialOrd for Int {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Int {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size.cmp(&other.size),
            (true, true) => other.size.cmp(&self.size),
        }
    }
}

impl fmt::Debug for Int {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", if self.negative { "-" } else { "" }, self.size)
    }
}

impl fmt::Display for Int {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}
