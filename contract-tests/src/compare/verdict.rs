//! Who is wrong, where an emulator and the truth are both held to the contract and to each other.

use serde::Serialize;

/// The verdict on one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Both keep the contract and answer alike.
    Agree,
    /// Both keep the contract and answer differently: the contract is too loose to see it.
    MockFidelity,
    /// The emulator breaks the contract and the truth does not.
    MockBug,
    /// The truth breaks the contract and the emulator does not: the contract is wrong, or the API
    /// has a fault.
    SpecWrongOrApiBug,
    /// Both break the contract alike: it lags behind, and the emulator follows the truth.
    SpecDrift,
    /// Both break the contract, each in its way: a person must look.
    Unknown,
    /// The truth is too old to be believed, or was never looked at.
    Unverified,
}

impl Verdict {
    /// The verdict from what is known: whether each side keeps the contract, and whether they
    /// answer alike. The truth may not be known.
    pub fn of(mock_holds: bool, truth_holds: Option<bool>, alike: bool) -> Verdict {
        match (mock_holds, truth_holds, alike) {
            (_, None, _) => Verdict::Unverified,
            (true, Some(true), true) => Verdict::Agree,
            (true, Some(true), false) => Verdict::MockFidelity,
            // A breach that the comparison does not see is in something that it leaves out, such as
            // a length.
            (false, Some(true), _) => Verdict::MockBug,
            (true, Some(false), _) => Verdict::SpecWrongOrApiBug,
            (false, Some(false), true) => Verdict::SpecDrift,
            (false, Some(false), false) => Verdict::Unknown,
        }
    }

    /// How it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Agree => "agree",
            Verdict::MockFidelity => "mock-fidelity",
            Verdict::MockBug => "mock-bug",
            Verdict::SpecWrongOrApiBug => "spec-wrong-or-api-bug",
            Verdict::SpecDrift => "spec-drift",
            Verdict::Unknown => "unknown",
            Verdict::Unverified => "unverified",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_verdicts() {
        for (mock, truth, alike, verdict) in [
            (true, true, true, Verdict::Agree),
            (true, true, false, Verdict::MockFidelity),
            (false, true, false, Verdict::MockBug),
            (true, false, false, Verdict::SpecWrongOrApiBug),
            (false, false, true, Verdict::SpecDrift),
            (false, false, false, Verdict::Unknown),
        ] {
            assert_eq!(Verdict::of(mock, Some(truth), alike), verdict);
            assert_eq!(Verdict::of(mock, None, alike), Verdict::Unverified);
        }
    }
}
