//! Steps in the making, and the chapters of operations that belong to no resource.

use std::collections::VecDeque;

use openapi::Route;

use super::{
    play::{SPELLINGS, violation_count},
    schedule::{METHODS, Sequence, VIOLATIONS},
    step::{CaseKind, Step},
};
use crate::core::{profile::family::Role, request::Request};

/// Steps in the making.
pub struct Script {
    /// The operations of a family.
    pub deeds: Vec<(Role, &'static Route)>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Script {
    /// Adds a step of the operation with this role, where there is one.
    pub fn with(&mut self, role: Role, manner: CaseKind, slot: u32, draw: u32) {
        let route = self.deeds.iter().find(|(other, _)| *other == role).map(|(_, route)| *route);
        self.steps.extend(route.map(|route| Step::new(manner, route, slot, draw)));
    }

    pub fn with_actions(&mut self, manner: CaseKind, slot: u32, draw: u32) {
        let actions = self.deeds.iter().filter(|(role, _)| matches!(role, Role::Action(_)));
        self.steps.extend(actions.map(|(_, route)| Step::new(manner, route, slot, draw)));
    }

    pub fn with_views(&mut self, manner: CaseKind) {
        self.with_views_draw(manner, 0);
    }

    pub fn with_views_draw(&mut self, manner: CaseKind, draw: u32) {
        let views = self.deeds.iter().filter(|(role, _)| matches!(role, Role::View(_)));
        self.steps.extend(views.map(|(_, route)| Step::new(manner, route, 0, draw)));
    }

    pub fn with_all(&mut self, manner: CaseKind, draw: u32) {
        self.steps.extend(self.deeds.iter().map(|(_, route)| Step::new(manner, route, 0, draw)));
    }
}

/// The chapters of an operation that is none of a resource.
pub fn single(route: &'static Route) -> VecDeque<Sequence> {
    let chapter = |title, steps| Sequence { group: route.tag.clone(), title, steps };
    let step = |manner, draw| Step::new(manner, route, 0, draw);
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
    let mut chapters: VecDeque<Sequence> =
        [chapter("an operation by itself", first), chapter("who may, and how", second)].into();
    chapters.extend(
        violations
            .chunks(VIOLATIONS)
            .map(|steps| chapter("requests with one thing wrong", steps.to_vec())),
    );
    chapters.push_back(chapter("other spellings of the path", spellings));
    // What can be done once is done in a world of its own.
    let notations = if route.body.is_some() { 1..4 } else { 1..2 };
    chapters.extend(
        notations.map(|draw| chapter("other notations", vec![step(CaseKind::Valid, draw)])),
    );
    chapters
}
