//! One step of a run as data: short enough to be kept as a line of text, and to be made simpler.
//!
//! A step reads `CASE OPERATION SLOT NUMBER`, as in `valid deleteSshKey 1 0`. What the number means
//! depends on the case, and 0 is always the simplest.

mod body_choice;
mod malformed_body;
mod page_choice;
mod spelling;

use std::fmt;

use openapi::Route;

pub use body_choice::{BodyChoice, Form};
pub use malformed_body::MalformedBody;
pub use page_choice::{PageChoice, Part};
pub use spelling::Spelling;

use crate::core::profile::ApiProfile;

/// How an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseKind {
    /// As the contract allows. An operation that belongs to no family sends its example, in the
    /// notation that the number of the body tells.
    Valid(BodyChoice),
    /// The same request again, as a client sends it who lost the answer.
    Retry(BodyChoice),
    /// With a value that another resource has and that must be unique.
    Duplicate(BodyChoice),
    /// With the violation of the contract that has this index.
    Invalid(u32),
    /// With a malformed body.
    Malformed(MalformedBody),
    /// With an id that was never given.
    Unknown(BodyChoice),
    /// Through another parent than its own.
    WrongParent(BodyChoice),
    /// Without a key.
    Nobody(BodyChoice),
    /// With a wrong key.
    Stranger(BodyChoice),
    /// With a key that may not be used from here.
    Excluded(BodyChoice),
    /// With the key of another customer.
    Other(BodyChoice),
    /// By the method of this index among those that the path does not have.
    Method(u32),
    /// At a path that is spelled in another way.
    Path(Spelling),
    /// A list in pages, or filtered.
    Pages(PageChoice),
    /// A change between two pages of the list.
    PagesUnderChange(BodyChoice),
    /// By several clients at the same time.
    Concurrent(BodyChoice),
    /// In an encoding beside JSON: the remainder by their count tells which, and the rest of the
    /// number what is sent. 0 is a valid body, and n the violation before the one of index n.
    Encoded(u32),
    /// As the move of this index in a flow.
    Walk(u32),
    /// Not at all: so many seconds pass.
    Wait(u32),
}

impl CaseKind {
    /// The case of a word and a number. Both kinds of pages have the same word: an operation that
    /// only reads asks for pages, another one changes something between them.
    fn parse(word: &str, number: u32, reads: bool) -> Option<CaseKind> {
        let body = BodyChoice::of(number);
        Some(match word {
            "valid" => CaseKind::Valid(body),
            "retry" => CaseKind::Retry(body),
            "duplicate" => CaseKind::Duplicate(body),
            "violation" => CaseKind::Invalid(number),
            "rough" => CaseKind::Malformed(MalformedBody::of(number)),
            "unknown" => CaseKind::Unknown(body),
            "wrong-parent" => CaseKind::WrongParent(body),
            "nobody" => CaseKind::Nobody(body),
            "stranger" => CaseKind::Stranger(body),
            "excluded" => CaseKind::Excluded(body),
            "other" => CaseKind::Other(body),
            "method" => CaseKind::Method(number),
            "path" => CaseKind::Path(Spelling::of(number)),
            "pages" if reads => CaseKind::Pages(PageChoice::of(number)),
            "pages" => CaseKind::PagesUnderChange(body),
            "together" => CaseKind::Concurrent(body),
            "encoded" => CaseKind::Encoded(number),
            "walk" => CaseKind::Walk(number),
            "wait" => CaseKind::Wait(number),
            _ => return None,
        })
    }

    /// The word and the number that stand for it in the text of a step.
    fn words(self) -> (&'static str, u32) {
        match self {
            CaseKind::Valid(body) => ("valid", body.number()),
            CaseKind::Retry(body) => ("retry", body.number()),
            CaseKind::Duplicate(body) => ("duplicate", body.number()),
            CaseKind::Invalid(index) => ("violation", index),
            CaseKind::Malformed(body) => ("rough", body as u32),
            CaseKind::Unknown(body) => ("unknown", body.number()),
            CaseKind::WrongParent(body) => ("wrong-parent", body.number()),
            CaseKind::Nobody(body) => ("nobody", body.number()),
            CaseKind::Stranger(body) => ("stranger", body.number()),
            CaseKind::Excluded(body) => ("excluded", body.number()),
            CaseKind::Other(body) => ("other", body.number()),
            CaseKind::Method(index) => ("method", index),
            CaseKind::Path(spelling) => ("path", spelling as u32),
            CaseKind::Pages(page) => ("pages", page.number()),
            CaseKind::PagesUnderChange(body) => ("pages", body.number()),
            CaseKind::Concurrent(body) => ("together", body.number()),
            CaseKind::Encoded(number) => ("encoded", number),
            CaseKind::Walk(index) => ("walk", index),
            CaseKind::Wait(seconds) => ("wait", seconds),
        }
    }
}

/// One step. Resources are not named by their ids, which differ from run to run, but by slots: the
/// first, the second, …
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How the operation is called.
    pub kind: CaseKind,
    /// The operation.
    pub route: &'static Route,
    /// Which resource of the family; which parent, where one is made; which flow, for a walk.
    pub slot: u32,
}

impl Step {
    /// A step.
    pub fn new(kind: CaseKind, route: &'static Route, slot: u32) -> Step {
        Step { kind, route, slot }
    }

    /// The same step with the first resource and the simplest choice of its case. The numbers of a
    /// walk name a flow and a move, so that no other is simpler.
    pub fn simplest(self) -> Step {
        if let CaseKind::Walk(_) = self.kind {
            return self;
        }
        let reads = matches!(self.kind, CaseKind::Pages(_));
        let kind = CaseKind::parse(self.kind.words().0, 0, reads).unwrap_or(self.kind);
        Step { kind, slot: 0, ..self }
    }

    /// Reads the steps of a report, with `;` between them. The error names the one that is none.
    pub fn parse_all(profile: &'static ApiProfile, text: &str) -> Result<Vec<Step>, String> {
        let lines = text.split(';').map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| Step::parse(profile, line).ok_or_else(|| no_step(profile, line))).collect()
    }

    /// Reads what [`Step`] displays. It needs the contract to find the operation, so this is no
    /// `FromStr`.
    pub fn parse(profile: &'static ApiProfile, line: &str) -> Option<Step> {
        let mut words = line.split_whitespace();
        let (word, route) = (words.next()?, profile.contract.route(words.next()?)?);
        let (slot, number) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let kind = CaseKind::parse(word, number, (profile.reads)(route))?;
        words.next().is_none().then_some(Step { kind, route, slot })
    }
}

/// That a line is no step, with one that is.
pub fn no_step(profile: &ApiProfile, line: &str) -> String {
    let example = profile.operations().next().map_or("", |route| route.id.as_str());
    format!("`{line}` is no step; one is `valid {example} 0 0`")
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, number) = self.kind.words();
        write!(f, "{word} {} {} {number}", self.route.id, self.slot)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::{
        prelude::{any, proptest},
        sample::select,
    };

    use super::*;
    use crate::{
        core::profile::{families::Families, family::Role},
        profiles::i3d_v3::PROFILE,
    };

    const WORDS: [&str; 18] = [
        "valid",
        "retry",
        "duplicate",
        "violation",
        "rough",
        "unknown",
        "wrong-parent",
        "nobody",
        "stranger",
        "excluded",
        "other",
        "method",
        "path",
        "pages",
        "together",
        "encoded",
        "walk",
        "wait",
    ];

    #[test]
    fn steps_are_read_as_a_report_tells_them() {
        let steps =
            Step::parse_all(&PROFILE, "valid createSshKey 0 1; valid deleteSshKey 0 0").unwrap();
        let told: Vec<String> = steps.iter().map(Step::to_string).collect();
        assert_eq!(told, ["valid createSshKey 0 1", "valid deleteSshKey 0 0"]);
        let error = Step::parse_all(&PROFILE, "valid createSshKey 0 1; again").unwrap_err();
        assert!(error.starts_with("`again` is no step"), "{error}");
    }

    #[test]
    fn a_step_is_a_line_of_text() {
        for word in WORDS {
            let line = format!("{word} deleteSshKey 2 5");
            assert_eq!(Step::parse(&PROFILE, &line).unwrap().to_string(), line);
        }
        for bad in
            ["", "valid", "valid nothing 0 0", "odd getSshKeys 0 0", "valid getSshKeys 0 0 0"]
        {
            assert_eq!(Step::parse(&PROFILE, bad), None, "{bad}");
        }
    }

    proptest! {
        /// Of malformed bodies and spellings there are only a few: larger numbers begin anew.
        #[test]
        fn every_step_is_read_again_as_it_was_written(
            word in select(&WORDS[..]),
            route in select(openapi::i3d_v3().routes.iter().collect::<Vec<_>>()),
            slot in any::<u32>(),
            number in any::<u32>(),
        ) {
            let line = format!("{word} {} {slot} {number}", route.id);
            let step = Step::parse(&PROFILE, &line).unwrap();
            let written = step.to_string();
            assert_eq!(Step::parse(&PROFILE, &written), Some(step));
            if !["rough", "path"].contains(&word) {
                assert_eq!(written, line);
            }
        }
    }

    /// The text of a step tells pages from changes between pages by what the operation does.
    #[test]
    fn lists_only_read_and_changes_do_not() {
        let families = Families(&PROFILE);
        for (role, operation) in families.all().flat_map(|family| family.operations()) {
            let Some(route) = families.route(operation) else { continue };
            let reads = matches!(role, Role::List | Role::View(_));
            let changes = matches!(role, Role::Create | Role::Delete);
            if reads || changes {
                assert_eq!((PROFILE.reads)(route), reads, "{operation}");
            }
        }
    }
}
