//! One difference between two servers, told from every other by a stable fingerprint.

use serde::Serialize;

use super::verdict::Verdict;
use crate::fixture::{Deviation, DeviationKind, digest, pointer::generalised};

/// How many digits a fingerprint has: enough to tell thousands of differences apart.
const FINGERPRINT_LENGTH: usize = 12;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The operation.
    pub operation: String,
    /// In which way the emulator differs; `None` where both answer alike and break the contract.
    pub kind: Option<DeviationKind>,
    /// Where, as in `/body/0/uuid`.
    pub at: String,
    /// The status that the truth has.
    pub status: u16,
    /// What is different, in plain words, to be read after the name of the place.
    pub message: String,
    /// Who is wrong.
    pub verdict: Verdict,
    /// Where it was seen, as in `ssh_key/life, step 2`.
    pub seen: String,
    /// Whether it was seen in a read after a change, and may therefore be a fault of the change.
    #[serde(skip)]
    pub after_change: bool,
}

impl Difference {
    /// A difference of one answer.
    pub fn new(operation: &str, status: u16, deviation: &Deviation, verdict: Verdict) -> Difference {
        Difference {
            operation: operation.to_owned(),
            kind: Some(deviation.kind),
            at: deviation.at.clone(),
            status,
            message: deviation.message(),
            verdict,
            seen: String::new(),
            after_change: false,
        }
    }

    /// What it is recognised by: the operation, the kind, the place without indexes, and the status. What exactly came
    /// does not count, so that the same difference has the same fingerprint tomorrow.
    pub fn fingerprint(&self) -> String {
        let kind = self.kind_name();
        let text = format!("{}\n{kind}\n{}\n{}", self.operation, generalised(&self.at), self.status);
        digest(text.as_bytes()).chars().take(FINGERPRINT_LENGTH).collect()
    }

    /// The name of its kind.
    pub fn kind_name(&self) -> String {
        let kind = self.kind.and_then(|kind| serde_json::to_value(kind).ok());
        kind.and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_else(|| "contract".to_owned())
    }
}

/// Says of the differences seen after a change whether they are of the state: those that were never seen without one.
/// The same difference in a plain read is one of the read itself.
pub fn tell_state(differences: &mut [Difference]) {
    let plain: Vec<String> =
        differences.iter().filter(|it| !it.after_change).map(Difference::fingerprint).collect();
    for difference in differences.iter_mut().filter(|it| it.after_change) {
        let of_value = matches!(
            difference.kind,
            Some(
                DeviationKind::Value
                    | DeviationKind::Count
                    | DeviationKind::FieldAdded
                    | DeviationKind::FieldRemoved
            )
        );
        if of_value && !plain.contains(&difference.fingerprint()) {
            difference.kind = Some(DeviationKind::State);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_difference_is_of_the_state_unless_it_is_there_without_a_change() {
        let changed = |at| Difference { after_change: true, ..difference(at, "2") };
        let mut differences = [difference("/body/0/id", "2"), changed("/body/3/id"), changed("/body/0/name")];
        tell_state(&mut differences);
        let kinds: Vec<_> = differences.iter().filter_map(|it| it.kind).collect();
        assert_eq!(kinds, [DeviationKind::Value, DeviationKind::Value, DeviationKind::State]);
    }
}
