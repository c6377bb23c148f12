//! Ctrl-C, SIGTERM and SIGHUP: the first asks the work to stop, the second kills at once.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// A flag that the first of these signals sets; from then on each of them does what it does by
/// default.
pub(crate) fn stop_flag() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // nohup(1) and a shell's background jobs rely on a signal that stays ignored.
        if ignored & (1 << (signal - 1)) == 0 {
            // In this order: the signal that sets the flag must not find it set.
            flag::register_conditional_default(signal, Arc::clone(&stop))?;
            flag::register(signal, Arc::clone(&stop))?;
        }
    }
    Ok(stop)
}

/// The signals that this process was started to ignore: bit n - 1 for signal n.
fn ignored() -> u64 {
    // Where /proc is not mounted, signals are taken as not ignored.
    status().map_or(0, |status| mask(&status))
}

/// What the kernel tells about this process. It fits into one read, unless the process is in
/// hundreds of groups; the size that the kernel gives for it is 0.
fn status() -> io::Result<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "a file of the kernel, that no user can swap")]
    let mut file = std::fs::File::open("/proc/self/status")?;
    let mut status = vec![0; 4096];
    let mut filled = 0;
    loop {
        match file.read(&mut status[filled..])? {
            0 => break,
            length => filled += length,
        }
        if filled == status.len() {
            status.resize(2 * filled, 0);
        }
    }
    status.truncate(filled);
    Ok(status)
}

fn mask(status: &[u8]) -> u64 {
    let line = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"SigIgn:"));
    line.and_then(|hex| std::str::from_utf8(hex.trim_ascii()).ok())
        .and_then(|hex| u64::from_str_radix(hex, 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_kernels_words() {
        let status =
            b"Name:\tx\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000000001\nSigCgt:\t0\n";
        assert_eq!(mask(status), 1 << (SIGHUP - 1));
        assert_eq!(mask(b"Name:\tx\n"), 0);
        assert_eq!(mask(b"SigIgn:\tmany\n"), 0);
    }
}
