//! World files: what a world holds as a text, read and written.

mod documented;
mod faults;
mod objects;
mod round_trip;

use std::path::PathBuf;

use contract_tests::{Emulator, Received};
use mock_server::{Config, StartError};
use tempfile::TempDir;

/// A file of its own for a test.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.yaml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn configuration(path: PathBuf) -> Config {
    Config { seed: Some(1), world_file: Some(path), ..Config::default() }
}

/// A seeded world that begins with what a file says.
pub fn world(text: &str) -> Emulator {
    let (_folder, path) = file(text);
    Emulator::with(configuration(path))
}

/// Why a world does not begin with what a file says, a line for each fault, without the folder of
/// the file.
pub fn refusal(text: &str) -> Vec<String> {
    let (folder, path) = file(text);
    let refused = mock_server::start(configuration(path));
    let Err(error) = refused else { panic!("a world began with {text}") };
    let told = error.to_string();
    assert!(!matches!(error, StartError::Listen(..)), "{told}");
    let folder = format!("{}/", folder.path().display());
    told.lines().map(|line| line.replace(&folder, "")).collect()
}

/// What a world holds, as a world file.
async fn export(emulator: &Emulator) -> String {
    let answer: Received = emulator.api().raw("GET", "/_mock/export.yaml", None).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}
