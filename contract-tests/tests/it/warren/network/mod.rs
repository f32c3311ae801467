//! Networks, floating IPs, firewalls and load balancers.

mod firewalls;
mod floating_ips;
mod load_balancers;
mod networks;

use contract_tests::Api;
use serde_json::{Value, json};

/// The machine of the demo world that runs.
const MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d001";
/// The machine of the demo world that is stopped.
const OTHER_MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d002";

/// A new machine without a floating IP.
async fn machine(api: &Api, name: &str) -> Value {
    let new = json!({
        "name": name, "os_name": "ubuntu", "os_version": "22.04-lts", "disks": 20, "vcpu": 1,
        "ram": 1024,
        "username": "example", "password": "Password123", "reserve_public_ip": false,
    });
    api.call("createVm").body(new).ok().await
}

/// The UUID in an answer.
fn uuid(answer: &Value) -> &str {
    answer["uuid"].as_str().expect("a UUID")
}
