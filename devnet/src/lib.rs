//! A Stylus chain in one process, for tests and local development.

pub mod stylus;
