//! Clocks, as far as a change time can be judged by them.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use super::dir::Dir;
use super::meta::Timestamp;
use super::name::FileNameBuf;

/// The clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clocks {
    /// Wall clock.
    pub(crate) wall: Timestamp,
    /// Nanoseconds since the machine was started; never set back.
    pub(crate) since_boot: u64,
    /// The random number the kernel drew when it started.
    pub(crate) boot: [u8; 16],
}

impl Clocks {
    /// Reads them; `None` where /proc is missing.
    pub(crate) fn now() -> Option<Self> {
        let proc = Dir::open_path(c"/proc/sys/kernel/random").ok()?;
        let file = proc.open_file(&FileNameBuf::new("boot_id").ok()?).ok()?;
        let text = file.read_all(64).ok()?;
        let mut boot = [0; 16];
        let mut digits = text.iter().filter_map(|byte| char::from(*byte).to_digit(16));
        for byte in &mut boot {
            *byte = u8::try_from(digits.next()? * 16 + digits.next()?).ok()?;
        }
        let since_boot = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
        let since_boot = Duration::from(since_boot);
        Some(Self {
            wall: read(ClockId::CLOCK_REALTIME)?,
            since_boot: u64::try_from(since_boot.as_nanos()).ok()?,
            boot,
        })
    }
}

fn read(clock: ClockId) -> Option<Timestamp> {
    let time = clock_gettime(clock).ok()?;
    Some(Timestamp { secs: time.tv_sec(), nanos: u32::try_from(time.tv_nsec()).ok()? })
}

/// Whether the clock that file systems stamp with is past `mark`, so that whatever changes from now
/// on gets a later time.
pub(crate) fn is_past(mark: Timestamp) -> bool {
    read(ClockId::CLOCK_REALTIME_COARSE).is_some_and(|now| now > mark)
}

/// Waits until the clock that file systems stamp with is past `mark`, at most for a few ticks, and
/// says whether it is.
///
/// File systems take times from a clock that moves only with the timer tick (1 to 10 ms): a change
/// made within the tick of `mark` could carry the very same time. Once the clock has moved on, no
/// later change can.
pub(crate) fn tick_passed(mark: Timestamp) -> bool {
    for _ in 0..40 {
        match read(ClockId::CLOCK_REALTIME_COARSE) {
            Some(now) if now > mark => return true,
            Some(_) => std::thread::sleep(Duration::from_millis(1)),
            None => return false,
        }
    }
    false
}
