//! Labels of servers: keys with values that a customer sets, beside those that the platform keeps.

use std::collections::HashSet;

use openapi::Violation;
use serde::{Deserialize, Serialize};

use crate::engine::{Problem, Result};

/// How many labels a server may carry.
const LABELS_MAX: usize = 100;
/// How long a key may be.
const KEY_LENGTH_MAX: usize = 50;

/// Labels that the platform keeps for every server, and the columns that hold them.
const PREDEFINED: [(&str, &str); 5] = [
    ("host_id", "id"),
    ("fleet_id", "fleet_id"),
    ("dc_location_id", "dc_location_id"),
    ("region_id", "dc_location_id"),
    ("region_name", "region_name"),
];

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Label {
    key: String,
    value: String,
}

/// A label to set, or to delete where the value is `null`.
#[derive(Debug, Deserialize)]
pub(super) struct LabelChange {
    key: String,
    value: Option<String>,
}

/// The labels after the changes; what the changes do not name stays.
pub(super) fn merged(mut labels: Vec<Label>, changes: Vec<LabelChange>) -> Result<Vec<Label>> {
    Problem::refuse(errors(&changes))?;
    for LabelChange { key, value } in changes {
        let position = labels.iter().position(|it| it.key == key);
        match (position, value) {
            (Some(position), Some(value)) => labels[position].value = value,
            (Some(position), None) => drop(labels.remove(position)),
            (None, Some(value)) => labels.push(Label { key, value }),
            (None, None) => {}
        }
    }
    if labels.len() > LABELS_MAX {
        return Err(Problem::invalid(
            "labels",
            format!("a server carries {LABELS_MAX} labels at most"),
        ));
    }
    Ok(labels)
}

fn errors(changes: &[LabelChange]) -> Vec<Violation> {
    let mut seen = HashSet::new();
    let mut errors = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let property = format!("labels[{index}].key");
        if column(&change.key).is_some() {
            errors.push(Violation::new(&property, "is a label that the platform keeps"));
        } else if !seen.insert(&change.key) {
            errors.push(Violation::new(&property, "is given more than once"));
        }
    }
    errors
}

/// The column that holds a label of the platform.
pub(super) fn column(key: &str) -> Option<&'static str> {
    PREDEFINED.iter().find(|(predefined, _)| *predefined == key).map(|(_, column)| *column)
}

/// Whether a label may have this key, given that it is a word.
pub(super) fn is_key(word: &str) -> bool {
    word.len() <= KEY_LENGTH_MAX && !word.contains(|it: char| it.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(key: &str, value: &str) -> Label {
        Label { key: key.into(), value: value.into() }
    }

    fn change(key: &str, value: Option<&str>) -> LabelChange {
        LabelChange { key: key.into(), value: value.map(Into::into) }
    }

    #[test]
    fn a_change_sets_adds_and_deletes_and_keeps_the_rest() {
        let before = vec![label("a", "1"), label("b", "2"), label("c", "3")];
        let changes = vec![
            change("b", Some("two")),
            change("d", Some("4")),
            change("a", None),
            change("x", None),
        ];
        assert_eq!(
            merged(before, changes).unwrap(),
            [label("b", "two"), label("c", "3"), label("d", "4")]
        );
    }

    #[test]
    fn every_refused_key_is_named() {
        let changes =
            vec![change("a", None), change("fleet_id", Some("1")), change("a", Some("1"))];
        let refused = merged(Vec::new(), changes).unwrap_err();
        let properties: Vec<&str> = refused.errors.iter().map(|it| it.property.as_str()).collect();
        assert_eq!(properties, ["labels[1].key", "labels[2].key"]);
    }

    #[test]
    fn a_server_cannot_collect_labels_without_end() {
        let many = |count| (0..count).map(|it| change(&format!("k{it}"), Some("v"))).collect();
        assert_eq!(merged(Vec::new(), many(LABELS_MAX)).unwrap().len(), LABELS_MAX);
        assert!(merged(Vec::new(), many(LABELS_MAX + 1)).is_err());
    }
}
