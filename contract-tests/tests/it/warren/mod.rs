//! The Warren platform: scenarios over HTTP, in the rooms of the emulated API.

mod account;
mod billing;
mod bound_tokens;
mod catalogue;
mod disks;
mod gateway;
mod machine_disks;
mod machines;
mod network;
mod new_machines;
mod object_storage;
mod refusals;
mod replicas;
mod services;
mod world_files;

use contract_tests::{Api, Emulator, profiles::warren_v1::PROFILE};
use mock_server::Config;

/// The token of the user whose account is empty.
const EMPTY: &str = "meowmeowmeow";
/// The token of the customer of 3nv.io.
const THREE_NV: &str = "3nvDemoToken0123456789ABCDEFGHIJ";
/// A token of the first customer that opens one billing account only.
const BOUND: &str = "idcloudhostBoundToken01234567890";
/// What a token may not do.
const FORBIDDEN: &str = concat!(
    r#"{"errors":{"consumer::resource_forbidden":"#,
    r#"{"msg":"Consumer not allowed to access resource.","#,
    r#""subtype":"resource_forbidden","type":"consumer"}}}"#,
);
/// A UUID that nothing has.
const NOTHING: &str = "018d0c5e-7c00-7000-8000-00000000ffff";

/// The customer of idcloudhost.com.
fn customer(emulator: &Emulator) -> Api {
    emulator.api_of(&PROFILE)
}

/// The user whose account is empty.
fn empty(emulator: &Emulator) -> Api {
    customer(emulator).with_key(EMPTY)
}

/// The customer of 3nv.io.
fn of_3nv(emulator: &Emulator) -> Api {
    customer(emulator).with_key(THREE_NV)
}

/// An emulator whose empty account is one of this brand.
fn of_brand(brand: &str) -> Emulator {
    Emulator::with(Config { seed: Some(1), brand: brand.to_owned(), ..Config::default() })
}
