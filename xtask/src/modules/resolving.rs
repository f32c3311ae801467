//! Resolves paths to the modules that define what they name, through re-exports.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::Result;

use super::{
    graph::{Edge, Graph},
    paths::{PathKind, Scope, WrittenPath},
    reading::{Module, Modules, read},
};

/// The longest chain of re-exports that is followed; a longer one counts as circular.
const DEPTH_MAX: usize = 8;

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The module itself.
    Module(Vec<String>),
    /// Something that is defined in that module, by its name there.
    Item(Vec<String>, String),
}

impl Graph {
    /// Reads the crate that begins in the file `root`. Tests are left out. `crates` are the names
    /// of other crates that count as modules.
    pub fn read(root: &Path, crates: &[&str]) -> Result<Graph> {
        Ok(graph(&read(root)?, crates))
    }
}

fn graph(modules: &Modules, crates: &[&str]) -> Graph {
    let mut edges: BTreeMap<(String, String), Edge> = BTreeMap::new();
    for (path, module) in modules {
        for written in &module.paths {
            let Some(to) = used(modules, path, module, written, crates) else { continue };
            let from = name(&module.node);
            if from == to {
                continue;
            }
            let edge = Edge {
                from: from.clone(),
                to: to.clone(),
                file: module.file.clone(),
                line: written.line,
                path: written.segments.join("::"),
            };
            let known = edges.entry((from, to)).or_insert_with(|| edge.clone());
            if edge.line < known.line {
                *known = edge;
            }
        }
    }
    let names = modules.values().map(|it| name(&it.node)).collect::<BTreeSet<_>>();
    Graph { modules: names.into_iter().collect(), edges: edges.into_values().collect() }
}

/// The name of a module by its path.
fn name(path: &[String]) -> String {
    if path.is_empty() { "crate".to_owned() } else { path.join("::") }
}

/// The module on which `written` makes the module `here` depend. A re-export is no dependency:
/// whoever imports the name from here depends on the module that defines it.
fn used(
    modules: &Modules,
    here: &[String],
    module: &Module,
    written: &WrittenPath,
    crates: &[&str],
) -> Option<String> {
    let first = written.segments.first()?;
    if let PathKind::Import { scope, .. } | PathKind::Glob { scope } = &written.kind
        && *scope != Scope::Module
    {
        return None;
    }
    let is_local = module.children.contains_key(first) || module.import(first).is_some();
    if !is_local && crates.contains(&first.as_str()) {
        return Some(first.clone());
    }
    if written.kind == PathKind::Code && written.segments.len() == 1 {
        // A private import is counted itself.
        let (_, scope) = module.import(first)?;
        if scope == Scope::Module {
            return None;
        }
    }
    let target = resolve(modules, here, &written.segments, 0)?;
    match (target, &written.kind) {
        // What is used of an imported module is counted where the code names it.
        (Target::Module(_), PathKind::Import { .. } | PathKind::Code) => None,
        (Target::Module(it) | Target::Item(it, _), _) => Some(name(&modules[&it].node)),
    }
}

/// Follows a path as it is written in the module `here`; none if it leaves the crate.
pub(super) fn resolve(
    modules: &Modules,
    here: &[String],
    segments: &[String],
    depth: usize,
) -> Option<Target> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut at = here.to_vec();
    let mut rest = segments;
    match segments.first()?.as_str() {
        "crate" => {
            at.clear();
            rest = &segments[1..];
        }
        "self" => rest = &segments[1..],
        "super" => {
            while rest.first().is_some_and(|it| it == "super") {
                at.pop()?;
                rest = &rest[1..];
            }
        }
        first => {
            let module = &modules[here];
            if !module.children.contains_key(first)
                && module.item(first).is_none()
                && module.import(first).is_none()
            {
                return None;
            }
        }
    }
    descend(modules, at, rest, depth)
}

/// Follows what remains of a path from the module `at`.
fn descend(
    modules: &Modules,
    mut at: Vec<String>,
    rest: &[String],
    depth: usize,
) -> Option<Target> {
    for (index, segment) in rest.iter().enumerate() {
        let module = modules.get(&at)?;
        if module.children.contains_key(segment) {
            at.push(segment.clone());
            // A module for tests was not read.
            modules.get(&at)?;
            continue;
        }
        if module.item(segment).is_some() {
            return Some(Target::Item(at, segment.clone()));
        }
        if let Some((import, _)) = module.import(segment) {
            if import.segments == [segment.clone()] {
                return None;
            }
            let mut path = import.segments.clone();
            path.extend_from_slice(&rest[index + 1..]);
            return resolve(modules, &at, &path, depth + 1);
        }
        for glob in module.paths.iter().filter(|it| matches!(it.kind, PathKind::Glob { .. })) {
            let Some(Target::Module(from)) = resolve(modules, &at, &glob.segments, depth + 1)
            else {
                continue;
            };
            if has(&modules[&from], segment) {
                return descend(modules, from, &rest[index..], depth + 1);
            }
        }
        return Some(Target::Item(at, segment.clone()));
    }
    Some(Target::Module(at))
}

fn has(module: &Module, name: &str) -> bool {
    module.item(name).is_some()
        || module.children.contains_key(name)
        || module.import(name).is_some()
}
