//! What is to be seen while the work goes on: a bar, if somebody looks.

use std::fmt;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressState, ProgressStyle};
use ltsp_core::{Event, Observer};

/// A bar that comes and goes within this time would only flicker.
const DELAY: Duration = Duration::from_millis(250);

/// Hands the signals to the library, and its events to the bar.
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    bar: Option<Bar>,
}

struct Bar {
    begun: Instant,
    homes: AtomicUsize,
    finished: AtomicU64,
    done: Arc<Done>,
    drawn: OnceLock<ProgressBar>,
}

#[derive(Default)]
struct Done {
    entries: AtomicU64,
    bytes: AtomicU64,
}

impl Watch {
    /// Stops the work once `stop` is set; shows a bar on a terminal unless `quiet`.
    pub(crate) fn new(stop: Arc<AtomicBool>, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| Bar {
            begun: Instant::now(),
            homes: AtomicUsize::new(0),
            finished: AtomicU64::new(0),
            done: Arc::default(),
            drawn: OnceLock::new(),
        });
        Self { stop, bar }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        if let Some(drawn) = self.bar.as_ref().and_then(|bar| bar.drawn.get()) {
            drawn.finish_and_clear();
        }
    }
}

impl Observer for Watch {
    fn event(&self, event: &Event<'_>) {
        if let Some(bar) = &self.bar {
            bar.event(event);
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Bar {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Started { homes } => self.homes.store(*homes, Ordering::Relaxed),
            Event::HomeProgress { entries, bytes, .. } => {
                self.done.entries.fetch_add(*entries, Ordering::Relaxed);
                self.done.bytes.fetch_add(*bytes, Ordering::Relaxed);
            }
            Event::HomeFinished { .. } => {
                self.finished.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
        if self.begun.elapsed() >= DELAY {
            let drawn = self.drawn.get_or_init(|| self.draw());
            drawn.set_position(self.finished.load(Ordering::Relaxed));
            // Draws only if it has not done so for a while.
            drawn.tick();
        }
    }

    fn draw(&self) -> ProgressBar {
        let (entries, bytes) = (Arc::clone(&self.done), Arc::clone(&self.done));
        let template = "{wide_bar} {pos}/{len} homes, {entries} entries, {bytes}, {elapsed}";
        let style = ProgressStyle::with_template(template)
            .expect("the template is well-formed")
            .with_key("entries", move |_: &ProgressState, out: &mut dyn fmt::Write| {
                // A bar that cannot be written is not seen either.
                let _ = write!(out, "{}", HumanCount(entries.entries.load(Ordering::Relaxed)));
            })
            .with_key("bytes", move |_: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{}", DecimalBytes(bytes.bytes.load(Ordering::Relaxed)));
            });
        let homes = u64::try_from(self.homes.load(Ordering::Relaxed)).unwrap_or(u64::MAX);
        ProgressBar::new(homes).with_style(style).with_elapsed(self.begun.elapsed())
    }
}
