//! Every rule of the vAMM perpetual market, as pure functions over plain values.
