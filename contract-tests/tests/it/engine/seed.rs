//! The same seed and the same requests make the same world, after a reset and a restart, too.

use contract_tests::{Api, Emulator, Received, Request, profiles::i3d_v3::PROFILE};
use mock_server::Config;
use serde_json::json;

use super::{SEEDED_START, SSH_KEYS, UNKNOWN_KEY, body, new_key};

#[tokio::test]
async fn a_reset_brings_the_seeded_world_back_ids_and_clock_included() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getSshKeys").ok().await;
    let create = || api.call("createSshKey").body(new_key()).ok();
    let first = [create().await, create().await];
    assert_ne!(first[0][0]["uuid"], first[1][0]["uuid"]);
    api.call("deleteSshKey").with("uuid", before[0]["uuid"].as_str().unwrap()).ok().await;
    api.call("getSshKeys").with("shade", "dark").ok().await;
    api.advance(3_600).await;

    let reset = api.raw("POST", "/_mock/reset", None).await;
    assert_eq!(reset.status, 204);
    assert_eq!(api.call("getSshKeys").ok().await, before);
    let clock = body(&api.raw("GET", "/_mock/clock", None).await);
    assert_eq!(clock["now"], SEEDED_START);
    let noted = body(&api.raw("GET", "/_mock/violations", None).await);
    assert_eq!(noted, json!({ "violations": [], "unknownProperties": [] }));
    assert_eq!([create().await, create().await], first);
}

#[tokio::test]
async fn a_reset_after_a_reset_undoes_what_was_written_between_them() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getSshKeys").ok().await;
    let reset = || async { api.raw("POST", "/_mock/reset", None).await.status };
    assert_eq!([reset().await, reset().await], [204, 204]);
    let created = api.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(reset().await, 204);
    assert_eq!(api.call("getSshKeys").ok().await, before);
    api.advance(60).await;
    assert_eq!([reset().await, reset().await], [204, 204]);
    let clock = body(&api.raw("GET", "/_mock/clock", None).await);
    assert_eq!(clock["now"], SEEDED_START);
    assert_eq!(api.call("createSshKey").body(new_key()).ok().await, created);
}

/// Status, headers and body of an answer, without which port was free; the control API dates by the
/// wall clock.
fn transcript(emulator: &Emulator, path: &str, answer: &Received) -> String {
    let url = emulator.url();
    let address = url.strip_prefix("http://").unwrap();
    let control = path.starts_with("/_mock");
    let headers = answer.headers.iter().filter(|(name, _)| !control || *name != "date");
    let headers: String = headers.map(|(name, value)| format!("{name}: {value:?}\n")).collect();
    let body = answer.text().replace(address, "address");
    format!("{}\n{headers}\n{body}\n", answer.status)
}

/// Everything that the server says to the examples of the contract, to a few refusals and to the
/// passing of time, that many times.
async fn run(seed: u64, rounds: usize) -> Vec<String> {
    let emulator = Emulator::with(Config { seed: Some(seed), ..Config::default() });
    let api: Api = emulator.api();
    let mut said = Vec::new();
    for _ in 0..rounds {
        for example in
            PROFILE.operations().filter_map(|route| Request::example(&PROFILE, route).ok())
        {
            let answer = example.call(&api).response().await;
            said.push(transcript(&emulator, &example.route.path, &answer));
        }
        for (method, path, body) in [
            ("GET", "/v3/nothing", None),
            ("PATCH", SSH_KEYS, None),
            ("OPTIONS", SSH_KEYS, None),
            ("GET", UNKNOWN_KEY, None),
            ("POST", SSH_KEYS, Some(json!({ "name": 7 }))),
            ("POST", SSH_KEYS, Some(new_key())),
            ("GET", "/_mock/violations", None),
        ] {
            said.push(transcript(&emulator, path, &api.raw(method, path, body).await));
        }
        api.advance(61).await;
    }
    said
}

#[tokio::test]
async fn the_same_seed_and_the_same_requests_give_the_same_bytes() {
    let first = run(7, 2).await;
    for (one, other) in first.iter().zip(run(7, 2).await) {
        assert_eq!(*one, other);
    }
    let other = run(8, 1).await;
    assert_ne!(first[..other.len()], other, "another seed gives other ids");
}

#[tokio::test]
async fn a_kept_world_goes_on_with_its_clock_and_lets_the_key_of_the_settings_in() {
    let folder = tempfile::tempdir().unwrap();
    let config = |key: &str| Config {
        seed: Some(1),
        db: Some(folder.path().join("world.db")),
        api_key: key.to_owned(),
        ..Config::default()
    };
    let first = Emulator::with(config(Config::API_KEY));
    first.api().advance(1000).await;
    let created = first.api().call("createSshKey").body(new_key()).ok().await;
    first.api().call("deleteAccountApiKey").with("apiKeyId", 4711).ok().await;
    drop(first);

    let second = Emulator::with(config("anotherKey0123456789"));
    let found = second
        .api()
        .call("getSshKey")
        .with("uuid", created[0]["uuid"].as_str().unwrap())
        .ok()
        .await;
    assert_eq!(found, created);
    let clock = body(&second.api().raw("GET", "/_mock/clock", None).await);
    assert_eq!(clock["now"], created[0]["createdAt"]);
    drop(second);

    let taken = mock_server::start(config("i3dHarbourKey0987654")).unwrap_err();
    assert!(taken.to_string().contains("has the API key"), "{taken}");
}
