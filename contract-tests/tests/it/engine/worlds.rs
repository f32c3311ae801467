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
    let emulator = Emulator::alone();
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
    let emulator = Emulator::alone();
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
    let emulator = Emulator::alone();
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
    let emulator = Emulator::alone();
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
    let emulator = Emulator::alone();
    let api = emulator.api();
    let made = make(&emulator, json!({ "name": "a.b-C_1" })).await;
    let url = format!("{}/_in/a.b-C_1", emulator.url());
    assert_eq!(made["apis"]["i3d-v3"], format!("{url}/v3"));
    let list = async || body(&api.raw("GET", "/_mock/worlds", None).await);
    let main = &list().await["worlds"][0];
    assert_eq!(*main, body(&api.raw("GET", "/_mock/worlds/main", None).await));
    assert_eq!((&main["name"], &main["url"]), (&json!("main"), &json!(emulator.url())));
    assert_eq!(list().await, json!({ "worlds": [main, made] }));
    assert_eq!(body(&api.raw("GET", "/_mock/worlds/a.b-C_1", None).await), made);
    for (new, status, why) in [
        (json!({ "name": "a.b-C_1" }), 409, "choose another one"),
        (json!({ "name": "a b" }), 400, "a name has letters, digits"),
        (json!({ "name": "" }), 400, "a name has letters, digits"),
        (json!({ "name": "a".repeat(65) }), 400, "64 at most"),
        (json!({ "name": "demo" }), 409, "choose another one"),
        (json!({ "from": "nowhere" }), 404, "neither a world nor a snapshot \\\"nowhere\\\""),
        (json!({ "from": "main", "seed": 7 }), 400, "seed: a copy goes on"),
        (json!({ "clock": { "now": -1, "frozen": true } }), 400, "clock.now: a clock stays"),
        (json!({ "settings": { "strict": 1 } }), 400, "settings.strict: give true or false"),
        (json!({ "settings": { "delivery_time": "soon" } }), 400, "give whole seconds"),
        (json!({ "settings": { "brand": "nobody" } }), 400, "give one of idcloudhost"),
        (json!({ "settings": { "colour": 1 } }), 400, "there is no such setting; there are strict"),
        (json!({ "colour": "green" }), 400, "unknown field"),
    ] {
        let refused = api.raw("POST", "/_mock/worlds", Some(new)).await;
        assert_eq!(refused.status, status);
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    let remove = async || api.raw("DELETE", "/_mock/worlds/a.b-C_1", None).await.status;
    assert_eq!([remove().await, remove().await], [204, 404]);
    assert_eq!(list().await, json!({ "worlds": [main] }));
    let stays = api.raw("DELETE", "/_mock/worlds/main", None).await;
    assert_eq!((stays.status, stays.text().contains("it can be reset")), (409, true));
    let gone = Api::new(&PROFILE, url);
    assert_eq!(gone.raw("GET", "/_mock/clock", None).await.status, 404);
}

#[tokio::test]
async fn a_page_for_browsers_leads_to_its_own_world() {
    let emulator = Emulator::alone();
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
    let emulator = Emulator::alone();
    make(&emulator, json!({ "name": "short", "ttl_s": 0 })).await;
    make(&emulator, json!({ "name": "long", "ttl_s": 3_600 })).await;
    let list = body(&emulator.api().raw("GET", "/_mock/worlds", None).await);
    let names: Vec<&Value> =
        list["worlds"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["main", "long"]);
}

#[tokio::test]
async fn a_key_of_a_world_names_it_wherever_a_request_carries_it() {
    let emulator = Emulator::alone();
    let world = make(&emulator, json!({ "name": "by-key", "from": "empty" })).await;
    let again = make(&Emulator::alone(), json!({ "name": "by-key" })).await;
    assert_eq!(world["keys"], again["keys"], "the same in every server");
    let key = world["keys"]["i3d-v3"].as_str().unwrap();
    assert_eq!(key.len(), Config::API_KEY.len());
    let api = emulator.api().with_key(key);
    assert_eq!(api.call("getSshKeys").ok().await, json!([]));
    api.call("createSshKey").body(new_key()).ok().await;
    let within = client(&world).call("getSshKeys").ok().await;
    assert_eq!(within.as_array().unwrap().len(), 1);
    let token = world["keys"]["warren-v1"].as_str().unwrap();
    let by_query = format!("/v1/user-resource/vm/list?a=b&apikey={token}");
    let machines = with_headers(&emulator, Method::GET, &by_query, &[]).await;
    assert_eq!((machines.status, &*machines.text()), (200, "[]"));
    emulator.api().raw("DELETE", "/_mock/worlds/by-key", None).await;
    let gone = with_headers(&emulator, Method::GET, SSH_KEYS, &[("PRIVATE-TOKEN", key)]).await;
    assert_eq!(gone.status, 401);
}

#[tokio::test]
async fn the_user_name_for_a_proxy_names_a_world() {
    let emulator = Emulator::alone();
    make(&emulator, json!({ "name": "by-proxy", "from": "empty" })).await;
    let url = format!("http://api.i3d.net{SSH_KEYS}");
    // by-proxy:x
    for (credentials, empty) in [("Basic YnktcHJveHk6eA==", true), ("Basic bWFpbjo=", false)] {
        let headers = [("PRIVATE-TOKEN", Config::API_KEY), ("Proxy-Authorization", credentials)];
        let answer = with_headers(&emulator, Method::GET, SSH_KEYS, &headers).await;
        assert_eq!((answer.status, answer.text() == "[]"), (200, empty), "{url}");
    }
}

#[tokio::test]
async fn a_world_has_settings_and_a_clock_of_its_own() {
    let emulator = Emulator::alone();
    let settings = json!({ "strict": true, "delivery_time": 0 });
    let clock = json!({ "now": 1_700_000_000, "frozen": true });
    let strict = client(&make(&emulator, json!({ "settings": settings, "clock": clock })).await);
    let colour = strict.call("getSshKeys").with("colour", "green").response().await;
    assert_eq!(colour.status, 400);
    emulator.api().call("getSshKeys").with("colour", "green").ok().await;
    assert_eq!(body(&strict.raw("GET", "/_mock/clock", None).await), clock);
    // It begins there, and goes back there.
    strict.advance(60).await;
    strict.raw("POST", "/_mock/reset", None).await;
    assert_eq!(body(&strict.raw("GET", "/_mock/clock", None).await), clock);
    let settings = json!({ "strict": false });
    let clock = json!({ "now": 5, "frozen": true });
    let copy = json!({ "from": "w1", "settings": settings, "clock": clock });
    let copy = client(&make(&emulator, copy).await);
    copy.call("getSshKeys").with("colour", "green").ok().await;
    assert_eq!(body(&copy.raw("GET", "/_mock/clock", None).await)["now"], 5);
}

#[tokio::test]
async fn a_control_route_may_name_its_world() {
    let emulator = Emulator::alone();
    let world = client(&make(&emulator, json!({ "name": "named" })).await);
    let advance = "/_mock/worlds/named/clock/advance";
    let moved = emulator.api().raw("POST", advance, Some(json!({ "seconds": 60 }))).await;
    assert_eq!(body(&moved)["now"], SEEDED_START + 60);
    assert_eq!(body(&world.raw("GET", "/_mock/clock", None).await)["now"], SEEDED_START + 60);
    let main = emulator.api().raw("GET", "/_mock/worlds/main/clock", None).await;
    assert_eq!(body(&main)["now"], SEEDED_START);
    let nobody = emulator.api().raw("GET", "/_mock/worlds/nobody/clock", None).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn a_world_begins_with_a_world_file_and_goes_back_to_it() {
    let emulator = Emulator::alone();
    let tag = json!({ "tag": "from-a-file" });
    let file =
        |tag: &Value| json!({ "from": "empty", "i3d": { "100123": { "flexMetalTag": [tag] } } });
    let world = client(&make(&emulator, json!({ "world": file(&tag), "seed": 3 })).await);
    let tags = async || world.call("getFlexMetalTags").ok().await;
    let begun = tags().await;
    assert_eq!(begun[0]["tag"], "from-a-file", "{begun}");
    let (new, delete) = (json!({ "tag": "new" }), "/v3/flexMetal/tags/from-a-file");
    world.call("createFlexMetalTag").body(new).ok().await;
    assert_eq!(world.raw("DELETE", delete, None).await.status, 204);
    let before = json!({ "before": 2 });
    assert_eq!(world.raw("POST", "/_mock/rewind", Some(before)).await.status, 204);
    assert_eq!(world.raw("POST", "/_mock/reset", None).await.status, 204);
    assert_eq!(tags().await, begun);
    // Another file is another world, also with the same seed.
    let other = json!({ "world": file(&json!({ "tag": "other" })), "seed": 3 });
    let other = client(&make(&emulator, other).await);
    assert_eq!(other.call("getFlexMetalTags").ok().await[0]["tag"], "other");
    for (new, why) in [
        (json!({ "world": file(&json!({ "tag": 7 })) }), "flexMetalTag of account 100123"),
        (json!({ "world": {}, "from": "demo" }), "from: the world file says itself"),
    ] {
        let refused = emulator.api().raw("POST", "/_mock/worlds", Some(new)).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains(why), "{}", refused.text());
    }
}
