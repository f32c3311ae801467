//! What a run found, as data: every report is made of this.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::core::{
    coverage::reached::Reached, exchange::Exchange, finding::Finding, profile::ApiProfile,
    target::Target,
};

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything held.
    Passed,
    /// Something broke the contract.
    Failed,
    /// It was not played, for a reason that is not a fault of the target.
    Skipped,
    /// It could not be checked: the target did not answer, or the file cannot be read.
    Unchecked,
}

/// One case of a run: a fixture, an operation with its violations, a sequence.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name, unique in the run.
    pub name: String,
    /// What it belongs to: a group of the API, or a family of resources.
    pub group: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was skipped or could not be checked, or what else is worth knowing of it.
    pub reason: String,
    /// What was found, in order of time; warnings do not make a case fail.
    pub findings: Vec<Finding>,
    /// The exchanges that show it, in their order; none for a case that passed.
    pub exchanges: Vec<Exchange>,
    /// The command that plays this case again.
    pub replay: String,
    /// How long it took.
    pub took: Duration,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The verb of the command, as in `replay`.
    pub verb: &'static str,
    /// The API.
    pub profile: &'static ApiProfile,
    /// What was tested.
    pub target: String,
    /// The seed, where chance took part.
    pub seed: Option<u64>,
    /// The seed of the world that answered, where that was made for the run and is gone.
    pub world_seed: Option<u64>,
    /// Its cases.
    pub cases: Vec<Case>,
    /// What was reached of each operation.
    pub reached: Reached,
    /// How many requests were sent.
    pub requests: u64,
    /// After how many requests something was found for the first time.
    pub first_finding: Option<u64>,
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// How a run ends, as the exit code of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything that was checked holds.
    Holds = 0,
    /// The contract is broken.
    Broken = 1,
    /// The command was not understood.
    Usage = 2,
    /// Nothing was checked, or something could not be.
    Unchecked = 3,
}

impl Verdict {
    /// The worse of two: a broken contract, then what could not be checked.
    #[must_use]
    pub fn worse(self, other: Verdict) -> Verdict {
        let rank = |verdict: Verdict| match verdict {
            Verdict::Holds => 0,
            Verdict::Unchecked => 1,
            Verdict::Usage => 2,
            Verdict::Broken => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl Run {
    /// A run that begins.
    pub fn new(
        verb: &'static str,
        profile: &'static ApiProfile,
        target: impl Into<String>,
        seed: Option<u64>,
    ) -> Run {
        Run {
            verb,
            profile,
            target: target.into(),
            seed,
            world_seed: None,
            cases: Vec::new(),
            reached: Reached::default(),
            requests: 0,
            first_finding: None,
            started: Timestamp::now(),
            took: Duration::ZERO,
        }
    }

    /// A run against one target that begins.
    pub(crate) fn of(verb: &'static str, target: &Target, seed: Option<u64>) -> Run {
        let world_seed = target.own_seed();
        Run { world_seed, ..Run::new(verb, target.profile, &target.name, seed) }
    }

    /// Counts an exchange.
    pub fn count(&mut self, exchange: &Exchange) {
        self.requests += 1;
        self.reached.count(self.profile, exchange);
    }

    /// The cases that ended in this way.
    pub fn ended(&self, outcome: Outcome) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(move |case| case.outcome == outcome)
    }

    /// How it ends. A run that checked nothing does not hold, and neither does one that could not
    /// check something.
    pub fn verdict(&self) -> Verdict {
        if self.ended(Outcome::Failed).next().is_some() {
            Verdict::Broken
        } else if self.ended(Outcome::Unchecked).next().is_some()
            || self.ended(Outcome::Passed).next().is_none()
        {
            Verdict::Unchecked
        } else {
            Verdict::Holds
        }
    }
}

impl Case {
    /// A case of `group` that passed, until something else is said of it.
    pub fn passed(group: impl Into<String>, name: impl Into<String>) -> Case {
        Case {
            name: name.into(),
            group: group.into(),
            outcome: Outcome::Passed,
            reason: String::new(),
            findings: Vec::new(),
            exchanges: Vec::new(),
            replay: String::new(),
            took: Duration::ZERO,
        }
    }

    /// The same, with what was found; a breach makes it fail.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Case {
        if findings.iter().any(Finding::is_error) {
            self.outcome = Outcome::Failed;
        }
        self.findings = findings;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{core::check, profiles::i3d_v3::PROFILE};

    #[test]
    fn a_run_of_nothing_is_no_success() {
        let mut run = Run::new("replay", &PROFILE, "mock", None);
        assert_eq!(run.verdict(), Verdict::Unchecked);
        run.cases.push(Case { outcome: Outcome::Skipped, ..Case::passed("g", "skipped") });
        assert_eq!(run.verdict(), Verdict::Unchecked);
        run.cases.push(Case::passed("g", "good"));
        assert_eq!(run.verdict(), Verdict::Holds);
        let slow = Finding::new(&check::LATENCY, "getTickets", "took long");
        run.cases.push(Case::passed("g", "slow").with_findings(vec![slow]));
        assert_eq!(run.verdict(), Verdict::Holds);
        run.cases.push(Case { outcome: Outcome::Unchecked, ..Case::passed("g", "broken file") });
        assert_eq!(run.verdict(), Verdict::Unchecked);
        let bad = Finding::new(&check::SCHEMA, "getTickets", "must be of type integer").at("/0/id");
        run.cases.push(Case::passed("g", "bad").with_findings(vec![bad]));
        assert_eq!(run.verdict(), Verdict::Broken);
    }
}
