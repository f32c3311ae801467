//! Invariants of the source that the compiler does not hold.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// No file is longer; a longer one is split by noun.
const LINES_MAX: usize = 500;

#[test]
fn the_engine_knows_no_api_and_no_http() {
    nobody_says("src/engine", &["crate::apis", "crate::http", "super::super", "axum", "i3d_v3"]);
}

#[test]
fn the_http_server_knows_no_api() {
    nobody_says("src/http", &["crate::apis", "i3d_v3"]);
}

#[test]
fn operations_know_neither_threads_nor_http_nor_a_clock_of_their_own() {
    let no_time = ["SystemTime", "Instant", "Timestamp::now", "Zoned::now"];
    nobody_says("src/apis", &no_time);
    nobody_says("src/apis", &["axum", "tokio", "async", "await", "rand"]);
}

#[test]
fn no_file_is_too_long() {
    for file in files("src", "rs") {
        let lines = read(&file).lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines; split it by noun", file.display());
    }
}

#[test]
fn every_operation_of_every_file_is_in_the_contract() {
    let text: String = files("../openapi/i3d-v3", "yaml").iter().map(|file| read(file)).collect();
    let written: Vec<&str> =
        text.lines().filter_map(|line| line.trim().strip_prefix("operationId: ")).collect();
    let joined: BTreeSet<&str> =
        openapi::i3d_v3().routes.iter().map(|route| route.id.as_str()).collect();
    assert_eq!(written.len(), joined.len(), "an operationId stands twice");
    assert_eq!(written.into_iter().collect::<BTreeSet<_>>(), joined);
}

#[test]
fn every_file_of_the_demo_world_is_read() {
    let code: String = files("src/apis", "rs").iter().map(|file| read(file)).collect();
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("world/i3d");
    for file in files("world", "yaml") {
        let name = file.strip_prefix(&world).expect("a file of the provider").with_extension("");
        let name = name.to_str().expect("a name in UTF-8");
        assert!(code.contains(&format!("\"{name}\"")), "nothing reads {}", file.display());
    }
}

/// No file below `folder` has one of these words.
fn nobody_says(folder: &str, words: &[&str]) {
    let files = files(folder, "rs");
    assert!(!files.is_empty(), "{folder} has files");
    for file in files {
        for (index, line) in read(&file).lines().enumerate() {
            if let Some(word) = words.iter().find(|word| has_word(line, word)) {
                panic!("{}:{} says {word}: {line}", file.display(), index + 1);
            }
        }
    }
}

/// Whether `line` has `word`, not as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let of_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(of_word) && !line[at + word.len()..].starts_with(of_word)
    })
}

#[test]
fn a_word_is_found_only_as_a_whole() {
    assert!(has_word("use rand::Rng;", "rand") && has_word("rand", "rand"));
    assert!(!has_word("cx.random()", "rand") && !has_word("let operand = 1;", "rand"));
}

/// The files below `folder` with this extension, in order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) =
        (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
