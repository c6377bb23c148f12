//! An attack under way, and what it has done.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What an attacker has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttackStats {
    /// Which attacker.
    pub attacker: String,
    /// Exchanges of a directory with a symlink.
    pub swaps: u64,
    /// Hard links to the canary's files.
    pub links: u64,
    /// Named pipes or sockets planted.
    pub planted: u64,
    /// Directories made, renamed or removed.
    pub churned: u64,
    /// Mounts made.
    pub mounts: u64,
    /// Directories moved out of the home.
    pub escapes: u64,
    /// Attempts that the kernel refused, or that found nothing to work on.
    pub refused: u64,
}

impl AttackStats {
    /// Everything that succeeded.
    pub fn total(&self) -> u64 {
        self.swaps + self.links + self.planted + self.churned + self.mounts + self.escapes
    }
}

/// What can be counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Swaps,
    Links,
    Planted,
    Churned,
    Mounts,
    Escapes,
    Refused,
}

/// Counters shared with the attacker's thread.
#[derive(Debug, Default)]
pub(super) struct Tally {
    stop: AtomicBool,
    counts: [AtomicU64; 7],
}

impl Tally {
    pub(super) fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Counts a success, or a refusal if it was none.
    pub(super) fn count<E>(&self, what: Count, attempt: &Result<(), E>) {
        let what = if attempt.is_ok() { what } else { Count::Refused };
        self.counts[what as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn of(&self, what: Count) -> u64 {
        self.counts[what as usize].load(Ordering::Relaxed)
    }
}

/// A running attacker; dropped, it stops.
#[derive(Debug)]
pub struct Running {
    name: String,
    tally: Arc<Tally>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    #[track_caller]
    pub(super) fn start(name: String, body: impl FnOnce(&Tally) + Send + 'static) -> Self {
        let tally = Arc::new(Tally::default());
        let shared = Arc::clone(&tally);
        let builder = std::thread::Builder::new().name(name.clone());
        let thread = builder.spawn(move || body(&shared)).expect("a thread can start");
        Self { name, tally, thread: Some(thread) }
    }

    /// What it has done so far.
    pub fn stats(&self) -> AttackStats {
        AttackStats {
            attacker: self.name.clone(),
            swaps: self.tally.of(Count::Swaps),
            links: self.tally.of(Count::Links),
            planted: self.tally.of(Count::Planted),
            churned: self.tally.of(Count::Churned),
            mounts: self.tally.of(Count::Mounts),
            escapes: self.tally.of(Count::Escapes),
            refused: self.tally.of(Count::Refused),
        }
    }

    /// Waits until it has tried this many times; panics after half a minute.
    #[track_caller]
    pub fn wait_for(&self, attempts: u64) {
        let start = Instant::now();
        while self.stats().total() + self.stats().refused < attempts {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the attacker does nothing: {:?}",
                self.stats()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends the attack.
    #[track_caller]
    pub fn stop(mut self) -> AttackStats {
        self.tally.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("it is stopped once");
        assert!(thread.join().is_ok(), "the attacker {} panicked", self.name);
        self.stats()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tally.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the attacker was printed; dropping must not panic again.
            drop(thread.join());
        }
    }
}
