//! What the files of the contract and of the demo world have to do with the code. Other laws of the
//! source are held by `xtask/tests/architecture.rs`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

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
