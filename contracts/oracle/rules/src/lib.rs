//! The oracle's rules: what makes a round usable, and the time integral of price.
