//! What a world file says of a customer is there like what they made themselves: in its network,
//! and charged for from when it was made.

use serde_json::json;

use super::{NOTHING, empty};
use crate::engine::world_files::{refusal, world};

const MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d101";

/// A machine with a disk, which was made forty days before the world begins, at this location.
fn file(location: &str) -> String {
    format!(
        "
from: empty
warren:
  22:
    machine:
    - uuid: {MACHINE}
      billing_account: 6
      name: web
      memory: 2048
      vcpu: 2
      os_name: ubuntu
      os_version: 22.04-lts
      mac: 52:54:00:6c:6a:ac
      designated_pool_name: General
      designated_pool_uuid: 4820b11f-82c9-4313-a1ef-14d6039981db
      username: me
      created_at: {{ago: 40d}}
      _columns: {{location: {location}}}
    disk:
    - billing_account_id: 6
      size_gb: 20
      storage_pool_uuid: 018d0c5e-7c00-7000-8000-00000000c201
      machine: {MACHINE}
      device: vda
      primary: true
      created_at: {{ago: 40d}}
      _columns: {{location: {location}}}
"
    )
}

#[tokio::test]
async fn a_machine_has_its_disk_and_an_address_and_is_charged_for() {
    let emulator = world(&file("jkt01"));
    let api = empty(&emulator);
    let machines = api.call("listVms").ok().await;
    let machine = &machines[0];
    assert_eq!(machine["created_at"], "2025-11-22 00:00:00");
    assert_eq!(machine["storage"][0]["created_at"], "2025-11-22 00:00:00");
    assert_eq!(machine["storage"][0]["name"], "vda");
    let disks = api.call("listDisks").ok().await;
    assert_eq!(disks[0]["created_at"], "2025-11-22T00:00:00.000+0000");
    let networks = api.call("listNetworks").ok().await;
    assert_eq!(networks[0]["vm_uuids"], json!([MACHINE]));
    assert!(networks[0]["subnet"].as_str().unwrap().starts_with("10."));
    assert!(machine["private_ipv4"].as_str().unwrap().starts_with("10."));
    let invoices = api.call("listInvoices").with("billing_account_id", 6).ok().await;
    assert_eq!(invoices.as_array().unwrap().len(), 2, "November and December");
    // It is one like any other.
    let stopped = api.call("stopVm").body(json!({ "uuid": MACHINE })).ok().await;
    assert_eq!(stopped["status"], "stopped");
}

#[test]
fn what_stands_nowhere_or_in_no_network_is_refused() {
    let text = file("cyc01");
    let nowhere = "world.yaml: warren: warren_disk of 22: its brand has no location cyc01";
    assert_eq!(refusal(&text), [nowhere]);
    let faults = refusal(&text.replace("      _columns: {location: cyc01}\n", ""));
    assert_eq!(faults, ["world.yaml:19: disk of account 22: `location` must be given"]);
    let text = format!(
        "
warren:
  22:
    load_balancer:
    - {{billing_account_id: 6, network_uuid: {NOTHING}, private_address: 10.1.1.254,
       _columns: {{location: jkt01}}}}
"
    );
    assert_eq!(refusal(&text), ["world.yaml: warren: Network UUID is invalid."]);
}
