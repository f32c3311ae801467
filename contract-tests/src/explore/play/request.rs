//! Valid requests about resources of the model.

use openapi::Location;
use serde_json::Value;

use super::{Play, TargetOperation};
use crate::{
    core::{
        profile::{
            family::{Family, Role},
            random::Gen,
        },
        request::{Content, Request},
    },
    explore::{
        body::{Constraints, body},
        model::{Row, plain},
        step::BodyChoice,
    },
};

/// The resource that a request is about.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    /// The key of the resource.
    pub key: Option<String>,
    /// The key of the resource that it is a part of.
    pub parent: Option<String>,
}

impl About {
    /// A request about a resource.
    pub(super) fn row(row: &Row) -> About {
        About { key: Some(row.key.clone()), parent: row.parent.clone() }
    }

    /// A request about the parts of a resource.
    pub(super) fn parent(parent: Option<String>) -> About {
        About { key: None, parent }
    }
}

impl Play<'_> {
    /// A valid request; `None` where a required id is missing.
    pub(super) fn request(
        &self,
        operation: TargetOperation,
        about: &About,
        choice: BodyChoice,
    ) -> Option<Request> {
        let (route, mut parameters) = (operation.route, Vec::new());
        for parameter in route.parameters.iter().filter(|it| it.location != Location::Header) {
            let name = &parameter.name;
            let value = match self.named(operation.family, name, about) {
                Some(key) => Some(key),
                None if parameter.location == Location::Path || parameter.required => {
                    Some(plain(parameter.example.as_ref()?))
                }
                None if operation.role == Role::Create => self.made(operation, name, choice),
                None => None,
            };
            parameters.extend(value.map(|value| (name.clone(), value)));
        }
        let in_body = self.named_in_body(operation, about)?;
        let content = match &route.body {
            None => Content::Nothing,
            Some(expected) if expected.is_json() => Content::Json(self.body(operation, choice)),
            Some(_) => self.example_of(route)?.content,
        };
        let request = Request { parameters, content, ..Request::of(route) };
        let request = in_body.iter().fold(request, |it, (name, key)| it.with(name, key.clone()));
        self.written(request)
    }

    /// A value of a parameter that makes the new resource what it is, as the family has it.
    fn made(&self, operation: TargetOperation, name: &str, choice: BodyChoice) -> Option<String> {
        let (_, make) = operation.family.values.iter().find(|(known, _)| *known == name)?;
        let mut random = Gen::new(self.seed, &operation.route.id, choice.number());
        Some(plain(&make(&mut random)))
    }

    /// What the members of a body name, as parameters of a path do; `None` where a required id is
    /// missing.
    fn named_in_body(
        &self,
        operation: TargetOperation,
        about: &About,
    ) -> Option<Vec<(&'static str, String)>> {
        let route = operation.route;
        let named = |name: &'static str| {
            let example = || plain(route.body.as_ref()?.example.as_ref()?.get(name)?).into();
            let key = self.named(operation.family, name, about).or_else(example)?;
            Some((name, key))
        };
        self.profile().ids_in_body(route).into_iter().map(named).collect()
    }

    /// The key that a parameter of this name holds.
    fn named(&self, family: &Family, parameter: &str, about: &About) -> Option<String> {
        if parameter == family.parameter {
            return about.key.clone();
        }
        let parent = self.families.named(family.parent)?;
        if parameter == parent.parameter { about.parent.clone() } else { None }
    }

    /// A valid body of an operation.
    pub(super) fn body(&self, operation: TargetOperation, choice: BodyChoice) -> Value {
        let Some(expected) = &operation.route.body else { return Value::Null };
        let constraints = match operation.role {
            Role::Action(index) => {
                let action = &operation.family.actions[index];
                Constraints { values: action.values, settle: action.settle }
            }
            _ => Constraints { values: operation.family.values, settle: operation.family.settle },
        };
        let mut random = Gen::new(self.seed, &operation.route.id, choice.number());
        let left_out = self.profile().credentials.members();
        body(expected, &left_out, constraints, choice.fill(), &mut random)
    }

    /// An existing parent for a new resource; `None` where the family has parents and none exists.
    pub(super) fn parent(&mut self, family: &'static Family, slot: u32) -> Option<Option<String>> {
        let Some(parent) = self.families.named(family.parent) else { return Some(None) };
        let grows = parent.grows();
        let collection = self.collection(parent);
        let usable: Vec<&Row> = collection.live().filter(|row| row.ours || !grows).collect();
        (!usable.is_empty()).then(|| Some(usable[slot as usize % usable.len()].key.clone()))
    }

    /// The parents whose lists are known.
    pub(super) fn parents(&mut self, family: &'static Family) -> Vec<Option<String>> {
        if family.parent.is_empty() {
            return vec![None];
        }
        let mut parents: Vec<_> = (0..2).filter_map(|slot| self.parent(family, slot)).collect();
        parents.dedup();
        parents
    }
}

/// How many rows are asked for to read a whole list.
pub(super) const WHOLE: u32 = 1000;
