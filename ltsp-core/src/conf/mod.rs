//! Configuration files on disk: open, explain, check, change, save.
