//! Managed services: packages, their secrets and who may connect.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{BOUND, NOTHING, customer, empty, of_3nv};

/// A package of user 22, whose billing account is 6.
fn package() -> Value {
    json!({
        "billing_account_id": 6,
        "service": "postgresql",
        "version": "14.0",
        "display_name": "My Postgre Service 14.0",
        "vm_cpu": 2,
        "vm_ram": 4096,
        "vm_disk_gb": 40,
    })
}

/// The same with another value of a member.
fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut new = package();
    new[member] = value.into();
    new
}

async fn create(api: &Api, new: Value) -> Value {
    api.call("createPackage").body(new).ok().await
}

fn uuid(package: &Value) -> &str {
    package["uuid"].as_str().expect("a UUID")
}

#[tokio::test]
async fn a_package_is_active_at_once_with_an_address_in_the_network() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let made = create(&api, package()).await;
    assert_eq!((&made["status"], &made["is_deleted"]), (&json!("active"), &json!(false)));
    assert_eq!((&made["user_id"], &made["version"]), (&json!(22), &json!("14.0")));
    let network = &api.call("listNetworks").ok().await[0];
    assert_eq!((&network["resources_count"], &network["vm_uuids"]), (&json!(1), &json!([])));
    let prefix = network["subnet"].as_str().unwrap().trim_end_matches("0/24");
    let address = &made["properties"]["service_ip"];
    assert!(address.as_str().unwrap().starts_with(prefix));
    assert_eq!(
        (&made["properties"]["port"], &made["properties"]["location"]),
        (&json!(5432), &json!("jkt01"))
    );
    let resources = made["resources"].as_array().expect("resources");
    let kinds: Vec<&Value> = resources.iter().map(|it| &it["resource_type"]).collect();
    assert_eq!(kinds, ["virtual_ip", "vm"]);
    assert_eq!(&resources[0]["resource_allocation"]["address"], address);
    let machine = &resources[1]["resource_allocation"];
    assert_eq!((&machine["vcpu"], &machine["memory"]), (&json!(2), &json!(4096)));
    assert_eq!(machine["storage"][0]["size"], 40);
    assert_eq!(made["prices"][0], json!({ "priceMultiplier": 3.0, "resourceType": "CPU" }));
    assert_eq!(made["prices"].as_array().map(Vec::len), Some(9));

    let several = create(&api, with("is_multi_node", true)).await;
    assert_eq!(several["resources"].as_array().map(Vec::len), Some(3));
    assert_ne!(several["properties"]["service_ip"], made["properties"]["service_ip"]);
    assert_eq!(api.call("listPackages").ok().await, json!([made, several]));
    let read = api.call("getPackage").with("service_package_uuid", uuid(&made)).ok().await;
    assert_eq!(read, made);
}

#[tokio::test]
async fn a_package_is_renamed_paid_for_by_another_and_deleted() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let all = api.call("listPackages").ok().await;
    let first = all[0].clone();
    let call = |operation| api.call(operation).with("service_package_uuid", uuid(&first));
    // The example of the references has a UUID in the body, which does not count.
    let change =
        json!({ "uuid": NOTHING, "billing_account_id": 129_188, "display_name": "New name" });
    let changed = call("updatePackage").body(change).ok().await;
    assert_eq!(
        (&changed["billing_account_id"], &changed["display_name"]),
        (&json!(129_188), &json!("New name"))
    );
    assert_eq!(changed["uuid"], first["uuid"]);
    assert_eq!(call("updatePackage").body(json!({})).ok().await["display_name"], "New name");
    assert_eq!(call("getPackageSecrets").ok().await, json!({ "sql_pass": "MKL-TosvErik" }));

    let gone = call("deletePackage").ok().await;
    assert_eq!((&gone["status"], &gone["is_deleted"]), (&json!("deleted"), &json!(true)));
    assert_eq!(gone["deleted_at"], "2026-01-01 00:00:00");
    let resources = gone["resources"].as_array().expect("resources");
    assert!(resources.iter().all(|it| it["resource_allocation"] == json!({})));
    assert_eq!(api.call("listPackages").ok().await.as_array().map(Vec::len), Some(1));
    for operation in ["getPackage", "getPackageSecrets", "deletePackage"] {
        let refused = call(operation).response().await;
        let words = r#"{"message":"Service package not found"}"#.to_owned();
        assert_eq!((refused.status, refused.text()), (404, words));
    }
    let refused = call("updatePackage").body(json!({ "display_name": "x" })).response().await;
    assert_eq!(refused.status, 404);
}

#[tokio::test]
async fn there_is_one_service_in_one_version() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let message = |text: &str| json!({ "message": text }).to_string();
    for (new, words) in [
        (with("service", "mysql"), message("Service 'mysql' not found")),
        (with("version", "14"), message("Version '14' of service 'postgresql' not found")),
        (
            with("package_parameters", "{location"),
            json!({ "errors": { "package_parameters": "Invalid JSON provided" } }).to_string(),
        ),
        (
            with("billing_account_id", 129_072),
            json!({ "errors": { "Error": "Provided billing account is incorrect." } }).to_string(),
        ),
    ] {
        let refused = api.call("createPackage").body(new).response().await;
        assert_eq!((refused.status, refused.text()), (400, words));
    }
    assert_eq!(api.call("listPackages").ok().await, json!([]));
    assert_eq!(api.call("listNetworks").ok().await, json!([]));
    let bound = customer(&emulator).with_key(BOUND);
    let other = bound.call("createPackage").body(with("billing_account_id", 129_188));
    assert_eq!(other.response().await.status, 403);
}

#[tokio::test]
async fn a_package_stands_where_its_parameters_say() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    for parameters in [json!("{\"location\":\"jkt02\"}"), json!({ "location": "jkt02" })] {
        let made = create(&api, with("package_parameters", parameters)).await;
        assert_eq!(made["properties"]["location"], "jkt02");
        assert_eq!(made["resources"][1]["resource_location"], "jkt02");
    }
    assert_eq!(api.call("listNetworks").ok().await, json!([]));
    let there = api.raw("GET", "/v1/jkt02/network/networks", None).await.json();
    assert_eq!(there[0]["resources_count"], 2);
    for location in [json!("bus02"), json!(2), json!(["jkt02"])] {
        let refused = with("package_parameters", json!({ "location": location }));
        assert_eq!(api.call("createPackage").body(refused).response().await.status, 400);
    }

    // Without parameters, the path says it; packages are listed everywhere.
    let path = "/v1/sgp01/user-resource/service/package";
    let made = api.raw("POST", path, Some(package())).await.json();
    assert_eq!(made["properties"]["location"], "sgp01");
    assert_eq!(api.call("listPackages").ok().await.as_array().map(Vec::len), Some(3));
    // What happens to one happens where it stands.
    api.call("deletePackage").with("service_package_uuid", uuid(&made)).ok().await;
    let there = api.raw("GET", "/v1/sgp01/network/networks", None).await.json();
    assert_eq!(there[0]["resources_count"], 0);

    let new = with("billing_account_id", 129_673);
    let of_3nv = create(&of_3nv(&emulator), new).await;
    assert_eq!(of_3nv["properties"]["location"], "cyc01");
}

#[tokio::test]
async fn a_whitelist_grows_and_shrinks() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let made = create(&api, package()).await;
    let call = |operation| api.call(operation).with("service_package_uuid", uuid(&made));
    assert_eq!(call("listWhitelist").ok().await, json!([]));
    let entry = json!({ "ip_address": "203.0.113.203" });
    assert_eq!(call("addWhitelistEntry").body(entry.clone()).ok().await, json!(["203.0.113.203"]));
    let form = call("addWhitelistEntry").text("ip_address=198.51.100.0/24");
    let form = form.header("content-type", "application/x-www-form-urlencoded").ok().await;
    assert_eq!(form, json!(["203.0.113.203", "198.51.100.0/24"]));
    // The same address stands there once.
    assert_eq!(call("addWhitelistEntry").body(entry.clone()).ok().await, form);
    let left = call("deleteWhitelistEntry").body(entry.clone()).ok().await;
    assert_eq!(left, json!(["198.51.100.0/24"]));
    assert_eq!(call("deleteWhitelistEntry").body(entry).response().await.status, 400);
    assert_eq!(call("listWhitelist").ok().await, left);

    // A resource of the package stands for it.
    let machine = made["resources"][1]["resource_id"].as_str().unwrap();
    assert_eq!(api.call("listWhitelist").with("service_package_uuid", machine).ok().await, left);
}

#[tokio::test]
async fn a_whitelist_takes_addresses_at_the_location_of_its_package() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let made = create(&api, package()).await;
    let call = |operation| api.call(operation).with("service_package_uuid", uuid(&made));
    for body in [json!({}), json!({ "ip": "192.0.2.1" }), json!({ "cidr": "192.0.2.0/24" })] {
        for operation in ["addWhitelistEntry", "deleteWhitelistEntry"] {
            let refused = call(operation).body(body.clone()).response().await;
            let words = r#"{"message":"IP address must be specified"}"#.to_owned();
            assert_eq!((refused.status, refused.text()), (400, words));
        }
    }
    let wrong = json!({ "ip_address": "here" });
    assert_eq!(call("addWhitelistEntry").body(wrong).response().await.status, 400);
    let path =
        format!("/v1/jkt02/user-resource/service/package/{}/whitelist_addresses", uuid(&made));
    assert_eq!(api.raw("GET", &path, None).await.status, 404);
    assert_eq!(api.raw("GET", &path.replace("jkt02", "jkt01"), None).await.json(), json!([]));
    let other = customer(&emulator);
    let foreign = other.call("listWhitelist").with("service_package_uuid", uuid(&made));
    assert_eq!(foreign.response().await.status, 404);
}
