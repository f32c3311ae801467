//! What is counted while a run goes on.

use crate::{
    exchange::Exchange,
    run::{Run, Statuses},
};

/// How many requests were sent, and how they were answered.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many requests were sent.
    pub requests: u64,
    /// How many may be sent.
    pub budget: u64,
    /// Which operation was answered how, and how often.
    pub statuses: Statuses,
    /// After how many requests something was found for the first time.
    pub first: Option<u64>,
}

impl Tally {
    /// A count of requests, of which so many may be sent.
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
        if let Some(route) = exchange.sent.route {
            let statuses = self.statuses.entry(route.id.clone()).or_default();
            *statuses.entry(exchange.received.status).or_default() += 1;
        }
    }

    /// Remembers when something was found.
    pub fn found(&mut self) {
        self.first.get_or_insert(self.requests);
    }

    /// Puts the figures into a report.
    pub fn tell(self, run: &mut Run) {
        run.requests = self.requests;
        run.statuses = self.statuses;
        run.first_finding = self.first;
    }
}
