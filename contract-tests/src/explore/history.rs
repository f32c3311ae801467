//! Linearizability: whether concurrent events can have happened one after the other.

use super::model::difference;
use crate::core::profile::family::Members;

/// What a client did with a resource, and its result.
#[derive(Debug, Clone)]
pub enum Event {
    /// It was changed: these members were sent.
    Changed(Members),
    /// It was seen like this.
    Seen(Members),
    /// It was removed.
    Removed,
    /// It was not there.
    Missed,
    /// A change was refused because of a concurrent one.
    Refused,
}

/// The state of a resource; `None` where it does not exist.
pub type State = Option<Members>;

/// Every state that may follow from `before` by all `events`, in any order that explains each of
/// them.
///
/// This is the search of Wing and Gong for one round, in which all events overlap.
pub fn outcomes(before: &State, events: &[Event], skip: &[&[&str]]) -> Vec<State> {
    if events.is_empty() {
        return vec![before.clone()];
    }
    let mut found: Vec<State> = Vec::new();
    for index in 0..events.len() {
        let Some(after) = next(before, &events[index], skip) else { continue };
        let mut rest = events.to_vec();
        rest.remove(index);
        for state in outcomes(&after, &rest, skip) {
            if !found.contains(&state) {
                found.push(state);
            }
        }
    }
    found
}

/// The state after one event; `None` where it cannot have happened in this state.
fn next(before: &State, event: &Event, skip: &[&[&str]]) -> Option<State> {
    match (before, event) {
        (Some(members), Event::Changed(sent)) => {
            let mut after = members.clone();
            after.extend(sent.clone());
            Some(Some(after))
        }
        (Some(members), Event::Seen(seen)) => {
            difference(members, seen, skip).is_none().then(|| before.clone())
        }
        (Some(_), Event::Removed) => Some(None),
        (None, Event::Missed) => Some(None),
        (Some(_), Event::Refused) => Some(before.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: serde_json::Value) -> Members {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_read_beside_a_change_sees_before_or_after_and_nothing_between() {
        let before = Some(members(json!({ "a": 1, "b": 1 })));
        let change = Event::Changed(members(json!({ "a": 2, "b": 2 })));
        let seen = |a, b| Event::Seen(members(json!({ "a": a, "b": b })));
        assert_eq!(outcomes(&before, &[change.clone(), seen(1, 1)], &[]).len(), 1);
        assert_eq!(outcomes(&before, &[change.clone(), seen(2, 2), seen(1, 1)], &[]).len(), 1);
        assert!(outcomes(&before, &[change.clone(), seen(1, 2)], &[]).is_empty());
        assert!(outcomes(&before, &[change, seen(3, 3)], &[]).is_empty());
    }

    #[test]
    fn of_two_changes_either_may_be_the_last() {
        let before = Some(members(json!({ "a": 0 })));
        let change = |a| Event::Changed(members(json!({ "a": a })));
        assert_eq!(outcomes(&before, &[change(1), change(2)], &[]).len(), 2);
    }

    #[test]
    fn a_refused_change_leaves_what_the_other_made() {
        let before = Some(members(json!({ "a": 0 })));
        let after = Some(members(json!({ "a": 1 })));
        let changed = Event::Changed(members(json!({ "a": 1 })));
        assert_eq!(outcomes(&before, &[changed, Event::Refused], &[]), [after]);
    }

    #[test]
    fn something_is_removed_once() {
        let before = Some(members(json!({ "a": 0 })));
        let one = [Event::Removed, Event::Missed, Event::Seen(members(json!({ "a": 0 })))];
        assert_eq!(outcomes(&before, &one, &[]), [None]);
        assert!(outcomes(&before, &[Event::Removed, Event::Removed], &[]).is_empty());
        assert!(outcomes(&before, &[Event::Missed], &[]).is_empty());
    }
}
