//! The rules of the book one by one, with exact numbers.

mod costs;
mod depth;
mod extremes;
mod mark;
mod matching;
mod params;
mod previews;
mod queue;
mod rig;
mod seeds;
mod ticks;
