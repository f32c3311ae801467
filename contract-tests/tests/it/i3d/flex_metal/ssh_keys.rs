use contract_tests::Emulator;
use serde_json::json;

const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";

#[tokio::test]
async fn what_is_not_a_public_key_is_refused() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let create =
        |key: &str| api.call("createSshKey").body(json!({ "name": "laptop", "publicKey": key }));
    for key in ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "not a key", "ssh-rsa !!!"] {
        let errors = create(key).refused(422, 11001).await;
        assert_eq!(errors, [("publicKey".to_owned(), "is not an SSH public key".to_owned())]);
    }
    create(PUBLIC_KEY).ok().await;
    create(PUBLIC_KEY).ok().await;
}

/// One key of each kind that OpenSSH makes, without the comment.
const KINDS: [&str; 3] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHo8IaPkQ6UnDZvi4F4RBSouRa6Gtysdg2EF+SIXheVF2SGBQ2uH7RfDjXRfvq4VpHJrKYs4kWfNoHQg8ZG6PH4=",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCZtbd6mrPezgh5bTRgdmeJ7T4BjCJdCPUSW84MvmSLh9ePb/HzVamh/FnKWm1EYkqFIBgYXrzE3d7lL05GAydosTnk/3pvZ7uqe3ktALaMIFd4Nf6bZrr/YhAGhp/rhaXmb5OqK86wo39O67xL8LcTKSQWSbEFn6yCe9P0XsEm7bW5XRb2nDRVbY0PGNh06z7jJl1fcX4kcBPO7V0af6M6Kfkk5q7uhAddr2lG809qLQyj8HQu3vMRY9RkYpez1lwJVmjk01+adaPxm5nmQ2pzhWadRC4cBAY1J/wKZb2bxVA7yqGM81GOgneMKNX8w4V9DRugCZ7spMB5qxFqkeCB",
];

#[tokio::test]
async fn keys_of_every_kind_are_keys() {
    let emulator = Emulator::start();
    for key in KINDS {
        emulator
            .api()
            .call("createSshKey")
            .body(json!({ "name": "k", "publicKey": key }))
            .ok()
            .await;
    }
}

#[tokio::test]
async fn a_malformed_uuid_is_400_on_delete_and_no_route_on_get() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("deleteSshKey")
        .with("uuid", "\"7561c39d-f4df-4c46-b3f1-2ac981271e29\"")
        .refused(400, 10008)
        .await;
    let laptop = api.call("getSshKey").with("uuid", "laptop").expect(404).await;
    assert!(laptop["errorMessage"].is_string());
}

#[tokio::test]
async fn a_uuid_may_be_written_in_capitals() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let keys = api.call("getSshKeys").ok().await;
    let capitals = keys[0]["uuid"].as_str().unwrap().to_uppercase();
    assert_eq!(api.call("getSshKey").with("uuid", &capitals).ok().await, json!([keys[0]]));
    api.call("deleteSshKey").with("uuid", &capitals).ok().await;
    api.call("getSshKey").with("uuid", &capitals).refused(404, 10001).await;
}
