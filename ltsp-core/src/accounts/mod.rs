//! Accounts: who has which home and is in which groups.

mod directory;
mod groups;

pub use directory::{Account, Accounts};
pub use groups::{Group, Groups};
