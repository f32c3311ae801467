//! What the server does for every operation alike, and the control API.

mod clock;
mod control;
mod customers;
mod demo_world;
mod faults;
mod foreign_client;
mod journal;
mod other_conventions;
mod own_worlds;
mod requests;
mod rewind;
mod seed;
mod snapshots;
mod tls;
pub mod world_files;
mod worlds;

use contract_tests::{
    Caller, Emulator, Http, Keys, Received, Sent, Transport, profiles::i3d_v3::PROFILE,
};
use http::Method;
use serde_json::{Value, json};

/// When a seeded world begins.
const SEEDED_START: i64 = 1_767_225_600;

const SSH_KEYS: &str = "/v3/sshKey";
const UNKNOWN_KEY: &str = "/v3/sshKey/00000000-0000-4000-8000-000000000000";

pub(crate) const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";

fn new_key() -> Value {
    json!({ "name": "laptop", "publicKey": PUBLIC_KEY })
}

fn body(answer: &Received) -> Value {
    serde_json::from_slice(&answer.body).expect("the body is JSON")
}

/// Sends a request with these headers and no others.
async fn with_headers(
    emulator: &Emulator,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Received {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    let sent = Sent {
        route: None,
        caller: Caller::Nobody,
        method,
        target: path.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
    };
    let http = Http::new(emulator.url(), &PROFILE, Keys::default());
    http.send(&sent).await.expect("an answer")
}
