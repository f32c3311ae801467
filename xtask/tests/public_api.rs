//! The public API of the libraries. A change of a snapshot is a change for their users:
//! `INSTA_UPDATE=always cargo test -p xtask --test public_api` accepts it.

use xtask::{modules::public_api, source::root};

fn api(package: &str) -> String {
    let file = root().join(package).join("src/lib.rs");
    let lines = public_api(&package.replace('-', "_"), &file).expect("a readable crate");
    lines.join("\n")
}

#[test]
fn openapi() {
    insta::assert_snapshot!(api("openapi"));
}

#[test]
fn mock_server() {
    insta::assert_snapshot!(api("mock-server"));
}

#[test]
fn contract_tests() {
    insta::assert_snapshot!(api("contract-tests"));
}
