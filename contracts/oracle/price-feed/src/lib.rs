//! The oracle a market reads: checks a Chainlink aggregator and integrates its price over time.
