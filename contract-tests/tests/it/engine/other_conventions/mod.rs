//! An API of other conventions than those that the emulator ships with lives here alone: engine,
//! HTTP server, loader and harness carry it as they are.

mod profile;
mod server;

use std::sync::Arc;

use contract_tests::{
    Api, Received, Target, Verdict,
    explore::{self, Options},
    fault::{Fault, FaultKind, Faulty},
};
use mock_server::{Config, Server, StartError, engine::Provider};
use serde_json::{Value, json};

use profile::PROFILE;
use server::{FIRST, Machines};

fn start() -> Server {
    let config = Config { seed: Some(1), ..Config::default() };
    mock_server::start_with(config, vec![Arc::new(Machines)]).expect("it starts")
}

fn api(server: &Server) -> Api {
    Api::new(&PROFILE, server.url()).with_key("meow")
}

async fn get(api: &Api, path: &str) -> Received {
    api.raw("GET", path, None).await
}

fn names(answer: &Received) -> Vec<String> {
    let rows = answer.json();
    let name = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
    rows.as_array().into_iter().flatten().map(name).collect()
}

#[tokio::test]
async fn a_location_in_the_path_is_apart_and_an_unknown_one_is_no_route() {
    let server = start();
    let api = api(&server);
    for path in ["/v1/machines", "/v1/machines/", "/v1/north/machines"] {
        assert_eq!(names(&get(&api, path).await), ["old"], "{path}");
    }
    assert!(names(&get(&api, "/v1/south/machines").await).is_empty());
    let new = json!({ "name": "new", "vcpu": 2 });
    assert_eq!(api.raw("POST", "/v1/south/machines", Some(new)).await.status, 201);
    assert_eq!(names(&get(&api, "/v1/south/machines").await), ["new"]);
    assert_eq!(names(&get(&api, "/v1/machines").await), ["old"]);
    assert_eq!(get(&api, &format!("/v1/south/machines/{FIRST}")).await.status, 404);
    // Before anybody is asked for a key.
    let unknown = get(&api.anonymous(), "/v1/west/machines").await;
    let words = json!({ "message": "no route and no API found with those values" });
    assert_eq!((unknown.status, unknown.json()), (404, words));
}

#[tokio::test]
async fn a_key_travels_in_the_header_or_in_the_query_and_refusals_have_headers_of_their_own() {
    let server = start();
    let nobody = api(&server).anonymous();
    let closed = get(&nobody, "/v1/machines").await;
    assert_eq!(
        (closed.status, closed.header("www-authenticate")),
        (401, Some("Key realm=\"test\""))
    );
    assert_eq!(get(&nobody, "/v1/machines?apikey=moo").await.status, 403);
    assert_eq!(names(&get(&nobody, "/v1/machines?apikey=meow").await), ["old"]);
    assert!(names(&get(&nobody, "/v1/machines?apikey=woof").await).is_empty());
}

#[tokio::test]
async fn parameters_are_taken_from_query_form_and_json_whatever_the_method() {
    let server = start();
    let api = api(&server);
    let made = |name: &str| json!({ "name": name, "vcpu": 4, "running": true, "tags": ["a"] });
    let shown = |received: Received| {
        let mut body = received.json();
        body.as_object_mut().map(|it| it.remove("uuid"));
        (received.status, body)
    };
    let query = "/v1/machines?name=by-query&vcpu=4&running=True&tags=a";
    assert_eq!(shown(api.raw("POST", query, None).await), (201, made("by-query")));
    let form = api.call("createMachine").text("name=by-form&vcpu=4&running=1&tags=a");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(shown(form.response().await), (201, made("by-form")));
    // A number as text, one value for a list, and a member that nobody knows.
    let json = json!({ "name": "by-json", "vcpu": "4", "running": "true", "tags": "a", "x": 1 });
    assert_eq!(shown(api.raw("POST", "/v1/machines", Some(json)).await), (201, made("by-json")));
    let both = api.raw("POST", "/v1/machines?name=by-both", Some(json!({ "vcpu": 4 }))).await;
    assert_eq!(both.json()["name"], "by-both");
    let uuid = both.json()["uuid"].clone();
    let gone = api.raw("DELETE", "/v1/machines", Some(json!({ "uuid": uuid }))).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    let gone = api.raw("DELETE", &format!("/v1/machines?uuid={FIRST}"), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(names(&get(&api, "/v1/machines").await), ["by-query", "by-form", "by-json"]);
}

#[tokio::test]
async fn a_form_is_a_form_where_the_contract_offers_no_other() {
    let server = start();
    let api = api(&server);
    let disk = |media: &'static str, text: String| {
        api.call("addDisk").text(&text).header("content-type", media).response()
    };
    let form = "application/x-www-form-urlencoded";
    // One operation has two statuses of success.
    let added = disk(form, format!("uuid={FIRST}&size=20")).await;
    assert_eq!((added.status, added.json()), (201, json!({ "size": 20 })));
    let added = disk(form, format!("uuid={FIRST}&size=5")).await;
    assert_eq!((added.status, added.json()), (200, json!({ "size": 25 })));
    let as_json = disk("application/json", json!({ "uuid": FIRST, "size": 5 }).to_string()).await;
    let missing = json!({ "errors": { "uuid": "is required", "size": "is required" } });
    assert_eq!((as_json.status, as_json.json()), (400, missing));
    let at = format!("/v1/disks?uuid={FIRST}&size=5");
    assert_eq!(api.raw("POST", &at, None).await.status, 400);
}

#[tokio::test]
async fn a_refusal_belongs_to_one_of_two_families() {
    let server = start();
    let api = api(&server);
    let refused = api.raw("POST", "/v1/machines?name=x&vcpu=99", None).await;
    let named = json!({ "errors": { "vcpu": "must be at most 16" } });
    assert_eq!((refused.status, refused.json()), (400, named));
    let unknown = api.raw("DELETE", "/v1/machines?uuid=018f0000-0000-7000-8000-00000000ffff", None);
    let unknown = unknown.await;
    assert_eq!(
        (unknown.status, unknown.json()),
        (404, json!({ "message": "The request is refused" }))
    );
    let violations = get(&api, "/_mock/violations").await.json();
    assert_eq!(violations["violations"], json!([]));
}

#[tokio::test]
async fn why_the_emulator_failed_is_told_to_those_who_run_it_and_to_nobody_else() {
    let server = start();
    let api = api(&server);
    let failed = api.raw("POST", "/v1/machines?name=unwritable&vcpu=1", None).await;
    assert_eq!((failed.status, failed.text().contains("never")), (500, false));
    let violations = get(&api, "/_mock/violations").await.json();
    let told = &violations["violations"][0];
    assert_eq!((&told["operation"], &told["status"]), (&json!("createMachine"), &json!(500)));
    assert_eq!(told["message"], "the emulator failed: database: never");
}

#[tokio::test]
async fn every_answer_has_a_header_of_its_own_and_a_seed_repeats_them() {
    let told = async || {
        let server = start();
        let api = api(&server);
        let mut ids = Vec::new();
        for path in ["/v1/machines", "/v1/west/machines", "/v1/nothing", "/v1/machines?apikey=moo"]
        {
            let answer = get(&api, path).await;
            ids.push(answer.header("x-correlation-id").expect("each answer has one").to_owned());
        }
        ids
    };
    let (first, second) = (told().await, told().await);
    assert_eq!(first, second);
    let mut apart = first.clone();
    apart.sort();
    apart.dedup();
    assert_eq!(apart.len(), first.len(), "{first:?}");
}

#[tokio::test]
async fn providers_stand_side_by_side_and_the_apis_of_one_can_be_served_alone() {
    let providers = || {
        let mut all = mock_server::apis::all();
        all.push(Arc::new(Machines));
        all
    };
    let serve = |apis: &[&str]| {
        let apis = apis.iter().map(|name| (*name).to_owned()).collect();
        mock_server::start_with(Config { apis, seed: Some(1), ..Config::default() }, providers())
    };
    let server = serve(&[]).expect("it starts");
    assert_eq!(names(&get(&api(&server), "/v1/machines").await), ["old"]);
    let health = get(&api(&server), "/_mock/health").await.json();
    let served: Vec<&str> =
        health["apis"].as_array().unwrap().iter().filter_map(|it| it["name"].as_str()).collect();
    let known = contract_tests::profiles::all().map(|profile| profile.name);
    assert_eq!(served, [&known[..], &["machines-v1"]].concat());
    let alone = serve(&["machines-v1"]).expect("it starts");
    assert_eq!(get(&api(&alone), "/v3/health").await.status, 404);
    assert_eq!(names(&get(&api(&alone), "/v1/machines").await), ["old"]);
    let unknown = serve(&["machines-v2"]).expect_err("there is none");
    assert!(matches!(unknown, StartError::UnknownApi(..)), "{unknown}");
    assert!(unknown.to_string().contains("machines-v1"), "{unknown}");
}

#[test]
fn two_apis_with_the_same_path_are_not_served_together() {
    let twice: Vec<Arc<dyn Provider>> = vec![Arc::new(Machines), Arc::new(Machines)];
    let refused = mock_server::start_with(Config::default(), twice).expect_err("a path is shared");
    assert!(matches!(refused, StartError::SharedPath(..)), "{refused}");
    assert!(refused.to_string().contains("both have the path /v1/"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_harness_finds_nothing_wrong_and_each_fault_by_its_operation() {
    let options = Options { seed: 5, steps: 800, ..Options::default() };
    let sound = explore::run(&Target::serving(&PROFILE, start()), &options).await;
    let told: Vec<String> =
        sound.cases.iter().flat_map(|it| &it.findings).map(ToString::to_string).collect();
    assert_eq!((sound.verdict(), told), (Verdict::Holds, Vec::new()));
    assert_eq!(sound.reached.operations().count(), PROFILE.contract.routes.len());
    let store = |member: &str, value: Value| FaultKind::Store { member: member.to_owned(), value };
    for (operation, kind) in [
        ("listMachines", FaultKind::AdmitNobody),
        ("getMachine", FaultKind::AdmitOther),
        ("createMachine", store("vcpu", json!(9))),
        ("createMachine", FaultKind::Forget("tags".to_owned())),
        ("getMachine", FaultKind::Set { at: "/vcpu".to_owned(), value: json!("4") }),
        ("deleteMachine", FaultKind::Status(200)),
        ("listMachines", FaultKind::DoubleRow),
    ] {
        let told = format!("{operation} {kind:?}");
        let fault = Fault { name: "fault".to_owned(), operation: operation.to_owned(), kind };
        let target = Target::serving(&PROFILE, start());
        let faulty = target.behind(|inner| Arc::new(Faulty::new(inner, &PROFILE, fault)));
        let options = Options { stop_at_first: true, ..options.clone() };
        let run = explore::run(&faulty, &options).await;
        let found = run.cases.iter().flat_map(|it| &it.findings).next();
        let found = found.unwrap_or_else(|| panic!("{told} is missed"));
        assert_eq!(found.operation, operation, "{told}: {found}");
    }
}
