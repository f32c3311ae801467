//! The time of a world: real, or frozen, or moved.

use std::{
    sync::{Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// The last second that a clock can show: the last that is written as a date, whatever the offset,
/// at the end of the year 9999.
pub const LATEST: i64 = 253_402_207_200;

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockReading {
    /// Unix seconds.
    pub now: i64,
    /// Whether time stands still.
    pub frozen: bool,
}

/// How a clock goes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClockState {
    /// Real time plus an offset in seconds.
    Running(f64),
    /// Standing still at a unix time.
    Frozen(f64),
}

impl ClockState {
    /// The clock that shows what `reading` says, from now on; `None` outside of 1970 to 9999.
    pub fn showing(reading: ClockReading) -> Option<ClockState> {
        let now = (0..=LATEST).contains(&reading.now).then_some(reading.now as f64)?;
        Some(if reading.frozen {
            ClockState::Frozen(now)
        } else {
            ClockState::Running(now - real_seconds())
        })
    }

    /// The same clock, moved forward; `None` beyond 9999.
    pub fn advanced(self, seconds: u32) -> Option<ClockState> {
        let moved = match self {
            ClockState::Running(offset) => ClockState::Running(offset + f64::from(seconds)),
            ClockState::Frozen(at) => ClockState::Frozen(at + f64::from(seconds)),
        };
        (moved.now() <= LATEST).then_some(moved)
    }

    /// Unix seconds.
    pub fn now(self) -> i64 {
        self.seconds() as i64
    }

    fn seconds(self) -> f64 {
        match self {
            ClockState::Running(offset) => real_seconds() + offset,
            ClockState::Frozen(at) => at,
        }
    }
}

/// A clock that can be set, stopped and advanced.
#[derive(Debug)]
pub struct Clock {
    beginning: ClockState,
    state: Mutex<ClockState>,
    moved: Notify,
}

impl Clock {
    /// A clock that shows the real time.
    pub fn real() -> Clock {
        Clock::beginning_with(ClockState::Running(0.0))
    }

    /// A clock that stands still at `now` until it is moved.
    pub fn frozen_at(now: i64) -> Clock {
        Clock::beginning_with(ClockState::Frozen(now as f64))
    }

    /// A clock that goes so at the beginning.
    pub fn beginning_with(beginning: ClockState) -> Clock {
        Clock { beginning, state: Mutex::new(beginning), moved: Notify::new() }
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.state().now()
    }

    /// Unix seconds with their fraction.
    pub fn seconds(&self) -> f64 {
        self.state().seconds()
    }

    /// What the clock shows.
    pub fn reading(&self) -> ClockReading {
        let state = self.state();
        ClockReading { now: state.now(), frozen: matches!(state, ClockState::Frozen(_)) }
    }

    /// Whether the clock shows the real time.
    pub fn is_real(&self) -> bool {
        self.state() == ClockState::Running(0.0)
    }

    /// How the clock goes.
    pub fn state(&self) -> ClockState {
        *self.lock()
    }

    /// How the clock goes when the world begins.
    pub fn beginning(&self) -> ClockState {
        self.beginning
    }

    /// Sets how the clock goes from now on.
    pub fn restore(&self, state: ClockState) {
        *self.lock() = state;
        self.moved.notify_waiters();
    }

    /// Waits until the clock shows `at`. One that stands still must be moved there.
    pub async fn reaches(&self, at: f64) {
        loop {
            // Before a look at the clock, so that no move in between is missed.
            let moved = self.moved.notified();
            let state = self.state();
            let missing = at - state.seconds();
            if missing <= 0.0 {
                return;
            }
            match state {
                ClockState::Frozen(_) => moved.await,
                // Whether time is over or the clock was moved: it is looked at again.
                ClockState::Running(_) => {
                    let missing = Duration::from_secs_f64(missing);
                    drop(tokio::time::timeout(missing, moved).await);
                }
            }
        }
    }

    /// Sets the clock back to how it went when the world began.
    pub fn reset(&self) {
        self.restore(self.beginning);
    }

    fn lock(&self) -> MutexGuard<'_, ClockState> {
        self.state.lock().expect("no code panics while it holds the clock")
    }
}

fn real_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::frozen_at(1000);
        clock.restore(clock.state().advanced(61).unwrap());
        assert_eq!(clock.reading(), ClockReading { now: 1061, frozen: true });
        clock.reset();
        assert_eq!(clock.now(), 1000);
    }

    #[tokio::test]
    async fn who_waits_for_a_time_is_woken_when_the_clock_is_moved_there() {
        let clock = Clock::frozen_at(1000);
        clock.reaches(1000.0).await;
        let move_it = async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
                clock.restore(clock.state().advanced(11).unwrap());
            }
        };
        tokio::join!(clock.reaches(1033.0), move_it);
        assert_eq!(clock.now(), 1033);
        let running = Clock::real();
        let soon = running.seconds() + 0.01;
        running.reaches(soon).await;
        assert!(running.seconds() >= soon);
    }

    #[test]
    fn a_set_clock_runs_on() {
        let clock = Clock::frozen_at(1000);
        clock.restore(ClockState::showing(ClockReading { now: 5000, frozen: false }).unwrap());
        assert!(!clock.reading().frozen && (5000..5010).contains(&clock.now()));
    }

    #[test]
    fn a_clock_stays_between_1970_and_9999() {
        for now in [-1, LATEST + 1, i64::MAX, i64::MIN] {
            assert_eq!(ClockState::showing(ClockReading { now, frozen: true }), None);
        }
        let end = ClockState::showing(ClockReading { now: LATEST, frozen: true }).unwrap();
        assert_eq!(end.advanced(1), None);
    }
}
