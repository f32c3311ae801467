//! Steps of the operations of a family, put together one by one.

use openapi::Route;

use crate::explore::{
    family::Role,
    step::{CaseKind, Step},
};

/// How many other methods a path can have at most that are tried, with OPTIONS and HEAD.
pub const METHODS: u32 = 6;
/// How many violations are tried in one sequence.
pub const VIOLATIONS: usize = 24;

/// Steps in the making.
pub struct Script {
    /// The operations of a family.
    pub operations: Vec<(Role, &'static Route)>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Script {
    /// Adds a step of the operation with this role, where there is one.
    pub fn with(&mut self, role: Role, kind: CaseKind, slot: u32, draw: u32) {
        let route =
            self.operations.iter().find(|(other, _)| *other == role).map(|(_, route)| *route);
        self.steps.extend(route.map(|route| Step::new(kind, route, slot, draw)));
    }

    pub fn with_actions(&mut self, kind: CaseKind, slot: u32, draw: u32) {
        let actions = self.operations.iter().filter(|(role, _)| matches!(role, Role::Action(_)));
        self.steps.extend(actions.map(|(_, route)| Step::new(kind, route, slot, draw)));
    }

    pub fn with_views(&mut self, kind: CaseKind) {
        self.with_views_draw(kind, 0);
    }

    pub fn with_views_draw(&mut self, kind: CaseKind, draw: u32) {
        let views = self.operations.iter().filter(|(role, _)| matches!(role, Role::View(_)));
        self.steps.extend(views.map(|(_, route)| Step::new(kind, route, 0, draw)));
    }

    pub fn with_all(&mut self, kind: CaseKind, draw: u32) {
        self.steps.extend(self.operations.iter().map(|(_, route)| Step::new(kind, route, 0, draw)));
    }
}
