//! A graph of modules.

use std::path::PathBuf;

use crate::source::root;

/// The files of a crate, and what each uses of the others.
#[derive(Debug)]
pub struct Graph {
    /// The modules that have a file of their own, by path; the root is `crate`.
    pub modules: Vec<String>,
    /// The uses between modules, one for each pair.
    pub edges: Vec<Edge>,
}

/// A module uses something of another one.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The module that uses.
    pub from: String,
    /// The module that is used, or another crate of the workspace by its name.
    pub to: String,
    /// The file of `from`.
    pub file: PathBuf,
    /// The first line that uses it.
    pub line: usize,
    /// The path in that line.
    pub path: String,
}

impl std::fmt::Display for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = self.file.strip_prefix(root()).unwrap_or(&self.file);
        write!(f, "{}:{} uses {}", file.display(), self.line, self.path)
    }
}
