//! The one storage layout of the clearing house, shared by its two programs.
