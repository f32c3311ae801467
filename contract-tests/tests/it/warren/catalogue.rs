//! Images, parameters of machines and pools of hosts.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{customer, of_3nv, of_brand};

async fn rows(api: &Api, operation: &'static str) -> Vec<Value> {
    api.call(operation).ok().await.as_array().cloned().unwrap_or_default()
}

fn image<'a>(images: &'a [Value], name: &str) -> &'a Value {
    images.iter().find(|image| image["os_name"] == name).expect("there is such an image")
}

fn versions(image: &Value) -> Vec<&str> {
    let versions = image["versions"].as_array().expect("versions");
    versions.iter().filter_map(|version| version["os_version"].as_str()).collect()
}

#[tokio::test]
async fn each_brand_has_images_of_its_own() {
    let emulator = Emulator::start();
    let images = rows(&customer(&emulator), "listImages").await;
    assert_eq!(versions(image(&images, "ubuntu")), ["20.04-lts", "22.04-lts", "24.04-lts"]);
    assert_eq!(versions(image(&images, "windows")), ["2019"]);
    let of_3nv = rows(&of_3nv(&emulator), "listImages").await;
    assert_eq!(versions(image(&of_3nv, "centos")), ["7.3.1611", "7.6", "8.2"]);
    let defaults = images.iter().filter(|image| image["is_default"] == true);
    assert_eq!(defaults.count(), 1);
}

#[tokio::test]
async fn plain_systems_and_the_catalogue_of_applications_are_all_images() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let all = rows(&api, "listImages").await;
    let plain = rows(&api, "listPlainOsImages").await;
    let apps = rows(&api, "listAppCatalogImages").await;
    assert!(plain.iter().all(|image| image["is_app_catalog"] == false));
    assert!(apps.iter().all(|image| image["is_app_catalog"] == true));
    assert_eq!(plain.len() + apps.len(), all.len());
    assert!(plain.iter().chain(&apps).all(|image| all.contains(image)));
    // The official client asks at a location, which makes no difference.
    let there = api.raw("GET", "/v1/jkt02/config/vm_images", None).await;
    assert_eq!(there.json(), json!(all));
}

#[tokio::test]
async fn parameters_agree_with_images_and_pools() {
    let emulator = Emulator::start();
    let api = of_3nv(&emulator);
    let parameters = rows(&api, "getVmParameters").await;
    let of = |name: &str| parameters.iter().find(|it| it["parameter"] == name).expect("is there");
    let (vcpu, ram) = (of("vcpu"), of("ram"));
    assert_eq!((&vcpu["min"], &vcpu["max"]), (&json!(1), &json!(16)));
    assert_eq!(vcpu["limits"], json!([{ "os_name": "windows", "min": 2 }]));
    assert_eq!((&ram["min"], &ram["max"]), (&json!(512), &json!(65536)));
    assert_eq!((&of("disks")["min"], &of("disks")["max"]), (&json!(20), &json!(240)));
    for (name, expression) in [
        ("name", "^[0-9a-zA-Z][-0-9a-zA-Z]{2,}[0-9a-zA-Z]$"),
        ("username", "^(?=.{1,30}$)[a-zA-Z_][0-9a-zA-Z_-]*$"),
        ("password", r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,}$"),
        (
            "public_key",
            "^(ssh-(rsa|dsa|ecdsa|ed25519)|ecdsa-sha2-nistp[0-9]+) \
             [A-Za-z0-9+/]+[=]{0,3}(\\s.*)?$",
        ),
    ] {
        assert_eq!(of(name)["expression"], expression);
    }
    assert_eq!(of("username")["limits"], json!([{ "os_name": "windows", "mandatory": false }]));

    let images = rows(&api, "listImages").await;
    let names: Vec<&Value> = images.iter().map(|image| &image["os_name"]).collect();
    assert_eq!(of("os_name")["values"], json!(names));
    let limits = of("os_version")["limits"].as_array().expect("limits");
    for (limit, image) in limits.iter().zip(&images) {
        assert_eq!(limit["os_name"], image["os_name"]);
        assert_eq!(limit["values"], json!(versions(image)));
    }
    let pool = &rows(&api, "listHostPools").await[0];
    assert_eq!(pool["guest_limits"]["ram_mb"], json!({ "min": 512, "max": 65536 }));
}

#[tokio::test]
async fn a_location_has_its_own_pools_of_which_one_is_the_default() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let here = rows(&api, "listHostPools").await;
    assert_eq!(here.iter().filter(|pool| pool["is_default_designated"] == true).count(), 1);
    assert_eq!(
        api.raw("GET", "/v1/jkt01/user-resource/host_pool/list", None).await.json(),
        json!(here)
    );
    for location in ["jkt02", "jkt03", "sgp01"] {
        let path = format!("/v1/{location}/user-resource/host_pool/list");
        let there = api.raw("GET", &path, None).await.json();
        assert_eq!(there[0]["is_default_designated"], true);
        assert!(here.iter().all(|pool| pool["uuid"] != there[0]["uuid"]));
    }
}

#[tokio::test]
async fn both_brands_have_media_to_boot_from() {
    for brand in ["idcloudhost", "3nv"] {
        let emulator = of_brand(brand);
        let media = rows(&super::empty(&emulator), "listBootImages").await;
        assert_eq!(media[0]["uuid"], "e3a5f2d6-7d15-11f0-85ba-047bcbc1cb26");
        assert_eq!(media[0]["image_name"], "systemrescue-12.x-amd64.iso");
        assert!(media.iter().any(|medium| medium["is_installation_media"] == true));
    }
}
