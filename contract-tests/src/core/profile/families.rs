//! Finds the families of a profile by name and by operation.

use openapi::Route;

use super::{
    ApiProfile,
    family::{Family, Role},
};

/// The families of a profile.
#[derive(Clone, Copy)]
pub struct Families(pub &'static ApiProfile);

impl Families {
    /// All of them.
    pub fn all(self) -> impl Iterator<Item = &'static Family> {
        self.0.families.iter().copied().flatten()
    }

    /// The family of this name.
    pub fn named(self, name: &str) -> Option<&'static Family> {
        self.all().find(|family| family.name == name)
    }

    /// The family of an operation, and what it does there.
    pub fn of(self, operation: &str) -> Option<(&'static Family, Role)> {
        self.all().find_map(|family| Some((family, family.role(operation)?)))
    }

    /// The operation of this id; `None` for an empty one.
    pub fn route(self, operation: &str) -> Option<&'static Route> {
        self.0.contract.route(operation)
    }
}
