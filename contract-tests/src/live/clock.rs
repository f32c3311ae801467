//! Where time comes from, so that tests need not wait for it.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::future::BoxFuture;

use crate::core::target::Target;

/// A source of time.
pub trait Clock: Send + Sync {
    /// The time since 1970.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// The clock of a rehearsal on an emulator whose time stands still: a wait advances it.
pub struct MovedClock {
    emulator: Target,
    /// How many seconds it was moved.
    ahead: AtomicU32,
}

impl MovedClock {
    /// The clock of this emulator.
    pub fn new(emulator: Target) -> MovedClock {
        MovedClock { emulator, ahead: AtomicU32::new(0) }
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Duration {
        SystemClock.now() + Duration::from_secs(self.ahead.load(Ordering::Relaxed).into())
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        let seconds = u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        Box::pin(async move {
            match self.emulator.advance(seconds).await {
                Ok(()) => drop(self.ahead.fetch_add(seconds, Ordering::Relaxed)),
                Err(_) => SystemClock.sleep(time).await,
            }
        })
    }
}
