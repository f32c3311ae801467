use std::net::IpAddr;

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

const ROTTERDAM: i64 = 6;
const TOKYO: i64 = 8;

fn rows(answer: &Value) -> &[Value] {
    answer.as_array().unwrap()
}

fn ids(answer: &Value) -> Vec<i64> {
    rows(answer).iter().map(|server| server["id"].as_i64().unwrap()).collect()
}

async fn all(api: &Api) -> Value {
    api.call("getDedicatedServers").range("start=0,results=1000").ok().await
}

/// The ids that the expression finds.
async fn found(api: &Api, labels: &str) -> Vec<i64> {
    ids(&api.call("getDedicatedServers").with("labels", labels).range("results=1000").ok().await)
}

/// The ids of the servers that satisfy `wanted`.
async fn wanted(api: &Api, wanted: impl Fn(&Value) -> bool) -> Vec<i64> {
    let servers = all(api).await;
    let chosen = rows(&servers).iter().filter(|server| wanted(server));
    chosen.map(|server| server["id"].as_i64().unwrap()).collect()
}

fn has_label(server: &Value, key: &str, value: &str) -> bool {
    rows(&server["labels"]).contains(&json!({ "key": key, "value": value }))
}

#[tokio::test]
async fn labels_follow_the_precedence_of_sql() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let is = |server: &Value, dc: i64| server["dcLocationId"] == dc;
    let free = |server: &Value| server["fleetId"] == "0";

    let and_first =
        found(&api, r#"region_name="Rotterdam" and fleet_id=0 or region_name="Tokyo""#).await;
    let expected = wanted(&api, |it| (is(it, ROTTERDAM) && free(it)) || is(it, TOKYO)).await;
    assert_eq!(and_first, expected);

    let or_first =
        found(&api, r#"(region_name="Tokyo" or region_name="Rotterdam") AND fleet_id="0""#).await;
    let expected = wanted(&api, |it| (is(it, ROTTERDAM) || is(it, TOKYO)) && free(it)).await;
    assert_eq!(or_first, expected);
    assert!(!or_first.is_empty() && or_first.len() < and_first.len());
}

#[tokio::test]
async fn labels_of_the_platform_and_of_the_customer_filter_alike() {
    let emulator = Emulator::start();
    let api = emulator.api();
    assert_eq!(found(&api, "host_id=46256").await, [46256]);
    assert_eq!(found(&api, "region_id=6").await, found(&api, "dc_location_id=6").await);
    assert_eq!(found(&api, "region_id=6").await, found(&api, r#"region_name="Rotterdam""#).await);
    let fleet = wanted(&api, |it| it["fleetId"] == "456" && it["dcLocationId"] == ROTTERDAM).await;
    assert_eq!(found(&api, "region_id=6 and fleet_id=456").await, fleet);

    let production = wanted(&api, |it| has_label(it, "environment", "production")).await;
    assert_eq!(found(&api, r#"environment="production""#).await, production);
    let tier = wanted(&api, |it| has_label(it, "tier", "2")).await;
    assert_eq!(found(&api, "tier=2").await, tier);
    assert_eq!(found(&api, r#"tier="2""#).await, tier);
    assert!(!fleet.is_empty() && !production.is_empty() && !tier.is_empty());
    assert!(found(&api, "no-such-label=1").await.is_empty());
    assert!(found(&api, r#"environment="' OR 1=1 --""#).await.is_empty());
}

#[tokio::test]
async fn a_filter_comes_before_the_range() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let whole = found(&api, "region_id=6").await;
    let call = api.call("getDedicatedServers").with("labels", "region_id=6");
    assert_eq!(ids(&call.range("start=3,results=4").ok().await), whole[3..7]);
}

#[tokio::test]
async fn a_broken_expression_is_400_with_its_position() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (labels, message) in [
        ("region_name=", "at character 13: expected a value"),
        ("region_name=\"Tokyo", "at character 13: the text has no closing quote"),
        ("fleet_id=0 region_id=6", "at character 12: expected and, or, or the end"),
        ("fleetId=0", "at character 1: fleetId cannot be the key of a label"),
        ("", "at character 1: expected a label"),
    ] {
        let errors =
            api.call("getDedicatedServers").with("labels", labels).refused(400, 10008).await;
        assert_eq!(errors, [("labels".to_owned(), message.to_owned())], "{labels}");
    }
}

#[tokio::test]
async fn fields_choose_what_a_summary_shows() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let summaries = api.call("getDedicatedServerSummaries").ok().await;
    let full = all(&api).await;
    for (summary, server) in rows(&summaries).iter().zip(rows(&full)) {
        for (name, value) in summary.as_object().unwrap() {
            assert_eq!(*value, server[name], "{name}");
        }
        assert!(summary.get("disk").is_none() && summary.get("trafficSum").is_some());
    }

    let chosen = api.call("getDedicatedServerSummaries").with("fields", "serverName,id").ok().await;
    let first = &summaries[0];
    assert_eq!(chosen[0], json!({ "id": first["id"], "serverName": first["serverName"] }));
    assert_eq!(rows(&chosen).len(), 25);

    for fields in ["id,disk", "id,", "nothing"] {
        let call = api.call("getDedicatedServerSummaries").with("fields", fields);
        assert_eq!(call.refused(400, 10008).await.len(), 1, "{fields}");
    }
}

#[tokio::test]
async fn a_change_merges_labels_and_null_deletes() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let update =
        |body: Value| api.call("updateDedicatedServer").with("dedicatedServerId", 46201).body(body);
    let before = api.call("getDedicatedServer").with("dedicatedServerId", 46201).ok().await;
    assert!(has_label(&before[0], "tier", "1"));

    let labels = json!([{
        "key": "tier", "value": null,
    }, { "key": "team", "value": "core" }, { "key": "x", "value": "" }]);
    let after = update(json!({ "labels": labels, "clientState": "drained" })).ok().await;
    let expected = json!([
        { "key": "environment", "value": "production" },
        { "key": "team", "value": "core" },
        { "key": "x", "value": "" },
    ]);
    assert_eq!((&after[0]["labels"], &after[0]["clientState"]), (&expected, &json!("drained")));
    assert_eq!(after[0]["projectName"], before[0]["projectName"]);
    assert_eq!(api.call("getDedicatedServer").with("dedicatedServerId", 46201).ok().await, after);
    assert!(found(&api, r#"team="core""#).await.contains(&46201));
}

#[tokio::test]
async fn what_only_the_platform_sets_does_not_change() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getDedicatedServer").with("dedicatedServerId", 46202).ok().await;
    let mut body = before[0].clone();
    body["serverName"] = json!("mine");
    body["trafficSum"] = json!(0);
    body["uptime"] = json!(0);
    let after =
        api.call("updateDedicatedServer").with("dedicatedServerId", 46202).body(body).ok().await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_label_against_the_rules_is_refused_and_nothing_changes() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getDedicatedServer").with("dedicatedServerId", 46201).ok().await;
    let long = "v".repeat(151);
    for (key, value, property) in [
        ("Tier", "1", "labels[1].key"),
        ("1st", "1", "labels[1].key"),
        ("", "1", "labels[1].key"),
        ("tier", &long, "labels[1].value"),
        ("fleet_id", "1", "labels[1].key"),
        ("good", "1", "labels[1].key"),
    ] {
        let labels = json!([{ "key": "good", "value": "1" }, { "key": key, "value": value }]);
        let call = api.call("updateDedicatedServer").with("dedicatedServerId", 46201);
        let errors = call.body(json!({ "labels": labels })).refused(422, 11001).await;
        assert_eq!(errors.len(), 1, "{key}: {errors:?}");
        assert_eq!(errors[0].0, property, "{key}");
    }
    assert_eq!(api.call("getDedicatedServer").with("dedicatedServerId", 46201).ok().await, before);
}

#[tokio::test]
async fn a_customer_lists_and_finds_their_own_servers_alone() {
    let emulator = Emulator::start();
    let other = emulator.other_customer();
    assert_eq!(ids(&all(&other).await), [51001, 51002, 51003]);
    assert_eq!(found(&other, r#"host_id=46201 or region_name="Tokyo""#).await, [51003]);
}

#[tokio::test]
async fn the_figures_of_every_server_agree() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let currencies = api.call("getCurrencies").ok().await;
    let systems = api.call("getOperatingsystems").range("results=1000").ok().await;
    let mut addresses = Vec::new();
    for server in rows(&all(&api).await).iter().chain(rows(&all(&emulator.other_customer()).await))
    {
        let number = |name: &str| server[name].as_i64().unwrap();
        assert_eq!(
            number("trafficSum"),
            number("incomingTrafficSum") + number("outgoingTrafficSum")
        );
        assert_eq!(number("memMax"), number("memUsed") + number("memFree"));
        let modules = rows(&server["memory"]).iter().map(|it| it["size"].as_i64().unwrap());
        assert_eq!(number("memMax"), modules.sum::<i64>());
        assert_eq!(server["cpuInfo"], server["cpu"]["info"]);
        assert!(server["dateStart"].as_str() < server["dateEnd"].as_str());
        assert!(server["pricePerMonth"].as_str().unwrap().parse::<u32>().is_ok());
        assert!(rows(&currencies).iter().any(|it| it["id"] == server["currencyId"]));
        assert!(rows(&systems).iter().any(|it| it["id"] == server["osId"]));
        addresses.extend(
            rows(&server["ipAddress"])
                .iter()
                .map(|it| it["ipAddress"].as_str().unwrap().parse::<IpAddr>().unwrap()),
        );
    }
    let count = addresses.len();
    addresses.sort();
    addresses.dedup();
    assert_eq!((count, addresses.len()), (126, 126), "no address is given twice");
}
