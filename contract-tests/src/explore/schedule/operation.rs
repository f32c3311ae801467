//! The sequences of an operation that belongs to no family.

use std::collections::VecDeque;

use openapi::Route;

use super::{
    script::{METHODS, VIOLATIONS},
    sequence::Sequence,
};
use crate::{
    Request,
    explore::{
        play::{SPELLINGS, violation_count},
        step::{CaseKind, Step},
    },
};

/// The sequences of an operation.
pub fn operation_sequences(route: &'static Route) -> VecDeque<Sequence> {
    let sequence = |title, steps| Sequence { group: route.tag.clone(), title, steps };
    let step = |kind, draw| Step::new(kind, route, 0, draw);
    let first = vec![step(CaseKind::Valid, 0), step(CaseKind::Nobody, 0)];
    let mut second = vec![
        step(CaseKind::Stranger, 0),
        step(CaseKind::Excluded, 0),
        step(CaseKind::Other, 0),
        step(CaseKind::Violation, 0),
    ];
    second.extend((0..METHODS).map(|draw| step(CaseKind::Method, draw)));
    let count = Request::example(route).map_or(0, |example| violation_count(&example));
    let violations: Vec<Step> =
        (1..count).map(|draw| step(CaseKind::Violation, draw as u32)).collect();
    let spellings = (0..SPELLINGS).map(|draw| step(CaseKind::Path, draw)).collect();
    let mut sequences: VecDeque<Sequence> =
        [sequence("an operation by itself", first), sequence("who may, and how", second)].into();
    sequences.extend(
        violations
            .chunks(VIOLATIONS)
            .map(|steps| sequence("requests with one thing wrong", steps.to_vec())),
    );
    sequences.push_back(sequence("other spellings of the path", spellings));
    // What can be done once is done in a world of its own.
    let notations = if route.body.is_some() { 1..4 } else { 1..2 };
    sequences.extend(
        notations.map(|draw| sequence("other notations", vec![step(CaseKind::Valid, draw)])),
    );
    sequences
}
