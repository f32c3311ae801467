//! The progress of a run: one line on a terminal that rewrites itself.

use std::{
    env,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::core::{
    exchange::Sent,
    run::{Case, Outcome},
};

/// Set by CI servers, where nobody looks at a line that rewrites itself.
const CI: &str = "CI";

/// A line on standard error; nothing where that is no terminal, or in CI. It vanishes when it is
/// dropped. The default shows nothing anywhere.
///
/// It moves by cases, or, with [`Progress::advance`] and [`Progress::failed`], by whatever a run
/// counts.
///
/// ```no_run
/// # use contract_tests::{Case, Exchange, Progress};
/// # fn play(fixture: &str) -> Vec<Exchange> { Vec::new() }
/// let fixtures = ["sshKey/crud", "tickets/replies"];
/// let progress = Progress::new("replay", fixtures.len() as u64);
/// for fixture in fixtures {
///     for exchange in play(fixture) {
///         progress.sent(&exchange.sent); // counts requests and names the operation
///     }
///     progress.case(&Case::passed("sshKey", fixture)); // counts cases and failures
/// }
/// ```
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    requests: AtomicU64,
    failures: AtomicUsize,
}

impl Progress {
    /// Begins a line for so many cases.
    pub fn new(verb: &'static str, total: u64) -> Progress {
        let target = match env::var_os(CI) {
            Some(_) => ProgressDrawTarget::hidden(),
            None => ProgressDrawTarget::stderr(),
        };
        Progress::on(target, verb, total)
    }

    fn on(target: ProgressDrawTarget, verb: &'static str, total: u64) -> Progress {
        let style = ProgressStyle::with_template("{prefix} {bar:16} {pos}/{len}  {wide_msg}");
        let bar = ProgressBar::with_draw_target(Some(total), target)
            .with_style(style.expect("the template is one"))
            .with_prefix(verb);
        Progress { bar, requests: AtomicU64::new(0), failures: AtomicUsize::new(0) }
    }

    /// Counts a request, and names its operation.
    pub fn sent(&self, sent: &Sent) {
        let requests = self.requests.fetch_add(1, Relaxed) + 1;
        if !self.bar.is_hidden() {
            let failures = self.failures.load(Relaxed);
            self.bar.set_message(message(&sent.name(), failures, requests, self.bar.elapsed()));
        }
    }

    /// Counts a case.
    pub fn case(&self, case: &Case) {
        if case.outcome == Outcome::Failed {
            self.failed();
        }
        self.advance();
    }

    /// Counts a failure.
    pub fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// Goes on by one.
    pub fn advance(&self) {
        self.bar.inc(1);
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::on(ProgressDrawTarget::hidden(), "", 0)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn message(operation: &str, failures: usize, requests: u64, elapsed: Duration) -> String {
    let rate = requests as f64 / elapsed.as_secs_f64().max(0.001);
    format!("{failures} failed · {requests} requests, {rate:.0}/s · {operation}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{check, finding::Finding};

    #[test]
    fn cases_and_failures_are_counted() {
        let progress = Progress::new("replay", 2);
        progress.case(&Case::passed("group", "good"));
        let finding = Finding::new(&check::SCHEMA, "getTickets", "is wrong");
        progress.case(&Case::passed("group", "bad").with_findings(vec![finding]));
        assert_eq!((progress.bar.position(), progress.failures.load(Relaxed)), (2, 1));
        let line = message("getTickets", 1, 300, Duration::from_secs(2));
        assert_eq!(line, "1 failed · 300 requests, 150/s · getTickets");
    }
}
