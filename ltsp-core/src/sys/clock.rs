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
    /// Whether change times that were noted at this moment can be compared with those of `now`, and
    /// if not, why. `durable` says that everything was on the disk by then.
    ///
    /// A clock that was set back could repeat a change time; a machine that went down may have
    /// lost content whose metadata it kept.
    pub(crate) fn reach_to(&self, now: &Clocks, durable: bool) -> Result<(), &'static str> {
        if now.wall < self.wall {
            return Err("the clock was set back");
        }
        if now.boot != self.boot {
            return if durable { Ok(()) } else { Err("the machine was restarted") };
        }
        // Within one run of the machine the wall clock must have kept pace with the one that
        // cannot be set; a tenth of a second is more than clock discipline slews in a reset.
        let passed = i128::from(now.since_boot) - i128::from(self.since_boot);
        let shown = nanos(now.wall) - nanos(self.wall);
        let slack = 100_000_000 + passed / 1000;
        if passed < 0 || shown < passed - slack {
            return Err("the clock was set back");
        }
        Ok(())
    }

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

fn nanos(time: Timestamp) -> i128 {
    i128::from(time.secs) * 1_000_000_000 + i128::from(time.nanos)
}

fn read(clock: ClockId) -> Option<Timestamp> {
    let time = clock_gettime(clock).ok()?;
    Some(Timestamp { secs: time.tv_sec(), nanos: u32::try_from(time.tv_nsec()).ok()? })
}

/// Whether the clock that file systems stamp with is past `mark`, so that whatever changes from now
/// on gets a later time.
pub(crate) fn is_past(mark: Timestamp) -> bool {
    file_clock().is_some_and(|now| now > mark)
}

/// The clock that file systems stamp with.
pub(crate) fn file_clock() -> Option<Timestamp> {
    read(ClockId::CLOCK_REALTIME_COARSE)
}

/// Waits until the clock that file systems stamp with is past `mark`, at most for a few ticks, and
/// says whether it is.
///
/// File systems take times from a clock that moves only with the timer tick (1 to 10 ms): a change
/// made within the tick of `mark` could carry the very same time. Once the clock has moved on, no
/// later change can.
pub(crate) fn tick_passed(mark: Timestamp) -> bool {
    for _ in 0..40 {
        match file_clock() {
            Some(now) if now > mark => return true,
            Some(_) => std::thread::sleep(Duration::from_millis(1)),
            None => return false,
        }
    }
    false
}
