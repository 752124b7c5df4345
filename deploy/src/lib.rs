//! Deploys and wires Everfloor on a Stylus chain.
