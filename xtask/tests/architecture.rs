//! The laws of the source that the compiler does not hold: the order of modules, sizes, and words.

use std::{collections::BTreeMap, path::Path};

use xtask::{
    modules::{Graph, Layers},
    source::{COLUMNS_MAX, CRATES, files, has_word, long_lines, read, root},
};

/// A longer file is split by noun.
const LINES_MAX: usize = 500;

/// A fuller folder gets rooms.
const FILES_MAX: usize = 20;

/// The crates of the workspace, which count as modules of those that use them.
const OTHER_CRATES: [&str; 3] = ["openapi", "mock_server", "contract_tests"];

/// From the top to the bottom: a part uses those of lower rows, and no other.
const OPENAPI: Layers<'_> = Layers(&[
    &["crate"],
    &["contract", "document", "message", "parameter", "request", "response", "schema"],
];

const MOCK_SERVER: Layers<'_> = Layers(&[
    &["crate"],
    &["http", "apis"],
    &["engine"],
    &["openapi"],
]);

/// `core` knows neither an API nor the emulator.
const CONTRACT_TESTS: Layers<'_> = Layers(&[
    &["crate"],
    &["cli"],
    &["emulator"],
    &["profiles", "mock_server"],
    &["report"],
    &["compare", "record", "explore", "live", "fault"],
    &["fixture"],
    &["core"],
    &["openapi"],
]);

fn graph(package: &str) -> Graph {
    let file = root().join(package).join("src/lib.rs");
    Graph::read(&file, &OTHER_CRATES).unwrap_or_else(|error| panic!("{error:#}"))
}

/// Fails with all that was found, one after the other.
fn none_of(broken: &[String], law: &str) {
    assert!(broken.is_empty(), "{law}:\n\n{}\n", broken.join("\n"));
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let circles = |package: &&str| {
        let circles = graph(package).circles();
        circles.into_iter().map(|it| format!("{package}: {it}")).collect::<Vec<_>>()
    };
    let broken: Vec<String> = CRATES.iter().flat_map(circles).collect();
    none_of(&broken, "modules use each other in a circle");
}
