//! Worlds for tests in the process of the server: one server has them all.

use contract_tests::{Api, Emulator, profiles::i3d_v3::PROFILE};
use mock_server::Config;
use serde_json::{Value, json};

use super::{body, new_key};

#[tokio::test]
async fn emulators_of_one_process_do_not_see_each_other_and_answer_alike() {
    let emulators = [Emulator::start(), Emulator::start(), Emulator::alone()];
    assert_ne!(emulators[0].url(), emulators[1].url());
    let before = emulators[1].api().call("getSshKeys").ok().await;
    let mut answers = Vec::new();
    for emulator in &emulators {
        assert_eq!(emulator.api().call("getSshKeys").ok().await, before);
        let created = emulator.api().call("createSshKey").body(new_key()).response().await;
        let logs = emulator.api().call("getAccountLogs").response().await;
        answers.push((created.text(), logs.text()));
        emulator.api().advance(60).await;
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test]
async fn a_world_of_a_server_is_removed_with_the_value_that_stands_for_it() {
    let server = mock_server::start(Config { seed: Some(1), ..Config::default() }).unwrap();
    let api = |url: &str| Api::new(&PROFILE, url.to_owned()).with_key(Config::API_KEY);
    let names = async || {
        let list = body(&api(&server.url()).raw("GET", "/_mock/worlds", None).await);
        let worlds = list["worlds"].as_array().unwrap().iter();
        worlds.map(|it| it["name"].clone()).collect::<Vec<Value>>()
    };
    let (one, other) = (server.world().unwrap(), server.world().unwrap());
    assert_eq!(names().await, [json!("main"), json!("w1"), json!("w2")]);
    api(one.url()).call("createSshKey").body(new_key()).ok().await;
    let keys = async |url: &str| api(url).call("getSshKeys").ok().await;
    assert_eq!(keys(other.url()).await, keys(&server.url()).await);
    assert_ne!(keys(one.url()).await, keys(&server.url()).await);
    assert!(one.violations().is_empty());
    drop(one);
    assert_eq!(names().await, [json!("main"), json!("w2")]);
}
