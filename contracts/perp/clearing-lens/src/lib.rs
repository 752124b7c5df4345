//! The clearing house's second program: views, previews, administration and cold paths.
