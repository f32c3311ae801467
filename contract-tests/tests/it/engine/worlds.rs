//! Worlds beside the first one: each has its state, its clock and its notes.

use contract_tests::{Api, Emulator, profiles::i3d_v3::PROFILE};
use http::Method;
use mock_server::Config;
use serde_json::{Value, json};

use super::{SEEDED_START, SSH_KEYS, body, new_key, with_headers};
use crate::i3d::billing::payments::{CARD, SMALL, registration};

/// Makes a world and returns what the control API says of it.
async fn make(emulator: &Emulator, new: Value) -> Value {
    let made = emulator.api().raw("POST", "/_mock/worlds", Some(new)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    body(&made)
}

/// A client of the world that the control API told of.
fn client(world: &Value) -> Api {
    Api::new(&PROFILE, world["url"].as_str().unwrap().to_owned()).with_key(Config::API_KEY)
}

#[tokio::test]
async fn what_is_written_in_one_world_is_in_no_other() {
    let emulator = Emulator::start();
    let (first, second) = (make(&emulator, json!({})).await, make(&emulator, json!({})).await);
    assert_ne!(first["name"], second["name"]);
    let (one, other, outside) = (client(&first), client(&second), emulator.api());
    let before = outside.call("getSshKeys").ok().await;
    let created = one.call("createSshKey").body(new_key()).ok().await;
    let uuid = created[0]["uuid"].as_str().unwrap();
    assert_eq!(one.call("getSshKey").with("uuid", uuid).ok().await, created);
    for api in [&other, &outside] {
        assert_eq!(api.call("getSshKeys").ok().await, before);
    }
    assert_eq!(one.raw("POST", "/_mock/reset", None).await.status, 204);
    assert_eq!(one.call("getSshKeys").ok().await, before);
}

#[tokio::test]
async fn the_same_seed_and_requests_give_the_same_bytes_in_every_world() {
    let emulator = Emulator::start();
    let answer = async |api: &Api| {
        let created = api.call("createSshKey").body(new_key()).response().await;
        (created.text(), api.call("getAccountLogs").response().await.text())
    };
    let outside = answer(&emulator.api()).await;
    for new in [json!({}), json!({ "name": "other" })] {
        assert_eq!(answer(&client(&make(&emulator, new).await)).await, outside);
    }
    let seeded = client(&make(&emulator, json!({ "seed": 8 })).await);
    assert_ne!(answer(&seeded).await.0, outside.0);
}

#[tokio::test]
async fn each_world_has_its_own_clock_and_its_own_notes() {
    let emulator = Emulator::start();
    let world = client(&make(&emulator, json!({})).await);
    world.advance(3_600).await;
    world.call("getSshKeys").with("shade", "dark").ok().await;
    let of = async |api: &Api, path: &str| body(&api.raw("GET", path, None).await);
    assert_eq!(of(&world, "/_mock/clock").await["now"], SEEDED_START + 3_600);
    assert_eq!(of(&emulator.api(), "/_mock/clock").await["now"], SEEDED_START);
    let unknown = "unknownProperties";
    assert_ne!(of(&world, "/_mock/violations").await[unknown], json!([]));
    assert_eq!(of(&emulator.api(), "/_mock/violations").await[unknown], json!([]));
}

#[tokio::test]
async fn a_header_chooses_a_world_as_its_path_does() {
    let emulator = Emulator::start();
    let world = make(&emulator, json!({ "name": "by-header", "from": "empty" })).await;
    assert_eq!(client(&world).call("getSshKeys").ok().await, json!([]));
    let keys = async |headers: &[(&str, &str)]| {
        let key = [("PRIVATE-TOKEN", Config::API_KEY)];
        let headers: Vec<_> = key.iter().chain(headers).copied().collect();
        with_headers(&emulator, Method::GET, SSH_KEYS, &headers).await
    };
    assert_eq!(keys(&[("Mock-World", "by-header")]).await.text(), "[]");
    assert_ne!(keys(&[]).await.text(), "[]");
    let nobody = keys(&[("Mock-World", "nobody")]).await;
    assert_eq!(nobody.status, 404);
    assert!(nobody.text().contains("there is no world"), "{}", nobody.text());
}

#[tokio::test]
async fn worlds_are_listed_and_removed_and_a_wrong_one_is_refused_with_the_reason() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let made = make(&emulator, json!({ "name": "a.b-C_1" })).await;
    let url = format!("{}/_in/a.b-C_1", emulator.url());
    assert_eq!(made["apis"]["i3d-v3"], format!("{url}/v3"));
    let list = async || body(&api.raw("GET", "/_mock/worlds", None).await);
    assert_eq!(list().await, json!({ "worlds": [made] }));
    assert_eq!(body(&api.raw("GET", "/_mock/worlds/a.b-C_1", None).await), made);
    for (new, status, why) in [
        (json!({ "name": "a.b-C_1" }), 409, "there is a world of this name"),
        (json!({ "name": "a b" }), 400, "a name has letters, digits"),
        (json!({ "name": "" }), 400, "a name has letters, digits"),
        (json!({ "name": "a".repeat(65) }), 400, "64 at most"),
        (json!({ "from": "nowhere" }), 400, "unknown variant"),
        (json!({ "colour": "green" }), 400, "unknown field"),
    ] {
        let refused = api.raw("POST", "/_mock/worlds", Some(new)).await;
        assert_eq!(refused.status, status);
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    let remove = async || api.raw("DELETE", "/_mock/worlds/a.b-C_1", None).await.status;
    assert_eq!([remove().await, remove().await], [204, 404]);
    assert_eq!(list().await, json!({ "worlds": [] }));
    let gone = Api::new(&PROFILE, url);
    assert_eq!(gone.raw("GET", "/_mock/clock", None).await.status, 404);
}

#[tokio::test]
async fn a_page_for_browsers_leads_to_its_own_world() {
    let emulator = Emulator::start();
    let world = make(&emulator, json!({})).await;
    let (api, base) = (client(&world), world["url"].as_str().unwrap());
    let order = registration(&[SMALL], CARD, "visa");
    let registered = api.call("createAccountInvoicePayRegister").body(order).ok().await;
    let page = registered["requestUrl"].as_str().unwrap();
    let path = page.strip_prefix(base).expect("the page of this world");
    let token = path.strip_prefix("/pay/").unwrap();
    let shown = api.raw("GET", path, None).await.text();
    assert!(shown.contains(&format!("action=\"{token}/pay\"")), "{shown}");
    let paid = api.raw("POST", &format!("{path}/pay"), None).await;
    assert_eq!(
        (paid.status, paid.headers["location"].to_str().unwrap()),
        (303, &*format!("../{token}"))
    );
    let unpaid = async |api: &Api| {
        let unpaid = api.call("getAccountInvoiceUnpaids").ok().await;
        unpaid.as_array().unwrap().iter().any(|it| it["id"].as_str() == Some(&*SMALL.to_string()))
    };
    assert_eq!((unpaid(&api).await, unpaid(&emulator.api()).await), (false, true));
}

#[tokio::test]
async fn a_world_that_is_not_used_for_its_time_goes_away() {
    let emulator = Emulator::start();
    make(&emulator, json!({ "name": "short", "ttl_s": 0 })).await;
    make(&emulator, json!({ "name": "long", "ttl_s": 3_600 })).await;
    let list = body(&emulator.api().raw("GET", "/_mock/worlds", None).await);
    let names: Vec<&Value> =
        list["worlds"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["long"]);
}

#[tokio::test]
async fn there_are_only_so_many_worlds() {
    let emulator = Emulator::start();
    for _ in 0..100 {
        make(&emulator, json!({ "from": "empty" })).await;
    }
    let one_more = emulator.api().raw("POST", "/_mock/worlds", None).await;
    assert_eq!(one_more.status, 409);
    assert!(one_more.text().contains("there are 100 worlds"), "{}", one_more.text());
}
