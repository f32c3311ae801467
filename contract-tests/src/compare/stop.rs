//! Where the sides of a comparison stop before the end of a scenario, and whether that is a
//! difference.

use std::mem::discriminant;

use crate::{
    core::run::Outcome,
    fixture::{CleanupError, Fixture, PlayError, Step, UnknownName},
    record::RecordError,
};

/// How a scenario ended that could not be compared to its end, and why.
pub type Ended = (Outcome, String);

/// Why each side stopped, where it did.
#[derive(Clone, Copy)]
pub struct Ends<'a> {
    /// The emulator.
    pub mock: Option<&'a RecordError>,
    /// What it is held to.
    pub truth: Option<&'a RecordError>,
}

impl<'a> Ends<'a> {
    /// Why the scenario cannot be compared further. Of two in one step it is the one that says
    /// nothing of the servers.
    pub fn first(self) -> Option<&'a RecordError> {
        let both = [self.mock, self.truth].into_iter().flatten();
        both.min_by_key(|error| (stopped_at(error), is_effect(error)))
    }

    /// What is different in how the sides stop, where that is.
    pub fn difference(self) -> Option<String> {
        let first = self.first().filter(|first| is_effect(first))?;
        if self.mock.zip(self.truth).is_some_and(|(mock, truth)| are_alike(mock, truth)) {
            return None;
        }
        let told = |side: Option<&RecordError>| {
            let here = side.filter(|error| stopped_at(error) == stopped_at(first));
            here.map_or_else(|| "goes on".to_owned(), |error| format!("stops ({})", reason(error)))
        };
        Some(format!(
            "is the end of the scenario: the emulator {}, the truth {}",
            told(self.mock),
            told(self.truth)
        ))
    }
}

/// The step in which a side stopped, from 0; what is to be undone is undone after all of them.
pub fn stopped_at(error: &RecordError) -> usize {
    match error {
        RecordError::Step(step, _) | RecordError::NotEmulated(step, _) => *step,
        RecordError::NotRecorded(..) => 0,
        RecordError::Cleanup(_) => usize::MAX,
    }
}

/// The operation of a stop, and the number of its step.
pub fn place<'a>(error: &'a RecordError, scenario: &'a Fixture) -> (&'a str, usize) {
    let step = stopped_at(error).min(scenario.steps.len().saturating_sub(1));
    let operation = match error {
        RecordError::Cleanup(failure) => Some(failure.operation()),
        // Mail and pages are those of the operation before.
        _ => scenario.steps.iter().take(step + 1).rev().find_map(operation),
    };
    (operation.unwrap_or(&scenario.id), step)
}

fn operation(step: &Step) -> Option<&str> {
    step.operation.as_deref()
}

/// What of the effect of earlier steps is missing.
pub fn effect(error: &RecordError) -> &'static str {
    match error {
        RecordError::Step(_, PlayError::NoMail(_) | PlayError::Mail { .. }) => "/mail",
        RecordError::Step(_, PlayError::Visit(..)) => "/page",
        RecordError::Cleanup(_) => "/cleanup",
        _ => "/request",
    }
}

/// Whether an earlier answer did not show what a request needs.
pub fn needs_data(error: &RecordError) -> bool {
    matches!(error, RecordError::Step(_, PlayError::UnknownName(_)))
}

/// Whether the error shows what earlier steps did on the server. No answer, and a requirement that
/// cannot be met, show nothing.
fn is_effect(error: &RecordError) -> bool {
    match error {
        RecordError::Step(_, error) => {
            !matches!(error, PlayError::Unreachable(_) | PlayError::State(_))
        }
        RecordError::Cleanup(failure) => {
            !matches!(failure, CleanupError::NotCalled(_, PlayError::Unreachable(_)))
        }
        RecordError::NotEmulated(..) | RecordError::NotRecorded(..) => false,
    }
}

/// Whether two sides stop in the same step for the same kind of reason; what it names may be
/// another on each.
fn are_alike(one: &RecordError, other: &RecordError) -> bool {
    let are_of_a_kind = match (one, other) {
        (RecordError::Step(_, one), RecordError::Step(_, other)) => {
            discriminant(one) == discriminant(other)
        }
        (RecordError::Cleanup(one), RecordError::Cleanup(other)) => {
            one.operation() == other.operation()
        }
        _ => false,
    };
    are_of_a_kind && stopped_at(one) == stopped_at(other)
}

/// How a scenario ends that a side stopped.
pub fn ended(error: &RecordError) -> Ended {
    let cause = match error {
        RecordError::Step(_, cause) | RecordError::Cleanup(CleanupError::NotCalled(_, cause)) => {
            Some(cause)
        }
        _ => None,
    };
    (cause.map_or(Outcome::Skipped, PlayError::outcome), reason(error))
}

fn reason(error: &RecordError) -> String {
    match error {
        RecordError::Step(_, PlayError::UnknownName(UnknownName(name))) => {
            format!("no answer has shown what `{name}` stands for; the list may be empty")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::transport::Unreachable;

    fn stop(step: usize, error: PlayError) -> RecordError {
        RecordError::Step(step, error)
    }

    fn visit(step: usize, status: u16) -> RecordError {
        stop(step, PlayError::Visit("/pay".to_owned(), status))
    }

    fn silence(step: usize) -> RecordError {
        stop(step, Unreachable::Silent("timeout".to_owned()).into())
    }

    #[test]
    fn one_side_that_goes_on_where_the_other_cannot_is_a_difference() {
        let kept = || {
            RecordError::Cleanup(CleanupError::Refused("deleteSshKey".to_owned(), 500, vec![204]))
        };
        let unknown = stop(1, UnknownName("key".to_owned()).into());
        let world = stop(1, PlayError::State("another world".to_owned()));
        let missing = RecordError::NotEmulated(1, "getPhones".to_owned());
        let (skipped, unchecked) = (Outcome::Skipped, Outcome::Unchecked);
        for (mock, truth, differs, outcome) in [
            (Some(visit(1, 500)), None, true, skipped),
            (None, Some(visit(1, 500)), true, skipped),
            (Some(visit(1, 500)), Some(visit(1, 404)), false, skipped),
            (Some(visit(1, 500)), Some(visit(2, 500)), true, skipped),
            (Some(visit(1, 500)), Some(unknown), true, skipped),
            (Some(kept()), Some(kept()), false, skipped),
            (Some(kept()), None, true, skipped),
            (Some(silence(1)), None, false, unchecked),
            (Some(visit(1, 500)), Some(silence(1)), false, unchecked),
            (Some(visit(1, 500)), Some(silence(2)), true, skipped),
            (Some(world), None, false, skipped),
            (Some(missing), Some(visit(1, 500)), false, skipped),
        ] {
            let ends = Ends { mock: mock.as_ref(), truth: truth.as_ref() };
            let told = format!("{mock:?} and {truth:?}");
            assert_eq!(ends.difference().is_some(), differs, "{told}");
            assert_eq!(ends.first().map(|first| ended(first).0), Some(outcome), "{told}");
        }
        let ends = Ends { mock: Some(&visit(1, 500)), truth: None };
        let expected = "is the end of the scenario: the emulator stops (step 2: the page /pay \
            answers 500), the truth goes on";
        assert_eq!(ends.difference().as_deref(), Some(expected));
        assert!(Ends { mock: None, truth: None }.first().is_none());
    }
}
