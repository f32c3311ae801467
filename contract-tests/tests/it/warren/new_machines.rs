//! New machines: what they are made of, and what is refused.

use contract_tests::{Api, Emulator};
use mock_server::Config;
use serde_json::{Value, json};

use super::{BOUND, NOTHING, customer, empty, of_3nv};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMq4Kq0h9uMZ8d9v7kFq3bC1nG0r6wq0mJ7tqk3hC2oP";

fn wanted() -> Value {
    json!({
        "name": "web", "os_name": "ubuntu", "os_version": "22.04-lts", "disks": 20, "vcpu": 2,
        "ram": 2048, "username": "example", "password": "Password123",
    })
}

/// The same with other members; `null` takes one away.
fn but(changes: &Value) -> Value {
    let mut body = wanted();
    for (member, value) in changes.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body
}

async fn made(api: &Api, changes: Value) -> Value {
    api.call("createVm").body(but(&changes)).ok().await
}

async fn refused(api: &Api, changes: Value) -> (u16, Value) {
    let answer = api.call("createVm").body(but(&changes)).response().await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn a_machine_runs_when_it_is_answered() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let machine = made(&api, json!({ "description": "shop", "backup": "True" })).await;
    let shown = (&machine["status"], &machine["memory"], &machine["vcpu"], &machine["backup"]);
    assert_eq!(shown, (&json!("running"), &json!(2048), &json!(2), &json!(true)));
    let shown = (&machine["billing_account"], &machine["user_id"], &machine["description"]);
    assert_eq!(shown, (&json!(6), &json!(22), &json!("shop")));
    let disk = &machine["storage"][0];
    let shown = (&disk["name"], &disk["size"], &disk["primary"], &disk["pool"]);
    assert_eq!(shown, (&json!("vda"), &json!(20), &json!(true), &json!("n/a")));
    let disks = api.call("listDisks").ok().await;
    let shown = (&disks[0]["uuid"], &disks[0]["source_image_type"], &disks[0]["source_image"]);
    assert_eq!(shown, (&disk["uuid"], &json!("OS_BASE"), &json!("ubuntu_22.04-lts")));

    // Its address is one of the default network, which was made for it.
    let networks = api.call("listNetworks").ok().await;
    assert_eq!(
        (&networks[0]["name"], &networks[0]["is_default"]),
        (&json!("Default network"), &json!(true))
    );
    assert_eq!(networks[0]["vm_uuids"], json!([machine["uuid"]]));
    let prefix = networks[0]["subnet"].as_str().unwrap().trim_end_matches("0/24").to_owned();
    assert_eq!(machine["private_ipv4"], format!("{prefix}2"));
    let uuid = machine["uuid"].as_str().unwrap();
    assert_eq!(api.call("getVm").with("uuid", uuid).ok().await, machine);
    assert_eq!(api.call("listVms").ok().await, json!([machine]));
}

#[tokio::test]
async fn a_machine_shows_what_the_real_ones_show_and_no_more() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let members = |shown: &Value| -> Vec<String> {
        let mut members: Vec<String> = shown.as_object().unwrap().keys().cloned().collect();
        members.sort_unstable();
        members
    };
    let machine = made(&api, json!({ "reserve_public_ip": false })).await;
    let real = [
        "backup",
        "billing_account",
        "created_at",
        "description",
        "designated_pool_name",
        "designated_pool_uuid",
        "hostname",
        "mac",
        "memory",
        "name",
        "os_name",
        "os_version",
        "private_ipv4",
        "status",
        "storage",
        "updated_at",
        "user_id",
        "username",
        "uuid",
        "vcpu",
    ];
    assert_eq!(members(&machine), real);
    let disk = &machine["storage"][0];
    let real =
        ["created_at", "name", "pool", "primary", "replica", "shared", "size", "type", "user_id"];
    assert_eq!(members(disk), [&real[..], &["uuid"]].concat());
    assert_eq!((&disk["pool"], &disk["type"]), (&json!("n/a"), &json!("n/a")));
}

#[tokio::test]
async fn a_public_address_comes_with_a_machine_unless_it_is_not_wanted() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let hidden = made(&api, json!({ "reserve_public_ip": "False" })).await;
    assert!(hidden.get("public_ipv6").is_none());
    assert_eq!(api.call("listFloatingIps").ok().await, json!([]));
    let machine = made(&api, json!({})).await;
    assert!(machine["public_ipv6"].is_string());
    let ips = api.call("listFloatingIps").ok().await;
    let shown = (&ips[0]["assigned_to"], &ips[0]["assigned_to_resource_type"]);
    assert_eq!(shown, (&machine["uuid"], &json!("virtual_machine")));
    assert_eq!(ips[0]["assigned_to_private_ip"], machine["private_ipv4"]);
    assert!(ips[0].get("name").is_none());
    let billed = api.call("listBillingResources").with("id", "6").ok().await;
    assert_eq!(billed[1]["public_ipv4"], ips[0]["address"]);
    assert_eq!(billed[0]["public_ipv4"], Value::Null);

    // It stays reserved when the machine goes.
    api.call("deleteVm").body(json!({ "uuid": machine["uuid"] })).ok().await;
    let ips = api.call("listFloatingIps").ok().await;
    assert_eq!(ips.as_array().map(Vec::len), Some(1));
    assert!(ips[0].get("assigned_to").is_none(), "{ips}");
}

#[tokio::test]
async fn the_network_the_pool_and_who_pays_can_be_chosen() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let machine = made(
        &api,
        json!({
            "network_uuid": "018d0c5e-7c00-7000-8000-00000000b002",
            "designated_pool_uuid": "d2fc6881-9316-46d7-b515-b6cddaeee927",
            "billing_account_id": 129_188,
        }),
    );
    let machine = machine.await;
    assert_eq!(machine["private_ipv4"], "10.1.105.2");
    let shown = (&machine["designated_pool_name"], &machine["billing_account"]);
    assert_eq!(shown, (&json!("Performance"), &json!(129_188)));
    // Without a word, the default billing account pays.
    assert_eq!(made(&api, json!({})).await["billing_account"], 129_072);
    let network = refused(&api, json!({ "network_uuid": NOTHING })).await;
    assert_eq!(network, (400, json!({ "message": "Network UUID is invalid." })));
    assert_eq!(refused(&api, json!({ "designated_pool_uuid": NOTHING })).await.0, 400);
    let payer = refused(&api, json!({ "billing_account_id": 6 })).await;
    let words = json!({ "errors": { "Error": "Provided billing account is incorrect." } });
    assert_eq!(payer, (400, words));
    let bound = api.with_key(BOUND);
    assert_eq!(refused(&bound, json!({ "billing_account_id": 129_188 })).await.0, 403);
}

#[tokio::test]
async fn a_refusal_names_the_parameter() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let (status, body) = refused(&api, json!({ "os_version": "16.04" })).await;
    let words = "if 'os_name=ubuntu' then value must be one from the list \
                 ['20.04-lts', '22.04-lts', '24.04-lts']";
    assert_eq!((status, body), (400, json!({ "errors": { "os_version": words } })));
    for (changes, parameter) in [
        (json!({ "os_name": "beos" }), "os_name"),
        (json!({ "os_name": null }), "os_name"),
        (json!({ "os_version": null }), "os_version"),
        (json!({ "disks": null }), "disks"),
        (json!({ "disks": 19 }), "disks"),
        (json!({ "disks": 241 }), "disks"),
        (json!({ "vcpu": 17 }), "vcpu"),
        (json!({ "ram": 511 }), "ram"),
        (json!({ "ram": "much" }), "ram"),
        (json!({ "os_name": "windows", "os_version": "2019", "vcpu": 1 }), "vcpu"),
        (json!({ "os_name": "windows", "os_version": "2019", "ram": 512 }), "ram"),
        (json!({ "username": "root" }), "username"),
        (json!({ "username": "1st" }), "username"),
        (json!({ "username": null }), "username"),
        (json!({ "password": "password123" }), "password"),
        (json!({ "password": null }), "password"),
        (json!({ "public_key": "my key" }), "public_key"),
        (json!({ "public_keys": [KEY, "my key"] }), "public_keys"),
        (json!({ "cloud_init": "just a text" }), "cloud_init"),
        (json!({ "name": null }), "name"),
    ] {
        let (status, body) = refused(&api, changes.clone()).await;
        assert_eq!(status, 400, "{changes}: {body}");
        assert!(body["errors"][parameter].is_string(), "{changes}: {body}");
    }
    assert_eq!(api.call("listVms").ok().await, json!([]));
    // Each brand has versions of its own.
    let old = made(&of_3nv(&emulator), json!({ "os_version": "16.04" })).await;
    assert_eq!(old["os_version"], "16.04");
}

#[tokio::test]
async fn a_key_or_cloud_init_is_a_way_in_too() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    for changes in [
        json!({ "password": null, "public_key": KEY }),
        json!({ "password": null, "public_keys": [KEY, KEY] }),
        json!({ "password": null, "cloud_init": "#cloud-config\nruncmd:\n  - /firstboot\n" }),
        json!({ "cloud_init": { "runcmd": ["/firstboot"] } }),
        json!({ "cloud_init": "{\"runcmd\": [\"/firstboot\"]}" }),
    ] {
        assert_eq!(made(&api, changes).await["username"], "example");
    }
    // Where cloud-init says who the users are, nobody else does.
    let users = made(&api, json!({ "cloud_init": "users:\n  - name: me\n" })).await;
    assert!(users.get("username").is_none());
    let windows = json!({ "os_name": "windows", "os_version": "2019", "username": null });
    let windows = made(&api, windows).await;
    assert_eq!(windows["license_type"], "WINDOWS");
}

#[tokio::test]
async fn a_machine_begins_with_an_empty_disk_or_one_that_was_there() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let nobody = json!({ "username": null, "password": null });
    for (os_name, os_version) in [(json!("_custom"), json!("_")), (json!(null), json!(null))] {
        let mut changes = nobody.clone();
        (changes["os_name"], changes["os_version"]) = (os_name, os_version);
        let machine = made(&api, changes).await;
        assert_eq!(machine["os_name"], "_custom");
    }
    let disk = "018d0c5e-7c00-7000-8000-00000000e004";
    let from = json!({
        "os_name": null, "os_version": null, "disks": null, "username": null, "password": null,
        "disk_uuid": disk,
    });
    let machine = made(&api, from.clone()).await;
    let storage = &machine["storage"][0];
    assert_eq!((&storage["uuid"], &storage["primary"]), (&json!(disk), &json!(true)));
    let (status, body) = refused(&api, from).await;
    assert_eq!((status, body["errors"]["disk_uuid"].is_string()), (400, true));
    assert_eq!(refused(&api, json!({ "disk_uuid": NOTHING })).await.0, 404);
}

#[tokio::test]
async fn forms_say_nothing_with_an_empty_text_and_repeat_keys() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let form = "name=abcd&vcpu=1&ram=1024&disks=&os_name=&os_version=&username=&password=\
                &source_uuid=&source_replica=&designated_pool_uuid=&billing_account_id=\
                &network_uuid=&cloud_init=&disk_uuid=018d0c5e-7c00-7000-8000-00000000e004";
    let machine = api.call("createVm").text(form).header("content-type", FORM).ok().await;
    assert_eq!(machine["storage"][0]["size"], 50);
    let key = KEY.replace(' ', "+").replace('/', "%2F");
    let form = format!(
        "name=abcd&vcpu=1&ram=1024&disks=20&os_name=ubuntu&os_version=22.04-lts&username=me\
         &public_keys={key}&public_keys={key}&location=jkt01"
    );
    let machine = api.call("createVm").text(&form).header("content-type", FORM).ok().await;
    assert_eq!(machine["username"], "me");
}

#[tokio::test]
async fn writes_take_the_time_that_they_really_take_if_the_settings_say_so() {
    let config = Config { seed: Some(1), vm_latency: true, ..Config::default() };
    let emulator = Emulator::with(config);
    let api = empty(&emulator);
    let timed = async |operation: &str, body: Value| {
        let now = async || api.raw("GET", "/_mock/clock", None).await.json()["now"].as_i64();
        let begun = now().await;
        let call = api.call(operation).body(body).ok();
        let pass = async {
            loop {
                api.advance(1).await;
            }
        };
        let answer = tokio::select! { answer = call => answer, () = pass => Value::Null };
        (answer, now().await.zip(begun).map(|(now, begun)| now - begun))
    };
    let (machine, took) = timed("createVm", wanted()).await;
    assert!((33..60).contains(&took.unwrap()), "{took:?}");
    let uuid = json!({ "uuid": machine["uuid"] });
    for (operation, seconds) in [("stopVm", 22), ("startVm", 4), ("deleteVm", 1)] {
        let (_, took) = timed(operation, uuid.clone()).await;
        assert!((seconds..seconds + 20).contains(&took.unwrap()), "{operation}: {took:?}");
    }
}
