//! What stands in front of all operations: tokens, locations, brands, encodings.

use contract_tests::{Emulator, profiles::warren_v1::PROFILE};
use mock_server::Config;
use serde_json::{Value, json};

use super::{THREE_NV, customer, empty, of_3nv, of_brand};

const NO_ROUTE: &str = r#"{"message":"no route and no API found with those values"}"#;

#[tokio::test]
async fn a_token_is_asked_for_and_a_wrong_one_is_refused() {
    let emulator = Emulator::start();
    let nobody = customer(&emulator).anonymous();
    let missing = nobody.raw("GET", "/v1/user-resource/user", None).await;
    assert_eq!(
        (missing.status, missing.text()),
        (401, r#"{"message":"No API key found in request"}"#.to_owned())
    );
    assert_eq!(missing.header("www-authenticate"), Some("Key realm=\"kong\""));
    let wrong = nobody.raw("GET", "/v1/user-resource/user?apikey=moo", None).await;
    assert_eq!(
        (wrong.status, wrong.text()),
        (403, r#"{"message":"Invalid authentication credentials"}"#.to_owned())
    );
    let in_query = nobody.raw("GET", "/v1/user-resource/user?apikey=meowmeowmeow", None).await;
    assert_eq!((in_query.status, &in_query.json()["id"]), (200, &json!(22)));
    let noted = nobody.raw("GET", "/_mock/violations", None).await.json();
    assert_eq!(noted["unknownProperties"], json!([]), "a token is no parameter");
    for call in ["apiKey", "Apikey", "APIKEY"] {
        let call = nobody.call("getUser").header(call, "meowmeowmeow");
        assert_eq!(call.ok().await["id"], 22);
    }
}

#[tokio::test]
async fn every_answer_names_the_exchange() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for path in ["/v1/user-resource/user", "/v1/moon/user-resource/user", "/v1/nothing"] {
        let answer = api.raw("GET", path, None).await;
        let id = answer.header("x-warren-correlation-id").unwrap_or_default();
        assert!(id.len() == 32 && id.is_ascii(), "{path}: {id}");
    }
}

#[tokio::test]
async fn an_unknown_location_or_route_is_told_before_a_token_is_asked_for() {
    let emulator = Emulator::start();
    let nobody = customer(&emulator).anonymous();
    for path in
        ["/v1/moon01/user-resource/vm", "/v1/cyc01/network/networks", "/v1/user-resource/nothing"]
    {
        let answer = nobody.raw("GET", path, None).await;
        assert_eq!((answer.status, answer.text()), (404, NO_ROUTE.to_owned()), "{path}");
    }
    assert_eq!(nobody.raw("GET", "/v1/jkt02/network/networks", None).await.status, 401);
}

#[tokio::test]
async fn what_clients_call_and_no_reference_has_is_no_route() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for path in [
        "user-resource/user/keys",
        "user-resource/vm/ip",
        "user-resource/vm/release-ip",
        "user-resource/vm/reserve-ip",
        "user-resource/vm/replica/rebuild",
        "user-resource/vm/resource-pools",
        "network/firewalls/018d0c5e-7c00-7000-8000-00000000a001/assign",
        "network/firewalls/018d0c5e-7c00-7000-8000-00000000a001/unassign",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = api.raw(method, &format!("/v1/{path}"), None).await;
            assert_eq!((answer.status, answer.text()), (404, NO_ROUTE.to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn the_brand_of_the_user_says_which_locations_there_are() {
    let emulator = Emulator::start();
    let slugs = |locations: Value| -> Vec<String> {
        let rows = locations.as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["slug"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let idcloudhost = slugs(empty(&emulator).call("listLocations").ok().await);
    assert_eq!(idcloudhost, ["jkt01", "jkt02", "jkt03", "sgp01"]);
    let of_3nv = of_3nv(&emulator);
    assert_eq!(slugs(of_3nv.call("listLocations").ok().await), ["cyc01", "bus02"]);
    // A slug is good in every path, with a slash at its end or without.
    for path in ["/v1/bus02/config/locations", "/v1/config/locations/"] {
        assert_eq!(of_3nv.raw("GET", path, None).await.status, 200, "{path}");
    }
    assert_eq!(of_3nv.raw("GET", "/v1/jkt01/network/networks", None).await.status, 404);

    let other = of_brand("3nv");
    assert_eq!(slugs(empty(&other).call("listLocations").ok().await), ["cyc01", "bus02"]);
    let nobody = customer(&emulator).anonymous();
    let of_host = nobody.call("listNetworks").header("host", "api.3nv.io");
    assert_eq!(of_host.response().await.status, 401);
    assert_eq!(nobody.with_key(THREE_NV).call("getUser").ok().await["id"], 29);
}

#[tokio::test]
async fn each_brand_has_a_document_of_its_own() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let document =
        async |name: &str| api.raw("GET", &format!("/_mock/openapi/{name}.json"), None).await;
    let all = document("warren-v1").await.json();
    assert_eq!(
        all["paths"].as_object().map(serde_json::Map::len),
        document("3nv").await.json()["paths"].as_object().map(serde_json::Map::len)
    );
    for (name, host, other) in [
        ("3nv", "api.3nv.io", "api.idcloudhost.com"),
        ("idcloudhost", "api.idcloudhost.com", "api.3nv.io"),
    ] {
        let servers = document(name).await.json()["servers"].to_string();
        assert!(servers.contains(host) && !servers.contains(other), "{name}: {servers}");
    }
    let unknown = document("moon").await;
    assert_eq!(unknown.status, 404);
    let told = "nothing has this name; there are i3d-v3, i3d-v2, warren-v1, 3nv, idcloudhost";
    assert_eq!(unknown.json()["error"], told);
    assert_eq!(PROFILE.contract.brands, ["3nv", "idcloudhost"]);
}

#[tokio::test]
async fn parameters_are_read_from_query_form_and_json_alike() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let made = |tokens: Value| tokens.as_array().and_then(|it| it.last().cloned()).unwrap();
    let path = "/v1/user-resource/token";
    let json = json!({ "description": "by JSON", "restricted": "True", "billing_account_id": "6" });
    for (told, answer) in [
        ("by JSON", api.raw("POST", path, Some(json)).await),
        (
            "by query",
            api.raw(
                "POST",
                &format!("{path}?description=by+query&restricted=true&billing_account_id=6"),
                None,
            )
            .await,
        ),
        ("by form", {
            let form = "description=by+form&restricted=true&billing_account_id=6";
            let call = api.call("createToken").text(form);
            call.header("content-type", "application/x-www-form-urlencoded").response().await
        }),
        // A form without a body and without a boundary.
        ("by nothing", {
            let call =
                api.call("createToken").text("").header("content-type", "multipart/form-data");
            call.with("description", "by nothing")
                .with("restricted", true)
                .with("billing_account_id", 6)
                .response()
                .await
        }),
    ] {
        assert_eq!(answer.status, 200, "{told}: {}", answer.text());
        let token = made(answer.json());
        assert_eq!(
            [&token["description"], &token["restricted"], &token["billing_account_id"]],
            [&json!(told), &json!(true), &json!(6)],
        );
    }
}

#[tokio::test]
async fn a_plus_is_a_space_unless_it_is_literal() {
    for (literal_plus, shown) in [(false, "a b+c d"), (true, "a+b+c d")] {
        let config = Config { seed: Some(1), literal_plus, ..Config::default() };
        let emulator = Emulator::with(config);
        let api = empty(&emulator);
        let form = "application/x-www-form-urlencoded";
        let profile = api.call("modifyProfile").header("content-type", form);
        let profile = profile.text("first_name=a+b%2Bc%20d&phone_number=+98765").ok().await;
        assert_eq!(
            (&profile["first_name"], &profile["phone_number"]),
            (&json!(shown), &json!("+98765"))
        );
        // Also where nothing but forms is taken, and in a query.
        let disk = api.call("createDisk").header("content-type", form);
        let disk = disk.text("size_gb=1&billing_account_id=6&display_name=a+b%2Bc%20d");
        assert_eq!(disk.expect(201).await["display_name"], shown);
        let path = "/v1/network/network?name=a+b%2Bc%20d";
        assert_eq!(api.raw("POST", path, None).await.json()["name"], shown);
    }
}

#[tokio::test]
async fn names_have_no_control_characters() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let told = r"value must match the regular expression '^[^\x00-\x1f\x7f-\x9f]*$'";
    for name in ["a\u{0}b", "a\nb", "a\u{7f}", "\u{85}"] {
        for (operation, parameter) in [
            ("createLoadBalancer", "display_name"),
            ("createFirewall", "display_name"),
            ("createFloatingIp", "name"),
            ("modifyProfile", "first_name"),
            ("createDisk", "display_name"),
        ] {
            let refused = api.call(operation).body(json!({ parameter: name })).response().await;
            let words = json!({ "errors": { parameter: told } });
            assert_eq!((refused.status, refused.json()), (400, words), "{operation} {name:?}");
        }
        let refused = api.call("createNetwork").with("name", name).response().await;
        assert_eq!((refused.status, &refused.json()["errors"]["name"]), (400, &json!(told)));
    }
    let lines = api.call("createToken").body(json!({ "description": "two\nlines" })).ok().await;
    assert_eq!(lines[1]["description"], "two\nlines");
    let nul = api.call("createToken").body(json!({ "description": "a\u{0}b" })).response().await;
    assert_eq!(nul.status, 400);
    let wide = api.call("createFloatingIp").body(json!({ "name": "Käse 🧀" })).ok().await;
    assert_eq!(wide["name"], "Käse 🧀");
}
