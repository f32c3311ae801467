//! What the server does for every operation alike, and the control API.

mod clock;
mod control;
mod demo_world;
mod requests;
mod seed;

use reqwest::Response;
use serde_json::{Value, json};

/// When a seeded world begins.
const SEEDED_START: i64 = 1_767_225_600;

const SSH_KEYS: &str = "/v3/sshKey";
const UNKNOWN_KEY: &str = "/v3/sshKey/00000000-0000-4000-8000-000000000000";

const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";

fn new_key() -> Value {
    json!({ "name": "laptop", "publicKey": PUBLIC_KEY })
}

async fn body(response: Response) -> Value {
    response.json().await.expect("the body is JSON")
}
