//! Version 2, administration: its own manners, and what both versions show of the same things.

mod invoices;
mod ticket_files;
mod tickets;
mod transport;

use contract_tests::{Api, Call, Emulator, profiles::i3d_v2::PROFILE};
use serde_json::{Value, json};

/// Another customer of the demo world, who lives alone.
const CONSUMER: &str = "100789:i3dVisserKey11223344";

/// Version 2 and version 3, called by the same customer.
fn both(emulator: &Emulator) -> (Api, Api) {
    (emulator.api_of(&PROFILE), emulator.api())
}

/// All customers of the demo world, each in both versions.
fn customers(emulator: &Emulator) -> [(Api, Api); 3] {
    let (v2, v3) = both(emulator);
    let other = (v2.with_key(PROFILE.demo_keys.other), emulator.other_customer());
    let consumer = (v2.with_key(CONSUMER), v3.with_key("i3dVisserKey11223344"));
    [(v2, v3), other, consumer]
}

/// What a successful answer holds in its envelope.
async fn data(call: Call<'_>) -> Value {
    let mut body = call.ok().await;
    assert_eq!((&body["status"], &body["msg"]), (&json!("Success"), &json!("OK")));
    body["data"].take()
}

/// Why a request is refused. The body has nothing but that.
async fn refused(call: Call<'_>) -> String {
    let body = call.expect(200).await;
    let message = body["msg"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    assert_eq!(body, json!({ "status": "Error", "msg": message }));
    message
}
