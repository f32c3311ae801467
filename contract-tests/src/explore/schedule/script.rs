//! Steps of the operations of a family, put together one by one.

use openapi::Route;

use crate::{
    core::{
        profile::{ApiProfile, family::Role},
        request::{Encoding, Request},
    },
    explore::{
        play::invalid_request_count,
        step::{BodyChoice, CaseKind, Step},
    },
};

/// How many methods are tried on a path at most: those that it lacks, OPTIONS and HEAD.
pub const METHODS: u32 = 6;
/// How many violations are tried in one sequence.
pub const VIOLATIONS: usize = 24;

/// What is tried of an operation in the encodings beside JSON: a valid body in each, and then what
/// is wrong.
pub fn encoded(profile: &ApiProfile, route: &'static Route) -> Vec<Step> {
    let encodings = Encoding::beside_json(route);
    let example = Request::example(profile, route).ok();
    let count = |encoding: &Encoding| {
        let encoded = example.as_ref().and_then(|example| example.encoded(*encoding));
        encoded.map(|example| 1 + invalid_request_count(profile, &example))
    };
    let tries: Vec<usize> = encodings.iter().map(|it| count(it).unwrap_or(0)).collect();
    let most = tries.iter().copied().max().unwrap_or(0);
    let numbers = (0..most * encodings.len())
        .filter(|number| number / encodings.len() < tries[number % encodings.len()]);
    numbers.map(|number| Step::new(CaseKind::Encoded(number as u32), route, 0)).collect()
}

/// A sequence in the making.
pub struct Script {
    /// The operations of the family.
    pub operations: Vec<(Role, &'static Route)>,
    /// The steps so far.
    pub steps: Vec<Step>,
}

impl Script {
    /// Adds a step of the operation with this role, where there is one.
    pub fn with(&mut self, role: Role, kind: CaseKind) {
        self.with_slot(role, kind, 0);
    }

    /// The same, with another resource than the first.
    pub fn with_slot(&mut self, role: Role, kind: CaseKind, slot: u32) {
        let operation = self.operations.iter().find(|(other, _)| *other == role);
        self.steps.extend(operation.map(|(_, route)| Step::new(kind, route, slot)));
    }

    /// Adds a valid request of the operation with this role, where there is one.
    pub fn with_valid(&mut self, role: Role, body: BodyChoice) {
        self.with(role, CaseKind::Valid(body));
    }

    /// Adds a valid request of every action.
    pub fn with_actions(&mut self, body: BodyChoice) {
        let actions = self.operations.iter().filter(|(role, _)| matches!(role, Role::Action(_)));
        let step = |(_, route): &(Role, &'static Route)| Step::new(CaseKind::Valid(body), route, 0);
        self.steps.extend(actions.map(step));
    }

    /// Adds a step of every view.
    pub fn with_views(&mut self, kind: CaseKind) {
        let views = self.operations.iter().filter(|(role, _)| matches!(role, Role::View(_)));
        self.steps.extend(views.map(|(_, route)| Step::new(kind, route, 0)));
    }

    /// Adds a step of every operation.
    pub fn with_all(&mut self, kind: CaseKind) {
        self.steps.extend(self.operations.iter().map(|(_, route)| Step::new(kind, route, 0)));
    }
}
