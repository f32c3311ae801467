//! Counters of a run.

use openapi::Route;

use crate::core::{
    coverage::reached::Reached,
    exchange::{Caller, Exchange},
    profile::{ApiProfile, refusals::RefusalKind},
    progress::Progress,
    run::Run,
};

/// How many requests were sent, and how they were answered.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many requests were sent.
    pub requests: u64,
    /// How many of them the target does not do.
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
fn is_harmless(profile: &ApiProfile, exchange: &Exchange) -> bool {
    let Exchange { sent, received } = exchange;
    let refuses = |kind, route: &Route| profile.refusals.refuses(kind, route, received);
    let is_unauthenticated = |route: &Route| {
        let has_no_key = matches!(sent.caller, Caller::Nobody | Caller::Stranger);
        !route.open && has_no_key && refuses(RefusalKind::Unauthenticated, route)
    };
    let is_refused = |route: &Route| {
        let other_method = sent.method != route.method;
        is_unauthenticated(route) || (other_method && refuses(RefusalKind::Method, route))
    };
    profile.only_reads(sent) || sent.route.is_some_and(is_refused)
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
    pub fn count(&mut self, profile: &ApiProfile, exchange: &Exchange) {
        self.requests += 1;
        self.not_emulated += u64::from(exchange.received.is_not_emulated());
        self.progress.sent(&exchange.sent);
        self.progress.advance();
        self.is_fresh &= is_harmless(profile, exchange);
        self.reached.count(profile, exchange);
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
