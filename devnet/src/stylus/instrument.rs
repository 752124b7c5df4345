//! Writes metering into programs.
