//! One step of a run as data: short enough to be kept as a line of text, and to be made shorter.

use std::fmt;

use openapi::{Contract, Route};

/// How an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseKind {
    /// As the contract allows.
    Valid,
    /// The same again, as a client does who lost the answer.
    Retry,
    /// With a value that another resource has already and no two may have.
    Duplicate,
    /// With something that the contract forbids.
    Violation,
    /// With a body that no program should trip over.
    Rough,
    /// With an id that never was given.
    Unknown,
    /// Through another parent than its own.
    WrongParent,
    /// Without a key.
    Nobody,
    /// With a wrong key.
    Stranger,
    /// With a key that may not be used from here.
    Excluded,
    /// With the key of another customer.
    Other,
    /// By a method that the path does not have.
    Method,
    /// At a path that is spelled in another way.
    Path,
    /// In pages, or filtered.
    Pages,
    /// By several clients at the same time.
    Together,
    /// As a move of a flow.
    Walk,
    /// Not at all: time passes.
    Wait,
}

const KINDS: [(CaseKind, &str); 17] = [
    (CaseKind::Valid, "valid"),
    (CaseKind::Retry, "retry"),
    (CaseKind::Duplicate, "duplicate"),
    (CaseKind::Violation, "violation"),
    (CaseKind::Rough, "rough"),
    (CaseKind::Unknown, "unknown"),
    (CaseKind::WrongParent, "wrong-parent"),
    (CaseKind::Nobody, "nobody"),
    (CaseKind::Stranger, "stranger"),
    (CaseKind::Excluded, "excluded"),
    (CaseKind::Other, "other"),
    (CaseKind::Method, "method"),
    (CaseKind::Path, "path"),
    (CaseKind::Pages, "pages"),
    (CaseKind::Together, "together"),
    (CaseKind::Walk, "walk"),
    (CaseKind::Wait, "wait"),
];

/// One step. Resources are not named by their ids, which differ from run to run, but by slots: the
/// first, the second, …
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How.
    pub kind: CaseKind,
    /// What.
    pub route: &'static Route,
    /// With which resource of the family; with which parent, where one is made; in which flow.
    pub slot: u32,
    /// Which of all bodies, violations, pages, moves: 0 is the simplest.
    pub draw: u32,
}

impl Step {
    /// A step.
    pub fn new(kind: CaseKind, route: &'static Route, slot: u32, draw: u32) -> Step {
        Step { kind, route, slot, draw }
    }

    /// Reads the steps of a report, with `;` between them. The error names the one that is none.
    pub fn parse_all(contract: &'static Contract, text: &str) -> Result<Vec<Step>, String> {
        let lines = text.split(';').map(str::trim).filter(|line| !line.is_empty());
        let steps = lines.map(|line| {
            let none = || format!("`{line}` is no step; one is `valid deleteSshKey 0 0`");
            Step::parse(contract, line).ok_or_else(none)
        });
        steps.collect()
    }

    /// Reads what [`Step`] displays.
    pub fn parse(contract: &'static Contract, line: &str) -> Option<Step> {
        let mut words = line.split_whitespace();
        let kind = words.next()?;
        let kind = KINDS.iter().find(|(_, name)| *name == kind)?.0;
        let route = contract.route(words.next()?)?;
        let (slot, draw) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        words.next().is_none().then_some(Step { kind, route, slot, draw })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, name)| *name);
        write!(f, "{name} {} {} {}", self.route.id, self.slot, self.draw)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_as_a_report_tells_them() {
        let contract = openapi::i3d_v3();
        let steps =
            Step::parse_all(contract, "valid createSshKey 0 1; valid deleteSshKey 0 0").unwrap();
        let told: Vec<String> = steps.iter().map(Step::to_string).collect();
        assert_eq!(told, ["valid createSshKey 0 1", "valid deleteSshKey 0 0"]);
        let error = Step::parse_all(contract, "valid createSshKey 0 1; again").unwrap_err();
        assert!(error.starts_with("`again` is no step"), "{error}");
    }

    #[test]
    fn a_step_is_a_line_of_text() {
        let contract = openapi::i3d_v3();
        for (kind, _) in KINDS {
            let step = Step::new(kind, contract.route("deleteSshKey").unwrap(), 2, 17);
            assert_eq!(Step::parse(contract, &step.to_string()), Some(step));
        }
        for bad in
            ["", "valid", "valid nothing 0 0", "odd getSshKeys 0 0", "valid getSshKeys 0 0 0"]
        {
            assert_eq!(Step::parse(contract, bad), None, "{bad}");
        }
    }
}
