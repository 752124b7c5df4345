//! Integer money math: 512-bit products, named roundings, typed overflow.
