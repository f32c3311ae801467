//! The sequences of an operation that belongs to no family.

use std::collections::VecDeque;

use openapi::Route;

use super::{
    script::{METHODS, VIOLATIONS, encoded},
    sequence::Sequence,
};
use crate::{
    core::{profile::ApiProfile, request::Request},
    explore::{
        play::invalid_request_count,
        step::{BodyChoice, CaseKind, Spelling, Step},
    },
};

/// The sequences of an operation.
pub fn operation_sequences(profile: &ApiProfile, route: &'static Route) -> VecDeque<Sequence> {
    let sequence = |title, steps| Sequence { group: route.tag.clone(), title, steps };
    let step = |kind| Step::new(kind, route, 0);
    let example = BodyChoice::EXAMPLE;
    let first = [CaseKind::Valid(example), CaseKind::Nobody(example)];
    let mut second = vec![
        CaseKind::Stranger(example),
        CaseKind::Excluded(example),
        CaseKind::Other(example),
        CaseKind::Invalid(0),
    ];
    second.extend((0..METHODS).map(CaseKind::Method));
    let mut sequences: VecDeque<Sequence> = [
        sequence("an operation by itself", first.map(step).to_vec()),
        sequence("who may, and how", second.into_iter().map(step).collect()),
    ]
    .into();
    let count = Request::example(profile, route)
        .map_or(0, |example| invalid_request_count(profile, &example));
    let violations: Vec<Step> =
        (1..count).map(|index| step(CaseKind::Invalid(index as u32))).collect();
    for steps in violations.chunks(VIOLATIONS) {
        sequences.push_back(sequence("requests with one thing wrong", steps.to_vec()));
    }
    for steps in encoded(profile, route).chunks(VIOLATIONS) {
        sequences.push_back(sequence("other encodings", steps.to_vec()));
    }
    let spellings = Spelling::ALL.map(|it| step(CaseKind::Path(it)));
    sequences.push_back(sequence("other spellings of the path", spellings.to_vec()));
    // What can be done once only is done in a fresh world for each notation.
    let notations = if route.body.is_some() { 1..4 } else { 1..2 };
    for number in notations {
        let steps = vec![step(CaseKind::Valid(BodyChoice::of(number)))];
        sequences.push_back(sequence("other notations", steps));
    }
    sequences
}
