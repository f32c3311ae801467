//! Every refusal that the contract lists has a cause that a client can bring about. Fixtures tell
//! most of those that only one operation has; the others are alike for many.

use std::{collections::BTreeSet, path::Path};

use contract_tests::{
    Api, Emulator, Request, fixture::load, invalid_requests, profiles::warren_v1::PROFILE,
};
use openapi::Location;
use serde_json::json;

use super::{NOTHING, customer};

/// An operation, and the status of a refusal.
type Pair = (String, u16);

#[tokio::test]
async fn every_documented_refusal_has_a_cause() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let mut missing = documented();
    let told = in_fixtures().into_iter().chain(of_a_token_of_one_account(&api).await);
    let told = told.chain(of_what_nobody_has(&api).await).chain(of_a_taken_name(&api).await);
    for pair in told.chain(of_what_is_wrong(&api).await) {
        missing.remove(&pair);
    }
    assert!(
        missing.is_empty(),
        "nothing brings these refusals about; tell how in a fixture or in this file, or take the \
         status from the contract: {missing:?}"
    );
}

fn documented() -> BTreeSet<Pair> {
    let of = |route: &'static openapi::Route| {
        let refusals = route.statuses().filter(|status| (400..500).contains(status));
        refusals.map(|status| (route.id.clone(), status))
    };
    PROFILE.operations().flat_map(of).collect()
}

/// What the fixtures expect; other tests play them.
fn in_fixtures() -> Vec<Pair> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/warren-v1");
    let fixtures = load(&PROFILE, &folder, &[]).expect("the folder of the fixtures can be read");
    let fixtures = fixtures.into_iter().filter_map(|loaded| loaded.fixture.ok());
    let steps = fixtures.flat_map(|fixture| fixture.steps);
    steps.filter_map(|step| Some((step.operation?, step.response?.status))).collect()
}

fn examples() -> impl Iterator<Item = Request> {
    let example = |route| Request::example(&PROFILE, route);
    PROFILE
        .operations()
        .map(move |route| example(route).unwrap_or_else(|advice| panic!("{advice}")))
}

async fn status(api: &Api, request: &Request) -> Pair {
    (request.route.id.clone(), request.call(api).send().await.status)
}

/// 403: a token of a billing account that pays for nothing is used for what others pay for.
async fn of_a_token_of_one_account(api: &Api) -> Vec<Pair> {
    let new = json!({ "description": "poor", "billing_account_id": 129_189, "restricted": true });
    let tokens = api.call("createToken").body(new).ok().await;
    let token = tokens.as_array().and_then(|all| all.last()?["token"].as_str());
    let poor = api.with_key(token.expect("the new token is the last one"));
    let mut refused = Vec::new();
    for example in examples().filter(|example| example.route.documents(403)) {
        let payer = ["billing_account_id", "id", "set_id"];
        let other = payer.iter().fold(example, |request, name| request.with(name, "129072"));
        refused.push(status(&poor, &other.with("token_id", "1")).await);
    }
    refused
}

/// 404, or 400: what is named is not there.
async fn of_what_nobody_has(api: &Api) -> Vec<Pair> {
    let mut refused = Vec::new();
    for example in examples() {
        let in_path = example.route.parameters.iter().filter(|it| it.location == Location::Path);
        let mut names: Vec<&str> = in_path.map(|it| it.name.as_str()).collect();
        if example.route.documents(404) {
            names.push("name");
        }
        let unknown =
            names.iter().fold(example.clone(), |request, name| request.with(name, NOTHING));
        refused.push(status(api, &unknown).await);
    }
    refused
}

/// 400: something is missing, too long, or of another type.
async fn of_what_is_wrong(api: &Api) -> Vec<Pair> {
    let mut refused = Vec::new();
    for example in examples() {
        for invalid in invalid_requests(&PROFILE, &example) {
            refused.push(status(api, &invalid.request).await);
        }
    }
    refused
}

/// 409: a key is renamed as another one is called.
async fn of_a_taken_name(api: &Api) -> Vec<Pair> {
    let public_key = "ssh-ed25519 \
                      AAAAC3NzaC1lZDI1NTE5AAAAIMq4Kq0h9uMZ8d9v7kFq3bC1nG0r6wq0mJ7tqk3hC2oP";
    let new = |name: &str| json!({ "name": name, "public_key": public_key });
    let first = api.call("createSshKey").body(new("first")).expect(201).await;
    api.call("createSshKey").body(new("second")).expect(201).await;
    let rename = api.call("updateSshKey").with("uuid", first["uuid"].as_str().unwrap_or_default());
    let taken = rename.body(json!({ "name": "second" })).send().await;
    vec![("updateSshKey".to_owned(), taken.status)]
}
