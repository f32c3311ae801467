//! The examples of the contract as scenarios: one for each operation that only reads.

use std::collections::BTreeMap;

use jiff::Timestamp;
use openapi::{Location, Route};
use serde_json::Value;

use crate::{
    core::{
        profile::{ApiProfile, families::Families, family::Family},
        request::{Content, Request},
    },
    fixture::{
        Capture, Fixture, Provenance, Requirement, Source, Step, StepRequest, VERSION, World,
    },
};

/// A scenario for each operation that only reads, with the example of the contract: for servers
/// with the demo world.
pub fn examples(profile: &'static ApiProfile) -> Vec<Fixture> {
    let scenario = |route| {
        let step = step(route, &Request::example(profile, route).ok()?);
        let of_demo = !step.request.path.is_empty() || !profile.ids_in_body(route).is_empty();
        Some(scenario(route, vec![step], of_demo))
    };
    reading(profile).filter_map(scenario).collect()
}

/// The same for servers whose data nobody knows: whatever a path names is taken from a list that
/// was read just before. What no answer shows is taken from the demo world.
pub fn reads(profile: &'static ApiProfile) -> Vec<Fixture> {
    let scenario = |route| {
        let mut way = ReadSteps { profile, steps: Vec::new(), of_demo: false };
        way.lead_to(route)?;
        Some(scenario(route, way.steps, way.of_demo))
    };
    reading(profile).filter_map(scenario).collect()
}

fn reading(profile: &'static ApiProfile) -> impl Iterator<Item = &'static Route> {
    profile.operations().filter(|route| (profile.reads)(route))
}

/// The steps that lead to a read.
struct ReadSteps {
    profile: &'static ApiProfile,
    steps: Vec<Step>,
    /// Whether a path names what only the demo world has.
    of_demo: bool,
}

impl ReadSteps {
    /// Adds the step of an operation, behind those whose answers show what its path names. `None`
    /// without an example.
    fn lead_to(&mut self, route: &'static Route) -> Option<()> {
        let example = Request::example(self.profile, route).ok()?;
        let mut step = step(route, &example.without_optional_parameters().unwrap_or(example));
        let ids = self.profile.ids_in_body(route);
        let body = step.request.body.as_mut().and_then(Value::as_object_mut);
        let in_body = body.into_iter().flatten().filter(|(name, _)| ids.contains(&name.as_str()));
        for (name, value) in step.request.path.iter_mut().chain(in_body) {
            match source(self.profile, route, name) {
                Some((list, place)) => {
                    let shown = Capture::Body(place);
                    self.step_of(list)?.capture.insert(name.clone(), shown);
                    *value = format!("{{{{{name}}}}}").into();
                }
                None => self.of_demo = true,
            }
        }
        self.steps.push(step);
        Some(())
    }

    fn step_of(&mut self, route: &'static Route) -> Option<&mut Step> {
        let known = self.steps.iter().position(|step| step.operation.as_deref() == Some(&route.id));
        match known {
            Some(index) => self.steps.get_mut(index),
            None => {
                self.lead_to(route)?;
                self.steps.last_mut()
            }
        }
    }
}

/// Which answer shows what a parameter stands for, and where. Families may use one name for
/// different things: the list whose path is most like that of the operation is meant.
fn source(
    profile: &'static ApiProfile,
    route: &Route,
    parameter: &str,
) -> Option<(&'static Route, String)> {
    let families = Families(profile).all().filter(|family| family.parameter == parameter);
    let place = |family: &Family| {
        let list = profile.contract.route(family.list);
        format!("{}/0/{}", list.map_or("", |list| (profile.payload)(list)), family.key)
    };
    let of_families = families.map(|family| (family.list, place(family)));
    let others = profile.shown.iter().filter(|(name, ..)| *name == parameter);
    let others = others.map(|(_, operation, place)| (*operation, (*place).to_owned()));
    let sources = of_families
        .chain(others)
        .filter_map(|(list, place)| Some((profile.contract.route(list)?, place)));
    sources.max_by_key(|(list, _)| in_common(&list.path, &route.path))
}

/// How many parts two paths have in common.
fn in_common(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

fn step(route: &Route, example: &Request) -> Step {
    let (mut path, mut query) = (BTreeMap::new(), BTreeMap::<String, Value>::new());
    let mut headers = BTreeMap::new();
    for (name, text) in &example.parameters {
        if route.parameter(Location::Path, name).is_some() {
            path.insert(name.clone(), Value::from(text.as_str()));
        } else if route.parameter(Location::Header, name).is_some() {
            headers.insert(name.clone(), text.clone());
        } else {
            let values = query.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
            values.as_array_mut().into_iter().for_each(|values| values.push(text.as_str().into()));
        }
    }
    let body = match &example.content {
        Content::Json(body) => Some(body.clone()),
        _ => None,
    };
    let request = StepRequest { path, query, headers, body, ..StepRequest::default() };
    Step { operation: Some(route.id.clone()), request, ..Step::default() }
}

fn scenario(route: &Route, steps: Vec<Step>, of_demo: bool) -> Fixture {
    let requires = if of_demo { vec![Requirement::World(World::Demo)] } else { Vec::new() };
    let provenance = Provenance {
        source: Source::Documented,
        base: "the contract".to_owned(),
        recorded_at: Timestamp::UNIX_EPOCH,
        last_validated_at: Timestamp::UNIX_EPOCH,
        valid_for: None,
        recorder: String::new(),
        note: None,
    };
    Fixture {
        fixture: VERSION,
        id: format!("examples/{}", route.id),
        title: route.summary.clone(),
        provenance,
        requires,
        steps,
        known_differences: Vec::new(),
        redactions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    /// The operations of a scenario in their order.
    fn way_to(operation: &str) -> Vec<String> {
        let found =
            reads(&PROFILE).into_iter().find(|it| it.id.ends_with(&format!("/{operation}")));
        let steps = found.unwrap_or_else(|| panic!("{operation} is read")).steps;
        steps.into_iter().filter_map(|step| step.operation).collect()
    }

    #[test]
    fn a_path_names_what_the_list_before_it_shows() {
        assert_eq!(way_to("getSshKeys"), ["getSshKeys"]);
        assert_eq!(way_to("getSshKey"), ["getSshKeys", "getSshKey"]);
        assert_eq!(way_to("getFlexMetalServer"), ["getFlexMetalServers", "getFlexMetalServer"]);
        let pdu = ["getColocations", "getColocationPdus", "getTelemetryColocationPdu"];
        assert_eq!(way_to("getTelemetryColocationPdu"), pdu);
    }

    #[test]
    fn almost_nothing_is_taken_from_the_demo_world() {
        let of_demo =
            reads(&PROFILE).into_iter().filter(|it| !it.requires.is_empty()).map(|it| it.id);
        let expected = ["examples/getAccountApiLog", "examples/getTicketAttachment"];
        assert_eq!(of_demo.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_the_profile_calls_shown_is_in_the_contract() {
        for (parameter, operation, place) in PROFILE.shown {
            let route =
                PROFILE.contract.route(operation).unwrap_or_else(|| panic!("no {operation}"));
            let response = route.response(route.success).expect("an answer");
            let place = place.replace("/0", "/*");
            assert!(response.properties().contains(&place), "{operation} has {place}");
            let named = |route: &Route| route.parameter(Location::Path, parameter).is_some();
            assert!(PROFILE.contract.routes.iter().any(named), "a path has {parameter}");
        }
    }
}
