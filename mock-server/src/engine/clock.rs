//! The time of a world: real, or frozen, or moved.

use std::{
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockReading {
    /// Unix seconds.
    pub now: i64,
    /// Whether time stands still.
    pub frozen: bool,
}

/// A clock that can be set, stopped and advanced.
#[derive(Debug)]
pub struct Clock {
    /// What the clock shows when the world begins; `None` is the real time.
    start: Option<f64>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Real time plus an offset in seconds.
    Running(f64),
    /// Standing still at a unix time.
    Frozen(f64),
}

impl State {
    fn starting_at(start: Option<f64>) -> State {
        start.map_or(State::Running(0.0), State::Frozen)
    }

    fn seconds(self) -> f64 {
        match self {
            State::Running(offset) => real_seconds() + offset,
            State::Frozen(at) => at,
        }
    }
}

impl Clock {
    /// A clock that shows the real time.
    pub fn real() -> Clock {
        Clock { start: None, state: Mutex::new(State::starting_at(None)) }
    }

    /// A clock that stands still at `now` until it is moved.
    pub fn frozen_at(now: i64) -> Clock {
        let start = Some(now as f64);
        Clock { start, state: Mutex::new(State::starting_at(start)) }
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.seconds() as i64
    }

    /// Unix seconds with their fraction.
    pub fn seconds(&self) -> f64 {
        self.lock().seconds()
    }

    /// What the clock shows.
    pub fn reading(&self) -> ClockReading {
        let state = *self.lock();
        ClockReading { now: state.seconds() as i64, frozen: matches!(state, State::Frozen(_)) }
    }

    /// Sets the clock; it runs on from there, or stands still.
    pub fn set(&self, reading: ClockReading) {
        let now = reading.now as f64;
        *self.lock() = if reading.frozen { State::Frozen(now) } else { State::Running(now - real_seconds()) };
    }

    /// Moves the clock forward, running or not.
    pub fn advance(&self, seconds: u32) {
        let mut state = self.lock();
        *state = match *state {
            State::Running(offset) => State::Running(offset + f64::from(seconds)),
            State::Frozen(at) => State::Frozen(at + f64::from(seconds)),
        };
    }

    /// Back to how the world began.
    pub fn reset(&self) {
        *self.lock() = State::starting_at(self.start);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
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
        clock.advance(61);
        assert_eq!(clock.reading(), ClockReading { now: 1061, frozen: true });
        clock.reset();
        assert_eq!(clock.now(), 1000);
    }

    #[test]
    fn a_set_clock_runs_on() {
        let clock = Clock::frozen_at(1000);
        clock.set(ClockReading { now: 5000, frozen: false });
        assert!(!clock.reading().frozen && clock.seconds() >= 5000.0);
    }
}
