//! The project's build commands: programs, checks, snapshots.
