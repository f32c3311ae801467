//! The older API over the same world.

mod invoices;
mod tickets;
mod transport;

use contract_tests::{Api, Emulator, profiles::i3d_v2::PROFILE};
use serde_json::Value;

/// Version 2, called by the first customer.
fn v2(emulator: &Emulator) -> Api {
    emulator.api_of(&PROFILE)
}

/// What is in the envelope of a successful answer.
async fn data(api: &Api, action: &str, body: Value) -> Value {
    api.call(action).body(body).ok().await["data"].take()
}

/// Why an action is refused.
async fn refusal(api: &Api, action: &str, body: Value) -> String {
    let mut answer = api.call(action).body(body).expect(200).await;
    assert_eq!(answer["status"], "Error", "{action} is refused");
    serde_json::from_value(answer["msg"].take()).expect("a message")
}
