//! The rules of the put pool one by one, with exact numbers.

mod exits;
mod generations;
mod positions;
mod rig;
mod vectors;
