//! Which file of a crate uses which other one, and the circles among them.

mod circles;
mod layers;
mod paths;
mod public_api;
mod reading;
mod resolving;

use std::path::{Path, PathBuf};

use anyhow::Result;

pub use layers::Layers;
pub use public_api::public_api;

/// The files of a crate, and what each uses of the others.
#[derive(Debug)]
pub struct Graph {
    /// The modules that have a file of their own, by path; the root is `crate`.
    pub modules: Vec<String>,
    /// What one uses of another, each pair once.
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
    /// What that line names.
    pub path: String,
}

impl std::fmt::Display for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} uses {}", self.file.display(), self.line, self.path)
    }
}

impl Graph {
    /// Reads the crate that begins in the file `root`. Tests are left out. `crates` are the names of
    /// other crates that count as modules.
    pub fn read(root: &Path, crates: &[&str]) -> Result<Graph> {
        Ok(resolving::graph(&reading::read(root)?, crates))
    }

    /// Each set of modules that use each other in a circle, as a message with the lines that make
    /// its shortest one.
    #[must_use]
    pub fn circles(&self) -> Vec<String> {
        circles::circles(self)
    }
}
