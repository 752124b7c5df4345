//! The rules of the put pool one by one, with exact numbers.

mod caps;
mod exits;
mod extremes;
mod generations;
mod ladder;
mod params;
mod positions;
mod premium;
mod published_faults;
mod rig;
mod rolls;
mod seeds;
mod streams;
mod vectors;
mod volatility;
