//! Laws of the source that the compiler does not check: the order of modules, sizes, and forbidden
//! words.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use xtask::{
    modules::{Graph, Layers},
    source::{COLUMNS_MAX, CRATES, OTHER_CRATES, files, has_word, long_lines, read, root},
};

/// The limit of a file; a longer one is split by noun.
const LINES_MAX: usize = 500;

/// The limit of a folder; a fuller one is split into rooms.
const FILES_MAX: usize = 20;

/// The emulator: HTTP and APIs stand on the engine and do not know each other.
const MOCK_SERVER: Layers<'_> = Layers(&[
    ("crate", &[]),
    ("server", &["config", "http", "tls", "apis", "engine", "openapi"]),
    ("http", &["tls", "engine", "openapi"]),
    ("tls", &[]),
    (
        "apis",
        &[
            "config",
            "apis::i3d::provider",
            "apis::i3d::settings",
            "apis::warren::provider",
            "apis::warren::settings",
            "apis::warren::platform",
            "engine",
            "openapi",
        ],
    ),
    (
        "apis::i3d::provider",
        &[
            "apis::i3d::v3",
            "apis::i3d::v2",
            "apis::i3d",
            "apis::i3d::settings",
            "engine",
            "openapi",
        ],
    ),
    (
        "apis::i3d::v2",
        &["apis::i3d", "apis::i3d::money", "apis::i3d::settings", "engine", "openapi"],
    ),
    (
        "apis::i3d::v3",
        &["apis::i3d", "apis::i3d::reference", "apis::i3d::settings", "engine", "openapi"],
    ),
    (
        "apis::i3d",
        &[
            "apis::i3d::address_formats",
            "apis::i3d::drawing",
            "apis::i3d::metering",
            "apis::i3d::money",
            "apis::i3d::reference",
            "apis::i3d::settings",
            "engine",
            "openapi",
        ],
    ),
    ("apis::i3d::settings", &[]),
    ("apis::i3d::address_formats", &["engine", "openapi"]),
    ("apis::i3d::drawing", &["engine"]),
    ("apis::i3d::metering", &["engine", "openapi"]),
    ("apis::i3d::money", &["engine"]),
    ("apis::i3d::reference", &["engine", "openapi"]),
    (
        "apis::warren::provider",
        &[
            "apis::warren::v1",
            "apis::warren",
            "apis::warren::platform",
            "apis::warren::settings",
            "engine",
            "openapi",
        ],
    ),
    (
        "apis::warren::v1",
        &["apis::warren", "apis::warren::platform", "apis::warren::settings", "engine", "openapi"],
    ),
    ("apis::warren", &["apis::warren::platform", "apis::warren::settings", "engine", "openapi"]),
    ("apis::warren::platform", &["apis::warren::settings", "engine", "openapi"]),
    ("apis::warren::settings", &[]),
    ("config", &["engine"]),
    ("engine", &["openapi"]),
    ("openapi", &[]),
]);

/// The harness: one file starts the emulator, only the command and that file know the profiles, and
/// `core` knows neither.
const CONTRACT_TESTS: Layers<'_> = Layers(&[
    ("crate", &["openapi"]),
    (
        "cli",
        &[
            "emulator", "profiles", "report", "compare", "record", "explore", "live", "fault",
            "fixture", "core", "openapi",
        ],
    ),
    ("emulator", &["profiles", "scenario_client", "core", "mock_server"]),
    ("profiles", &["core", "openapi"]),
    ("scenario_client", &["core", "openapi"]),
    ("report", &["compare", "record", "explore", "live", "fault", "fixture", "core", "openapi"]),
    ("compare", &["record", "fixture", "core", "openapi"]),
    ("record", &["fixture", "core", "openapi"]),
    ("explore", &["fixture", "core", "openapi"]),
    ("live", &["fixture", "core", "openapi"]),
    ("fault", &["fixture", "core", "openapi"]),
    ("fixture", &["core", "openapi"]),
    ("core", &["openapi"]),
    ("mock_server", &[]),
    ("openapi", &[]),
]);

fn graph(package: &str) -> Graph {
    let file = root().join(package).join("src/lib.rs");
    Graph::read(&file, &OTHER_CRATES).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The path of a file in the repository.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Fails with all violations of a law.
fn assert_none(broken: &[String], law: &str) {
    assert!(broken.is_empty(), "{law}:\n\n{}\n", broken.join("\n"));
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let circles = |package: &&str| {
        let circles = graph(package).circles();
        circles.into_iter().map(|it| format!("{package}: {it}")).collect::<Vec<_>>()
    };
    let broken: Vec<String> = CRATES.iter().flat_map(circles).collect();
    assert_none(&broken, "modules use each other in a circle");
}

#[test]
fn arrows_go_down() {
    for (package, layers) in [("mock-server", MOCK_SERVER), ("contract-tests", CONTRACT_TESTS)] {
        assert_none(&layers.violations(&graph(package)), package);
    }
}

/// A file without its `mod` line is compiled by nobody, and its tests never run.
#[test]
fn every_file_is_a_module_of_its_folder() {
    let is_root = |file: &Path| {
        let stem = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
        let folder = file.parent().and_then(|it| it.file_name()).unwrap_or_default();
        ["lib", "main", "mod", "build"].contains(&stem) || folder == "tests"
    };
    let mut broken = Vec::new();
    for file in files(&root(), "rs").iter().filter(|it| !is_root(it)) {
        let name = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
        let folder = file.parent().expect("a file stands in a folder");
        let parents = ["mod.rs", "lib.rs", "main.rs"].map(|it| folder.join(it));
        let mut parents = parents.iter().filter(|it| it.is_file()).peekable();
        let first = parents.peek().map_or(folder, |it| it.as_path()).to_owned();
        if !parents.any(|parent| read(parent).contains(&format!("mod {name};"))) {
            broken.push(format!("{}: add `mod {name};` to {}", shown(file), shown(&first)));
        }
    }
    assert_none(&broken, "files that are no part of a crate");
}

#[test]
fn files_lines_and_folders_have_a_size_for_a_screen() {
    let mut broken = Vec::new();
    let mut folders: BTreeMap<&Path, usize> = BTreeMap::new();
    let (rust, sql) = (files(&root(), "rs"), files(&root(), "sql"));
    for file in &rust {
        *folders.entry(file.parent().expect("a file stands in a folder")).or_default() += 1;
    }
    for file in rust.iter().chain(&sql) {
        let text = read(file);
        let (name, lines) = (shown(file), text.lines().count());
        if lines > LINES_MAX {
            broken.push(format!("{name} has {lines} lines, more than {LINES_MAX}"));
        }
        for line in long_lines(&text, file.extension().is_some_and(|it| it == "rs")) {
            broken.push(format!("{name}:{line} is longer than {COLUMNS_MAX} columns"));
        }
    }
    for (folder, count) in folders.iter().filter(|(_, count)| **count > FILES_MAX) {
        broken.push(format!("{} has {count} files, more than {FILES_MAX}", shown(folder)));
    }
    assert_none(&broken, "split by noun");
}

/// Words of the APIs that are emulated.
const API_WORDS: [&str; 10] = [
    "i3d",
    "i3D",
    "i3d_v2",
    "i3d_v3",
    "RANGED",
    "PRIVATE",
    "errorCode",
    "errorMessage",
    "Warren",
    "warren",
];

#[test]
fn the_engine_knows_no_server_and_neither_engine_nor_loader_an_api() {
    assert_none(&lines_with("mock-server/src/engine", &["axum"]), "words in the engine");
    for folder in ["mock-server/src/engine", "mock-server/src/http", "openapi/src"] {
        let mut found = lines_with(folder, &API_WORDS);
        // The contracts themselves are offered there.
        found.retain(|line| !line.starts_with("openapi/src/lib.rs"));
        assert_none(&found, "words of one API");
    }
}

#[test]
fn operations_know_neither_threads_nor_http_nor_a_clock_of_their_own() {
    let words = [
        "SystemTime",
        "Instant",
        "Timestamp::now",
        "Zoned::now",
        "axum",
        "tokio",
        "async",
        "await",
        "rand",
    ];
    assert_none(&lines_with("mock-server/src/apis", &words), "words in operations");
}

/// What the harness knows of an API stands in its profile. Tests may take one for an example.
#[test]
fn the_core_of_the_harness_knows_no_api() {
    let rooms = ["core", "explore", "fixture", "record", "compare", "fault", "live", "report"];
    for room in rooms.iter().chain(&["cli", "scenario_client"]) {
        let mut found = lines_without_tests(&format!("contract-tests/src/{room}"), &API_WORDS);
        // Examples of a command name a host.
        found.retain(|line| !line.contains("https://"));
        assert_none(&found, "words of one API in the harness");
    }
}

/// The lines of files below `folder` that contain one of these words.
fn lines_with(folder: &str, words: &[&str]) -> Vec<String> {
    lines_of(folder, words, |_, text| text)
}

/// The same without what only tests see.
fn lines_without_tests(folder: &str, words: &[&str]) -> Vec<String> {
    lines_of(folder, words, |file, text| {
        let is_test = ["tests.rs", "sample.rs"].iter().any(|name| file.ends_with(name));
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
        if is_test { String::new() } else { code }
    })
}

fn lines_of(folder: &str, words: &[&str], part: impl Fn(&Path, String) -> String) -> Vec<String> {
    let files = files(&root().join(folder), "rs");
    assert!(!files.is_empty(), "{folder} has files");
    let mut found = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(part(&file, read(&file)).lines()) {
            if let Some(word) = words.iter().find(|word| has_word(line, word)) {
                found.push(format!("{}:{number} says {word}: {line}", shown(&file)));
            }
        }
    }
    found
}

#[test]
fn every_file_of_the_demo_world_is_read() {
    let code: String =
        files(&root().join("mock-server/src/apis"), "rs").iter().map(|file| read(file)).collect();
    let world = root().join("mock-server/world");
    let data = files(&world, "yaml");
    assert!(!data.is_empty(), "the demo world has files");
    let mut broken = Vec::new();
    for file in data {
        // The folder of a provider holds those of its rooms.
        let name = file.strip_prefix(&world).expect("a file of the world").with_extension("");
        let name: PathBuf = name.components().skip(1).collect();
        let name = name.to_str().expect("a name in UTF-8");
        if !code.contains(&format!("\"{name}\"")) {
            broken.push(shown(&file));
        }
    }
    assert_none(&broken, "files that nothing reads");
}

/// Insta names a snapshot after its test, and leaves it behind when the test is gone.
#[test]
fn every_snapshot_belongs_to_a_test() {
    let mut broken = Vec::new();
    for file in files(&root(), "snap") {
        let text = read(&file);
        let source = text.lines().find_map(|line| line.strip_prefix("source: "));
        let source = root().join(source.unwrap_or_default());
        let name = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
        let test = name.rsplit("__").next().unwrap_or_default();
        let test = test.trim_end_matches(|it: char| it.is_ascii_digit() || it == '-');
        if !source.is_file() || !has_word(&read(&source), test) {
            broken.push(format!("{}: no {test} in {}", shown(&file), shown(&source)));
        }
    }
    assert_none(&broken, "snapshots that no test asks for");
}
