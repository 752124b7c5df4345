//! Quote tokens set aside per market against bad debt.
