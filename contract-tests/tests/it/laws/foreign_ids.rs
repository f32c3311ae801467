//! What belongs to one customer does not exist for another, whatever is asked of it.

use std::collections::BTreeSet;

use contract_tests::{Api, Emulator, Request, profiles::i3d_v3::PROFILE};
use openapi::{Location, Parameter, Route};
use serde_json::Value;

use super::listed::{Customer, World};

/// How an unknown id is refused: with the first of these statuses that the operation documents.
const UNKNOWN_ID: [(u16, i64); 3] = [(404, 10001), (400, 10008), (403, 10003)];

/// Parameters of paths that may name what is not there yet, which is then made.
const MADE: [(&str, &str); 1] = [("createFlexMetalServerTag", "tag")];

/// For how many operations, at least, each customer has ids that the other lacks.
const FOREIGN_LEAST: usize = 70;

#[tokio::test]
async fn what_another_customer_has_is_refused_like_what_does_not_exist_and_stays_as_it_was() {
    let emulator = Emulator::start();
    let before = rows(&emulator.api()).await;
    let strangers = [emulator.other_customer(), emulator.api().with_key("i3dVisserKey11223344")];
    let owned: Vec<&Route> = PROFILE.operations().filter(names_something_owned).collect();
    assert!(!owned.is_empty(), "an operation names something owned");
    for route in owned {
        let example = Request::example(&PROFILE, route).unwrap_or_else(|advice| panic!("{advice}"));
        let expected = UNKNOWN_ID.into_iter().find(|(status, _)| route.documents(*status));
        for stranger in &strangers {
            let answer = example.call(stranger).send().await;
            let code = answer.json()["errorCode"].as_i64().unwrap_or_default();
            assert_eq!(
                Some((answer.status, code)),
                expected,
                "{}, asked for by a stranger; if its path names what is the same for everybody, \
                 add it to SHARED in profiles/i3d_v3/mod.rs: {}",
                route.id,
                answer.text()
            );
        }
    }
    for ((table, before), (_, after)) in before.iter().zip(rows(&emulator.api()).await) {
        assert_eq!(*before, after, "a stranger changed {table}");
    }
}

/// What the operation documents for an unknown id.
fn unknown_id(route: &Route) -> (u16, i64) {
    let first = UNKNOWN_ID.into_iter().find(|(status, _)| route.documents(*status));
    first.unwrap_or_else(|| panic!("{} documents no refusal of an unknown id", route.id))
}

/// Sends requests that must be refused like an unknown id; returns those that are not.
fn not_refused(customer: &Customer, requests: &[Request]) -> Vec<String> {
    let of = |request: &Request| {
        let answer = customer.send(request);
        let code = answer.json()["errorCode"].as_i64().unwrap_or_default();
        let (id, asked) = (&request.route.id, &request.parameters);
        let expected = unknown_id(request.route);
        ((answer.status, code) != expected)
            .then(|| format!("{id} {asked:?} is {} {code} and not {expected:?}", answer.status))
    };
    requests.iter().filter_map(of).collect()
}

#[test]
fn the_ids_of_each_customer_are_unknown_to_the_other() {
    let world = World::start();
    let [one, other] = world.customers();
    let foreign = |owner: &Customer, stranger: &Customer| -> Vec<Request> {
        let of = |route| {
            let own = stranger.paths(route);
            let mut requests = owner.paths(route);
            // Customers may give the same name to what is theirs.
            requests.retain(|it| own.iter().all(|own| own.parameters != it.parameters));
            requests
        };
        PROFILE.operations().filter(names_something_owned).flat_map(of).collect()
    };
    let (to_one, to_other) = (foreign(&other, &one), foreign(&one, &other));
    let before = world.wait(rows(&world.emulator.api()));
    let faults = [not_refused(&one, &to_one), not_refused(&other, &to_other)].concat();
    assert!(faults.is_empty(), "{faults:#?}");
    let after = world.wait(rows(&world.emulator.api()));
    for ((table, before), (_, after)) in before.iter().zip(after) {
        assert_eq!(*before, after, "a stranger changed {table}");
    }
    for requests in [to_one, to_other] {
        let asked: BTreeSet<&str> = requests.iter().map(|it| it.route.id.as_str()).collect();
        assert!(asked.len() >= FOREIGN_LEAST, "{}: {asked:?}", asked.len());
    }
}

#[test]
fn an_id_of_nothing_is_unknown_wherever_it_stands() {
    let world = World::start();
    let [one, other] = world.customers();
    let mut faults = Vec::new();
    for route in PROFILE.operations().filter(names_something_owned) {
        let example = Request::example(&PROFILE, route).unwrap_or_else(|advice| panic!("{advice}"));
        let of_path = || {
            let path = route.parameters.iter().filter(|it| it.location == Location::Path);
            path.filter(|it| !MADE.contains(&(&route.id, &it.name)))
        };
        let each = |request: Request, parameter: &Parameter| -> Vec<Request> {
            let values = nothing(parameter).iter();
            values.map(|it| request.with(&parameter.name, *it)).collect()
        };
        let one_of_them: Vec<Request> =
            of_path().flat_map(|parameter| each(example.clone(), parameter)).collect();
        let all = of_path().fold(example.clone(), |request, parameter| {
            request.with(&parameter.name, nothing(parameter)[0])
        });
        faults.extend(not_refused(&one, &one_of_them));
        faults.extend(not_refused(&other, &[all]));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Values that name nothing in the demo world.
fn nothing(parameter: &Parameter) -> &'static [&'static str] {
    match (parameter.name.as_str(), parameter.definition["type"].as_str()) {
        (_, Some("integer")) => &["999999999", "0"],
        ("uuid", _) => &["00000000-0000-4000-8000-000000000000"],
        _ => &["999999999"],
    }
}

fn names_something_owned(route: &&'static Route) -> bool {
    let has_id = route.parameters.iter().any(|it| it.location == Location::Path);
    let id = route.id.as_str();
    has_id && !route.open && !PROFILE.shared.contains(&id)
}

/// All that the emulator keeps, by table.
async fn rows(api: &Api) -> Vec<(String, Value)> {
    let state = async |query: String| -> Value {
        let answer = api.raw("GET", &format!("/_mock/state{query}"), None).await;
        serde_json::from_slice(&answer.body).unwrap()
    };
    let mut rows = Vec::new();
    for table in state(String::new()).await.as_object().unwrap().keys() {
        rows.push((table.clone(), state(format!("?table={table}")).await));
    }
    rows
}
