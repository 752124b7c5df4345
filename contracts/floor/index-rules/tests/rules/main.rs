//! The rules of the floor index one by one, with exact numbers.

mod asks;
mod bids;
mod costs;
mod counting;
mod depth;
mod epochs;
mod index;
mod interest;
mod merkle;
mod params;
mod pool;
mod queues;
mod reports;
mod rewards;
mod rig;
mod seeds;
mod series;
mod typed_data;
