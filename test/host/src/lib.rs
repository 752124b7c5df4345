//! A small native host that runs several Stylus contracts together in unit tests.
