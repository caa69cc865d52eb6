//! How far long work is, on a terminal; and an interrupt of the user, which ends it early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use signal_hook::low_level::unregister;

use super::output::{is_watched, say};
use crate::base;

/// Nothing is said of what takes less.
const PATIENCE: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(250);
/// Steps of each part.
const STEPS: f64 = 1_000.0;

/// Work in parts that are equally long, as far as anybody knows.
#[derive(Debug)]
pub(super) struct Progress {
    /// Steps of each part that are done.
    parts: Vec<AtomicU64>,
    interrupted: Arc<AtomicBool>,
}

impl Progress {
    /// Does the work. While it lasts, an interrupt is what the work is told of; a second one ends the program.
    pub(super) fn of<T>(parts: usize, work: impl FnOnce(&Self) -> T) -> T {
        let progress =
            Self { parts: (0..parts).map(|_| AtomicU64::new(0)).collect(), interrupted: Arc::new(AtomicBool::new(false)) };
        let interrupted = || Arc::clone(&progress.interrupted);
        // Where these fail, an interrupt ends the program at once.
        let handlers = [
            flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), interrupted()),
            flag::register(SIGINT, interrupted()),
        ];
        let (done, is_done) = channel::<()>();
        let result = thread::scope(|scope| {
            if is_watched() {
                scope.spawn(|| {
                    let is_done = is_done;
                    progress.draw(|wait| is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout));
                });
            }
            let result = work(&progress);
            drop(done);
            result
        });
        for handler in handlers.into_iter().flatten() {
            unregister(handler);
        }
        result
    }

    /// Notes how much of a part is done, from 0 to 1; whether to go on.
    pub(super) fn note(&self, part: usize, share: f64) -> bool {
        self.parts[part].store((share * STEPS) as u64, Ordering::Relaxed);
        !self.is_interrupted()
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Draws until the wait says that all is done.
    fn draw(&self, goes_on: impl Fn(Duration) -> bool) {
        let begun = Instant::now();
        let mut wait = PATIENCE;
        while goes_on(wait) {
            wait = EVERY;
            let steps: u64 = self.parts.iter().map(|part| part.load(Ordering::Relaxed)).sum();
            let share = steps as f64 / (self.parts.len() as f64 * STEPS);
            say(&format!("\r{}\x1b[K", line(share, begun.elapsed())));
        }
        if wait == EVERY {
            say("\r\x1b[K");
        }
    }
}

/// How a shell reports that a program was ended by an interrupt.
pub(super) const INTERRUPTED: u8 = 130;

/// A bar, and how long the rest takes if it goes on like this.
fn line(share: f64, elapsed: Duration) -> String {
    let filled = (share * 30.0) as usize;
    let bar = format!("[{}{}]", "#".repeat(filled), " ".repeat(30 - filled.min(30)));
    let rest = elapsed.as_secs_f64() * (1.0 - share) / share;
    let rest = if rest.is_finite() && share > 0.01 {
        format!(", {} to go", base::Duration::from_seconds(rest.ceil() as i64))
    } else {
        String::new()
    };
    format!("{bar} {:.0} %, {}{rest}", share * 100.0, base::Duration::from_seconds(elapsed.as_secs() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_is_done_and_what_the_rest_takes() {
        let bar = |filled: usize| format!("[{}{}]", "#".repeat(filled), " ".repeat(30 - filled));
        assert_eq!(line(0.25, Duration::from_secs(30)), format!("{} 25 %, 30s, 1m30s to go", bar(7)));
        assert_eq!(line(0.0, Duration::from_secs(2)), format!("{} 0 %, 2s", bar(0)));
        assert_eq!(line(1.0, Duration::from_secs(2)), format!("{} 100 %, 2s, 0s to go", bar(30)));
    }
}
