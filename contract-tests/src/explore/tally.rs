//! Counters of a run.

use crate::core::{
    coverage::reached::Reached,
    exchange::{Caller, Exchange},
    progress::Progress,
    run::Run,
};

/// The status by which a target says that it does not implement an operation.
pub const NOT_IMPLEMENTED: u16 = 501;

/// How many requests were sent, and how they were answered.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many requests were sent.
    pub requests: u64,
    /// How many of them were answered with 501.
    pub not_emulated: u64,
    /// How many may be sent.
    pub budget: u64,
    /// Which operation was answered how, and with what.
    pub reached: Reached,
    /// After how many requests the first breach was found.
    pub first: Option<u64>,
    /// Whether the world is still as it was after the last reset.
    pub is_fresh: bool,
    /// The progress that a terminal shows.
    pub progress: Progress,
}

/// Whether an exchange certainly changed nothing. A refused login may have: servers count failures.
fn is_harmless(exchange: &Exchange) -> bool {
    let Exchange { sent, received } = exchange;
    let is_unauthenticated = || {
        let closed = sent.route.is_some_and(|route| !route.open);
        closed && matches!(sent.caller, Caller::Nobody | Caller::Stranger) && received.status == 401
    };
    sent.method.is_safe() || received.status == 405 || is_unauthenticated()
}

impl Tally {
    /// Counters of a run that may send `budget` requests.
    pub fn of(budget: u64) -> Tally {
        Tally { budget, ..Tally::default() }
    }

    /// Whether no more may be sent.
    pub fn is_spent(&self) -> bool {
        self.requests >= self.budget
    }

    /// Counts an exchange.
    pub fn count(&mut self, exchange: &Exchange) {
        self.requests += 1;
        self.not_emulated += u64::from(exchange.received.status == NOT_IMPLEMENTED);
        self.progress.sent(&exchange.sent);
        self.progress.advance();
        self.is_fresh &= is_harmless(exchange);
        self.reached.count(exchange);
    }

    /// Records the first breach.
    pub fn found(&mut self) {
        self.first.get_or_insert(self.requests);
    }

    /// Writes the counters into a run.
    pub fn write_to(self, run: &mut Run) {
        run.requests = self.requests;
        run.reached = self.reached;
        run.first_finding = self.first;
    }
}
