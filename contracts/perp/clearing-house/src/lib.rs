//! The clearing house's hot program: trading, margin and liquidation.
