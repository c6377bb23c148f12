//! Accounts: who has which home.

mod directory;

pub use directory::{Account, Accounts};
