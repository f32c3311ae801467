//! What all steps share: sending requests, judging the answers and counting both.

use std::{
    collections::{BTreeSet, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::tally::Tally;
use crate::core::{
    check::Check,
    exchange::{Exchange, Received, Sent},
    finding::Finding,
    target::Target,
    transport::Unreachable,
};

/// How many exchanges are kept for the report.
const EXCHANGES_MAX: usize = 24;

/// Why a play ends before its last step.
#[derive(Debug)]
pub enum Stop {
    /// The contract is broken.
    Breach(Vec<Finding>),
    /// As many requests were sent as were allowed.
    Spent,
    /// The target does not do the operation, which is no fault.
    NotEmulated,
    /// There was no answer.
    Unreachable(Unreachable),
}

/// The result of a step.
pub type Played<T = ()> = Result<T, Stop>;

impl From<Unreachable> for Stop {
    fn from(unreachable: Unreachable) -> Stop {
        Stop::Unreachable(unreachable)
    }
}

/// What identifies a breach: the code of the check and the operation.
pub type Breach = (&'static str, String);

/// The breach that a finding reports.
pub fn breach(finding: &Finding) -> Breach {
    (finding.check.code, finding.operation.clone())
}

/// A connection to the target with what it has seen.
pub struct Session<'a> {
    /// The target.
    pub target: &'a Target,
    /// What is counted.
    pub tally: &'a mut Tally,
    /// The last exchanges.
    pub exchanges: Vec<Exchange>,
    /// Breaches that were reported before and do not end a play again.
    known: &'a BTreeSet<Breach>,
    /// Operations that the target does not do.
    not_emulated: BTreeSet<String>,
    /// Hashes of answers that were judged good before.
    good: HashSet<u64>,
}

impl<'a> Session<'a> {
    /// A session with `target`.
    pub fn new(
        target: &'a Target,
        tally: &'a mut Tally,
        known: &'a BTreeSet<Breach>,
    ) -> Session<'a> {
        Session {
            target,
            tally,
            exchanges: Vec::new(),
            known,
            not_emulated: BTreeSet::new(),
            good: HashSet::new(),
        }
    }

    /// Sends a request and judges the answer.
    pub async fn send(&mut self, sent: Sent) -> Played<Received> {
        self.admit(&sent)?;
        let received = self.target.send(&sent).await?;
        self.take(Exchange { sent, received })
    }

    /// Sends requests at the same time and judges the answers, which come in the order of the
    /// requests.
    pub async fn send_all(&mut self, all: Vec<Sent>) -> Played<Vec<Received>> {
        all.iter().try_for_each(|sent| self.admit(sent))?;
        let answers =
            futures_util::future::join_all(all.iter().map(|sent| self.target.send(sent))).await;
        let mut received = Vec::new();
        for (sent, answer) in all.into_iter().zip(answers) {
            received.push(self.take(Exchange { sent, received: answer? })?);
        }
        Ok(received)
    }

    fn admit(&self, sent: &Sent) -> Played {
        if self.tally.is_spent() {
            return Err(Stop::Spent);
        }
        let not_emulated = sent.route.is_some_and(|route| self.not_emulated.contains(&route.id));
        if not_emulated { Err(Stop::NotEmulated) } else { Ok(()) }
    }

    fn take(&mut self, exchange: Exchange) -> Played<Received> {
        self.tally.count(self.target.profile, &exchange);
        let received = exchange.received.clone();
        if received.is_not_emulated() {
            let route = exchange.sent.route;
            self.not_emulated.extend(route.map(|route| route.id.clone()));
            return Err(Stop::NotEmulated);
        }
        let hash = hash(&exchange);
        let findings =
            if self.good.contains(&hash) { Vec::new() } else { self.target.judge(&exchange) };
        if self.exchanges.len() == EXCHANGES_MAX {
            self.exchanges.remove(0);
        }
        self.exchanges.push(exchange);
        if findings.is_empty() {
            self.good.insert(hash);
            return Ok(received);
        }
        self.report(findings)?;
        Ok(received)
    }

    /// Reports a breach, which ends the play unless the breach is known.
    pub fn found(
        &mut self,
        check: &'static Check,
        operation: &str,
        at: &str,
        message: String,
    ) -> Played {
        self.report(vec![Finding::new(check, operation, message).at(at)])
    }

    fn report(&mut self, findings: Vec<Finding>) -> Played {
        let new: Vec<Finding> =
            findings.into_iter().filter(|it| !self.known.contains(&breach(it))).collect();
        if new.is_empty() {
            return Ok(());
        }
        self.tally.found();
        Err(Stop::Breach(new))
    }
}

/// A hash of everything that the judge reads of an exchange, except the duration.
fn hash(exchange: &Exchange) -> u64 {
    let mut hasher = DefaultHasher::new();
    let Exchange { sent, received } = exchange;
    sent.route.map(|route| &route.id).hash(&mut hasher);
    (&sent.method, sent.body.is_empty(), sent.caller).hash(&mut hasher);
    (received.status, &received.body).hash(&mut hasher);
    for name in ["content-type", "content-length", "allow"] {
        received.header(name).hash(&mut hasher);
    }
    // A slow answer is judged again.
    (received.took.as_secs() > 0).hash(&mut hasher);
    hasher.finish()
}
