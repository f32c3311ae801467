//! The examples of the contract as scenarios: one read each.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use openapi::{Location, Route};
use serde_json::Value;

use crate::{
    Request,
    fixture::{Fixture, Provenance, Request as Asked, Requirement, Source, Step, VERSION, World},
    suite::Suite,
};

/// A scenario for each operation that only reads, with the example of the contract.
pub fn examples(suite: &'static Suite) -> Vec<Fixture> {
    let reads = suite.contract.routes.iter().filter(|route| route.method == Method::GET);
    reads.filter_map(|route| Some(scenario(route, &Request::example(route).ok()?))).collect()
}

fn scenario(route: &'static Route, example: &Request) -> Fixture {
    let (mut path, mut query) = (BTreeMap::new(), BTreeMap::<String, Value>::new());
    for (name, text) in &example.parameters {
        if route.parameter(Location::Path, name).is_some() {
            path.insert(name.clone(), Value::from(text.as_str()));
        } else {
            let values = query.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
            values.as_array_mut().into_iter().for_each(|values| values.push(text.as_str().into()));
        }
    }
    let page = route.parameters.iter().find(|it| it.location == Location::Header);
    let headers = page.zip(example.range.clone()).map(|(page, range)| (page.name.clone(), range));
    // An id in the path is one of the demo world.
    let requires = if path.is_empty() { Vec::new() } else { vec![Requirement::World(World::Demo)] };
    let request = Asked { path, query, headers: headers.into_iter().collect(), ..Asked::default() };
    let steps = vec![Step { operation: Some(route.id.clone()), request, ..Step::default() }];
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
