//! An AggregatorV3 price source whose rounds a reporter posts.
