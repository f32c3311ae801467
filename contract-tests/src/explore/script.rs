//! Steps in the making, and the chapters of operations that belong to no resource.

use std::collections::VecDeque;

use openapi::Route;

use super::{
    family::Role,
    play::{SPELLINGS, violation_count},
    schedule::{Chapter, METHODS, VIOLATIONS},
    step::{Manner, Step},
};
use crate::Request;

/// Steps in the making.
pub struct Script {
    /// The operations of a family.
    pub deeds: Vec<(Role, &'static Route)>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Script {
    /// Adds a step of the operation with this role, where there is one.
    pub fn with(&mut self, role: Role, manner: Manner, slot: u32, draw: u32) {
        let route = self.deeds.iter().find(|(other, _)| *other == role).map(|(_, route)| *route);
        self.steps.extend(route.map(|route| Step::new(manner, route, slot, draw)));
    }

    pub fn with_actions(&mut self, manner: Manner, slot: u32, draw: u32) {
        let actions = self.deeds.iter().filter(|(role, _)| matches!(role, Role::Action(_)));
        self.steps.extend(actions.map(|(_, route)| Step::new(manner, route, slot, draw)));
    }

    pub fn with_views(&mut self, manner: Manner) {
        self.with_views_draw(manner, 0);
    }

    pub fn with_views_draw(&mut self, manner: Manner, draw: u32) {
        let views = self.deeds.iter().filter(|(role, _)| matches!(role, Role::View(_)));
        self.steps.extend(views.map(|(_, route)| Step::new(manner, route, 0, draw)));
    }

    pub fn with_all(&mut self, manner: Manner, draw: u32) {
        self.steps.extend(self.deeds.iter().map(|(_, route)| Step::new(manner, route, 0, draw)));
    }
}

/// The chapters of an operation that is none of a resource.
pub fn single(route: &'static Route) -> VecDeque<Chapter> {
    let chapter = |title, steps| Chapter { group: route.tag.clone(), title, steps };
    let step = |manner, draw| Step::new(manner, route, 0, draw);
    let first = vec![step(Manner::Valid, 0), step(Manner::Nobody, 0)];
    let mut second = vec![
        step(Manner::Stranger, 0),
        step(Manner::Excluded, 0),
        step(Manner::Other, 0),
        step(Manner::Violation, 0),
    ];
    second.extend((0..METHODS).map(|draw| step(Manner::Method, draw)));
    let count = Request::example(route).map_or(0, |example| violation_count(&example));
    let violations: Vec<Step> =
        (1..count).map(|draw| step(Manner::Violation, draw as u32)).collect();
    let spellings = (0..SPELLINGS).map(|draw| step(Manner::Path, draw)).collect();
    let mut chapters: VecDeque<Chapter> =
        [chapter("an operation by itself", first), chapter("who may, and how", second)].into();
    chapters.extend(
        violations
            .chunks(VIOLATIONS)
            .map(|steps| chapter("requests with one thing wrong", steps.to_vec())),
    );
    chapters.push_back(chapter("other spellings of the path", spellings));
    // What can be done once is done in a world of its own.
    let notations = if route.body.is_some() { 1..4 } else { 1..2 };
    chapters
        .extend(notations.map(|draw| chapter("other notations", vec![step(Manner::Valid, draw)])));
    chapters
}
