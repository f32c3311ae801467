//! One difference between two servers, told from every other by a stable fingerprint.

use super::verdict::Verdict;
use crate::{
    core::{check::Check, finding::Finding},
    fixture::{Deviation, DeviationKind, digest, pointer::generalised},
};

/// How many digits a fingerprint has: enough to tell thousands of differences apart.
const FINGERPRINT_LENGTH: usize = 12;

/// What a difference consists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The emulator answers otherwise than the truth.
    Deviation(DeviationKind),
    /// They answer alike, as far as is compared, and the contract is broken.
    Breach(&'static Check),
}

impl DifferenceKind {
    /// How it is called in reports.
    pub fn name(self) -> String {
        match self {
            DifferenceKind::Deviation(kind) => {
                let name = serde_json::to_value(kind).ok();
                name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
            }
            DifferenceKind::Breach(_) => "contract".to_owned(),
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The operation.
    pub operation: String,
    /// What it consists in.
    pub kind: DifferenceKind,
    /// Where, as in `/body/0/uuid`.
    pub at: String,
    /// The status that the truth has.
    pub status: u16,
    /// What is different, in plain words, to be read after the name of the place.
    pub message: String,
    /// Who is wrong.
    pub verdict: Verdict,
    /// The scenario in which it was seen.
    pub scenario: String,
    /// The number of the step in it, from one.
    pub step: usize,
    /// Whether it was seen in a read after a change, and may therefore be a fault of the change.
    pub after_change: bool,
}

impl Difference {
    /// A difference of one answer.
    pub fn new(
        operation: &str,
        status: u16,
        deviation: &Deviation,
        verdict: Verdict,
    ) -> Difference {
        Difference {
            operation: operation.to_owned(),
            kind: DifferenceKind::Deviation(deviation.kind),
            at: deviation.at.clone(),
            status,
            message: deviation.message(),
            verdict,
            scenario: String::new(),
            step: 1,
            after_change: false,
        }
    }

    /// The difference of answers that are alike and break the contract.
    pub fn of_breach(breach: &Finding, status: u16, verdict: Verdict) -> Difference {
        Difference {
            operation: breach.operation.clone(),
            kind: DifferenceKind::Breach(breach.check),
            at: format!("/body{}", breach.pointer),
            status,
            message: format!("{} ({})", breach.message, breach.check.code),
            verdict,
            scenario: String::new(),
            step: 1,
            after_change: false,
        }
    }

    /// The difference that one side plays a scenario on and the other cannot.
    pub fn of_stop(
        operation: &str,
        at: &str,
        status: u16,
        message: String,
        verdict: Verdict,
    ) -> Difference {
        Difference {
            operation: operation.to_owned(),
            kind: DifferenceKind::Deviation(DeviationKind::State),
            at: at.to_owned(),
            status,
            message,
            verdict,
            scenario: String::new(),
            step: 1,
            after_change: false,
        }
    }

    /// What it is recognised by: the operation, the kind or the law that is broken, the place
    /// without indexes, and the status. What exactly came does not count, so that the same
    /// difference has the same fingerprint tomorrow.
    pub fn fingerprint(&self) -> String {
        let kind = match self.kind {
            DifferenceKind::Deviation(_) => self.kind.name(),
            DifferenceKind::Breach(check) => check.code.to_owned(),
        };
        let text =
            format!("{}\n{kind}\n{}\n{}", self.operation, generalised(&self.at), self.status);
        digest(text.as_bytes()).chars().take(FINGERPRINT_LENGTH).collect()
    }
}

/// Marks the differences of the state: those that were seen after a change and never without one.
/// The same difference in a plain read is one of the read itself.
pub fn mark_state(differences: &mut [Difference]) {
    let plain: Vec<String> =
        differences.iter().filter(|it| !it.after_change).map(Difference::fingerprint).collect();
    for difference in differences.iter_mut().filter(|it| it.after_change) {
        let of_value = matches!(
            difference.kind,
            DifferenceKind::Deviation(
                DeviationKind::Value
                    | DeviationKind::Count
                    | DeviationKind::FieldAdded
                    | DeviationKind::FieldRemoved
            )
        );
        if of_value && !plain.contains(&difference.fingerprint()) {
            difference.kind = DifferenceKind::Deviation(DeviationKind::State);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::check;

    fn difference(at: &str, got: &str) -> Difference {
        let deviation = Deviation {
            kind: DeviationKind::Value,
            at: at.to_owned(),
            expected: "1".to_owned(),
            got: got.to_owned(),
        };
        Difference::new("getTickets", 200, &deviation, Verdict::MockFidelity)
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_index_and_value() {
        let one = difference("/body/0/id", "2").fingerprint();
        assert_eq!(one, difference("/body/7/id", "3").fingerprint());
        assert_ne!(one, difference("/body/0/name", "2").fingerprint());
        assert_ne!(one, Difference { status: 404, ..difference("/body/0/id", "2") }.fingerprint());
        // It stands in files of waivers: it must be the same in every version.
        assert_eq!(one, "743c614cd0cd");
    }

    #[test]
    fn breaches_of_different_laws_at_one_place_are_not_the_same() {
        let fingerprint = |check| {
            let breach = Finding::new(check, "getTickets", "is broken");
            Difference::of_breach(&breach, 200, Verdict::SpecDrift).fingerprint()
        };
        let laws =
            [&check::MEDIA_TYPE, &check::WELL_FORMED, &check::EMPTY_BODY, &check::ERROR_SHAPE];
        let all: std::collections::BTreeSet<String> = laws.into_iter().map(fingerprint).collect();
        assert_eq!(all.len(), laws.len());
    }

    #[test]
    fn a_difference_is_of_the_state_unless_it_is_there_without_a_change() {
        let changed = |at| Difference { after_change: true, ..difference(at, "2") };
        let mut differences =
            [difference("/body/0/id", "2"), changed("/body/3/id"), changed("/body/0/name")];
        mark_state(&mut differences);
        assert_eq!(differences.map(|it| it.kind.name()), ["value", "value", "state"]);
    }
}
