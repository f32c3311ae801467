use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

const DAY: u32 = 86_400;
/// Runs for a year at a time; three months of notice.
const YEARLY: i64 = 5201;
/// Was cancelled before the world began, with a month of notice.
const CANCELLED: i64 = 5205;
const THEIRS: i64 = 5206;

async fn colocation(api: &Api, id: i64) -> Value {
    api.call("getColocation").with("colocationId", id).ok().await[0].take()
}

fn day(colocation: &Value, date: &str) -> String {
    colocation[date].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_service_is_renamed_and_nothing_else_of_it_can_be_changed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut before = colocation(&api, YEARLY).await;
    let change = |body: Value| api.call("updateColocation").with("colocationId", YEARLY).body(body);

    let body = json!({
        "name": "Racks", "pricePerMonth": "1", "id": 7, "network": [], "dateEnd": "2099-01-01",
    });
    let changed = change(body).ok().await;
    before["name"] = "Racks".into();
    assert_eq!(changed, json!([before]), "the purchase order was left out and stays");
    change(json!({ "purchaseOrder": "" })).ok().await;
    before["purchaseOrder"] = "".into();
    assert_eq!(colocation(&api, YEARLY).await, before);
    assert_eq!(change(json!({ "name": 5 })).refused(422, 11001).await[0].0, "name");
}

#[tokio::test]
async fn a_cancelled_service_runs_until_its_contract_ends() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let put = |operation: &str| api.call(operation).with("colocationId", YEARLY);
    let before = colocation(&api, YEARLY).await;
    assert_eq!(
        (day(&before, "dateStart"), day(&before, "dateCancelled")),
        ("2023-10-24".into(), "".into())
    );
    assert_eq!(
        (day(&before, "dateEnd"), day(&before, "dateEndContract")),
        ("2026-01-24".into(), "2026-10-24".into())
    );
    let refused = put("updateColocationCancelRevert").refused(422, 11001).await;
    assert_eq!(refused, [("dateCancelled".to_owned(), "the service is not cancelled".to_owned())]);

    put("updateColocationCancel").ok().await;
    let cancelled = colocation(&api, YEARLY).await;
    assert_eq!(
        (day(&cancelled, "dateCancelled"), day(&cancelled, "dateEndContract")),
        ("2026-01-01".into(), "2026-10-24".into())
    );
    let refused = put("updateColocationCancel").refused(422, 11001).await;
    assert_eq!(
        refused,
        [("dateCancelled".to_owned(), "the service is cancelled already".to_owned())]
    );
    put("updateColocationCancelRevert").ok().await;
    assert_eq!(colocation(&api, YEARLY).await, before, "a notice taken back leaves no trace");

    // Within three months of the end, a notice is too late for it.
    api.advance(220 * DAY).await;
    put("updateColocationCancel").ok().await;
    assert_eq!(day(&colocation(&api, YEARLY).await, "dateEndContract"), "2027-10-24");
}

#[tokio::test]
async fn what_has_ended_cannot_be_reverted_and_uses_nothing_more() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let put = |operation: &str| api.call(operation).with("colocationId", CANCELLED);
    let end = day(&colocation(&api, CANCELLED).await, "dateEndContract");
    assert_eq!(end, "2026-02-11");
    api.advance(40 * DAY).await;
    put("updateColocationCancelRevert").ok().await;
    put("updateColocationCancel").ok().await;
    api.advance(DAY).await;
    // The notice of yesterday is a new one, and ends the service later.
    assert_eq!(day(&colocation(&api, CANCELLED).await, "dateEndContract"), "2026-03-11");
    api.advance(30 * DAY).await;
    let ended = colocation(&api, CANCELLED).await;
    let refused = put("updateColocationCancelRevert").refused(422, 11001).await;
    assert_eq!(refused, [("dateCancelled".to_owned(), "the service has ended".to_owned())]);
    put("updateColocationCancel").refused(422, 11001).await;
    api.advance(100 * DAY).await;
    let later = colocation(&api, CANCELLED).await;
    assert_eq!(
        (&later["powerMeter"], day(&later, "dateEnd")),
        (&ended["powerMeter"], "2026-03-11".to_owned())
    );
    assert_eq!(later["trafficSum"], 0);
}

#[tokio::test]
async fn a_customer_lists_their_own_services_alone() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let listed = api.call("getColocations").ok().await;
    let ids: Vec<i64> =
        listed.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [5201, 5202, 5203, 5204, 5205]);
    assert_eq!(emulator.other_customer().call("getColocations").ok().await[0]["id"], THEIRS);
    let visser = api.with_key("i3dVisserKey11223344");
    assert_eq!(visser.call("getColocations").ok().await, json!([]));
}

#[tokio::test]
async fn a_host_name_is_set_for_an_address_of_the_service() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let put = |address: &str, name: &str| {
        let call = api.call("updateColocationNetworkRdn").with("colocationId", YEARLY);
        call.with("ipAddress", address).body(json!({ "hostname": name }))
    };
    let names = |colocation: &Value, kind: &str, range: usize| -> Vec<(String, String)> {
        let names = colocation["network"][0][kind][range]["rDns"].as_array().unwrap().clone();
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        names.iter().map(|it| (text(&it["ip"]), text(&it["hostname"]))).collect()
    };
    let pair = |ip: &str, name: &str| (ip.to_owned(), format!("{name}.lighthouse.example"));

    put("203.0.113.158", "last.lighthouse.example.").ok().await;
    put("203.0.113.148", "core-c.lighthouse.example").ok().await;
    put("2001:DB8:C06:0::2", "six.lighthouse.example").ok().await;
    put("198.51.100.240", "relay-0.lighthouse.example").ok().await;
    let changed = colocation(&api, YEARLY).await;
    let v4 = [
        pair("203.0.113.148", "core-c"),
        pair("203.0.113.149", "core-b.rtm"),
        pair("203.0.113.158", "last"),
    ];
    assert_eq!(names(&changed, "ipRange", 0), v4, "in the order of their addresses");
    assert_eq!(names(&changed, "ipRange", 1)[0], pair("2001:db8:c06::2", "six"));
    assert_eq!(names(&changed, "ipRangeCustom", 0)[0], pair("198.51.100.240", "relay-0"));

    for elsewhere in ["203.0.113.160", "198.51.100.244", "2001:db8:c07::2", "10.0.0.1"] {
        assert_eq!(put(elsewhere, "a.example").refused(422, 11001).await[0].0, "ipAddress");
    }
    for bad in ["", "host", "-a.example", "a_b.example", "203.0.113.150", "a..example"] {
        assert_eq!(put("203.0.113.150", bad).refused(422, 11001).await[0].0, "hostname");
    }
    put("203.0.113", "a.example").refused(404, 10001).await;
    let other = emulator.other_customer();
    let theirs = other.call("updateColocationNetworkRdn").with("colocationId", YEARLY);
    theirs
        .with("ipAddress", "203.0.113.150")
        .body(json!({ "hostname": "a.example" }))
        .refused(404, 10001)
        .await;
    assert_eq!(colocation(&api, YEARLY).await, changed);
}

#[tokio::test]
async fn one_range_lists_only_so_many_host_names() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let put = |number: usize| {
        let call = api.call("updateColocationNetworkRdn").with("colocationId", YEARLY);
        let body = json!({ "hostname": format!("host-{number}.lighthouse.example") });
        call.with("ipAddress", format!("2001:db8:c06::1:{number:x}")).body(body)
    };
    for number in 1..256 {
        put(number).ok().await;
    }
    assert_eq!(put(256).refused(422, 11001).await[0].0, "ipAddress");
    put(255).ok().await;
}

#[tokio::test]
async fn what_the_demo_world_says_of_colocation_refers_to_what_it_has() {
    let emulator = Emulator::start();
    for (api, colocations, cross_connects) in
        [(emulator.api(), 5, 7), (emulator.other_customer(), 1, 1)]
    {
        let list = async |operation: &str| {
            let rows = api.call(operation).range("results=1000").ok().await;
            let Value::Array(rows) = rows else { panic!("{operation} answers a list") };
            rows
        };
        let has =
            |rows: &[Value], name: &str, value: &Value| rows.iter().any(|row| row[name] == *value);
        let currencies = list("getCurrencies").await;
        let sites = list("getPingSiteAction").await;
        let servers = list("getDedicatedServers").await;
        let services = list("getColocations").await;
        assert_eq!(services.len(), colocations);
        for service in &services {
            assert!(has(&currencies, "id", &service["currencyId"]), "{service}");
            let country = &service["datacenter"]["address"]["country"];
            assert!(has(&sites, "country", country), "{service}");
        }
        let links = list("getCrossConnects").await;
        assert_eq!(links.len(), cross_connects);
        for link in &links {
            let none = json!(0);
            let refers =
                |rows: &[Value], name: &str| link[name] == none || has(rows, "id", &link[name]);
            assert!(has(&currencies, "id", &link["currencyId"]), "{link}");
            assert!(refers(&services, "colocatedServerId") && refers(&servers, "hostId"), "{link}");
            assert!(link["colocatedServerId"] != none || link["hostId"] != none, "{link}");
            assert!(refers(&links, "diverseFromPatchId"), "{link}");
            for side in ["locationIdSideA", "locationIdSideZ"] {
                assert!(has(&sites, "dcLocationId", &link[side]), "{link}");
            }
        }
    }
}
