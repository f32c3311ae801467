//! Every crate has one set of features in all builds, so that it is compiled once.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use xtask::source::root;

/// The builds of this repository. `openapi` alone is left out, because it is not built for use.
const BUILDS: [&[&str]; 7] = [
    &["-p", "mock-server", "-e", "normal,build"],
    &["-p", "contract-tests", "-e", "normal,build"],
    &["-p", "measurements", "-e", "normal,build"],
    &["-p", "xtask", "-e", "normal,build"],
    &["-p", "mock-server", "-e", "normal,build,dev"],
    &["-p", "contract-tests", "-e", "normal,build,dev"],
    &["--workspace", "-e", "normal,build,dev"],
];

/// The crates of a build, each with the sets of features it is built with.
fn crates(build: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--no-dedupe"])
        .args(["--format", "{p}|{f}"])
        .args(build)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut crates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Some((name, features)) = line.split_once('|') else { continue };
        crates.entry(name.to_owned()).or_default().insert(features.to_owned());
    }
    assert!(!crates.is_empty(), "{build:?} has crates");
    crates
}

#[test]
fn every_crate_has_one_set_of_features() {
    let mut all: BTreeMap<String, BTreeMap<String, &[&str]>> = BTreeMap::new();
    for build in BUILDS {
        for (name, sets) in crates(build) {
            for features in sets {
                all.entry(name.clone()).or_default().entry(features).or_insert(build);
            }
        }
    }
    let mut broken = Vec::new();
    for (name, sets) in all.iter().filter(|(_, sets)| sets.len() > 1) {
        let union: BTreeSet<&str> = sets.keys().flat_map(|it| it.split(',')).collect();
        for (features, build) in sets {
            let has: BTreeSet<&str> = features.split(',').collect();
            let lacks: Vec<&str> = union.difference(&has).copied().collect();
            if !lacks.is_empty() {
                let build = build.join(" ");
                broken.push(format!("{name} lacks {} in `cargo tree {build}`", lacks.join(", ")));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "crates that are built more than once; add the features to the workspace line of the \
         crate, or to workspace-hack/Cargo.toml where no package names it:
{}",
        broken.join("\n")
    );
}
