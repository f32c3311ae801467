//! What belongs to one customer does not exist for another, whatever is asked of it.

use contract_tests::{Api, Emulator, Request, profiles::i3d_v3::PROFILE};
use openapi::{Location, Route};
use serde_json::Value;

/// How an unknown id is refused: with the first of these statuses that the operation documents.
const UNKNOWN_ID: [(u16, i64); 3] = [(404, 10001), (400, 10008), (403, 10003)];

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
