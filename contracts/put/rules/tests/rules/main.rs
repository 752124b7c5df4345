//! The rules of the put pool one by one, with exact numbers.

mod rig;
mod vectors;
