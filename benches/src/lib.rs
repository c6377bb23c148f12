//! Homes and configuration files like real ones, a session's worth of change, and what else benchmarks need.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark makes its own trees by path and starts the programs it compares with"
)]

pub mod conf;
pub mod home;
pub mod random;
pub mod session;

pub use home::Size;
pub use random::Random;
pub use session::use_for_a_session;

/// The account of the benchmark's homes. It has no processes.
pub const UID: u32 = 61_042;
/// Its group.
pub const GID: u32 = 61_043;
