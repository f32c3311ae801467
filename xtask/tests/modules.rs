//! Tests the graph of modules and the list of a public API on a sample crate.

use std::path::PathBuf;

use xtask::modules::{Graph, Layers, public_api};

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sample/lib.rs")
}

fn graph() -> Graph {
    Graph::read(&sample(), &["other"]).expect("the sample is readable")
}

#[test]
fn imports_code_and_macros_are_uses_and_tests_and_reexports_are_not() {
    let graph = graph();
    let uses: Vec<String> =
        graph.edges.iter().map(|it| format!("{} {} {}", it.from, it.to, it.line)).collect();
    assert_eq!(
        uses,
        [
            "high low 3",
            "high other 24",
            "high round::one 15",
            "round::one round::two 3",
            "round::two round::one 9",
        ]
    );
    assert_eq!(graph.modules, ["crate", "high", "low", "round", "round::one", "round::two"]);
}

#[test]
fn a_circle_is_told_with_the_lines_that_make_it() {
    let circles = graph().circles();
    let [circle] = circles.as_slice() else { panic!("one circle: {circles:?}") };
    assert!(circle.starts_with("2 modules use each other: round::one, round::two;"), "{circle}");
    assert!(circle.contains("one.rs:3 uses super::Two"), "{circle}");
    assert!(circle.contains("two.rs:9 uses super::one::number"), "{circle}");
}

#[test]
fn a_part_uses_only_what_the_table_says() {
    let graph = graph();
    let sound = Layers(&[
        ("crate", &[]),
        ("high", &["low", "round", "other"]),
        ("low", &[]),
        ("round", &[]),
        ("other", &[]),
    ]);
    assert!(sound.violations(&graph).is_empty(), "{:?}", sound.violations(&graph));
    let narrow = Layers(&[("crate", &[]), ("high", &["round"]), ("low", &[]), ("round", &[])]);
    let broken = narrow.violations(&graph);
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(broken[0].ends_with("high.rs:3 uses crate::low::Thing; high may not use low"));
    assert!(broken[1].ends_with("other::Second, which is in no part of the table of layers"));
    let unknown = Layers(&[("high", &[]), ("low", &[]), ("round", &[]), ("other", &["low"])]);
    let broken = unknown.violations(&graph);
    assert_eq!(broken[0], "low does not stand below other in the table");
    assert_eq!(broken[1], "crate is in no part of the table of layers");
}

#[test]
fn what_the_table_names_below_a_part_is_a_part_of_its_own() {
    let layers = Layers(&[
        ("crate", &[]),
        ("high", &["low", "round::one", "other"]),
        ("round::one", &["round"]),
        ("round", &[]),
        ("low", &[]),
        ("other", &[]),
    ]);
    let broken = layers.violations(&graph());
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(broken[0].ends_with("round may not use round::one"), "{broken:?}");
}

#[test]
fn the_public_api_is_what_the_root_leads_to() {
    let api = public_api("sample", &sample()).expect("the sample is readable");
    assert_eq!(
        api,
        [
            "sample::Debug: use std::fmt::Debug",
            "sample::Top.thing: Option<Thing>",
            "sample::Top: struct",
            "sample::Top::count: fn count(&self, of: u8) -> usize",
            "sample::top: fn top(first: u8, second: other::Second) -> Top",
        ]
    );
}
