//! Puts guest homes back to their template:
//! `cargo run --example reset_guests -- /home/guest guest1 guest2`.
#![allow(clippy::print_stdout, reason = "a program")]

use ltsp_core::home::{Busy, HomeReset, Policy};

fn main() -> ltsp_core::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let template = arguments.next().unwrap_or_else(|| "/home/guest".to_owned());
    let mut reset = HomeReset::new(Policy::Exact).template(template).busy(Busy::Terminate);
    for user in arguments {
        reset = reset.user(user);
    }
    let report = reset.run(&())?;
    print!("{report}");
    report.into_result().map(drop)
}
