//! The reports of a run: for people on the terminal and in a browser, for CI servers and for
//! programs.
//!
//! The run is first made into one plain document without secrets; no report sees anything else.

mod apis;
mod arguments;
mod curl;
mod document;
mod github;
mod grouping;
mod html;
mod joined;
mod junit;
mod place;
#[cfg(test)]
mod sample;
mod terminal;
#[cfg(test)]
mod tests;

use std::{fs, io::Write, path::Path};

use anyhow::Context;

use self::document::Document;
pub use self::{
    arguments::{FileArguments, ReportArguments},
    document::FORMAT,
};
use crate::core::{
    redact::Redactor,
    run::{Run, Verdict},
};

/// Set by GitHub Actions for every step.
const GITHUB: &str = "GITHUB_ACTIONS";

/// A run, and what takes its secrets out of all that is told of it.
pub struct Told {
    /// The run.
    pub run: Run,
    /// The redactor.
    pub redactor: Redactor,
}

/// Tells how the runs of one command ended, each of another API: on the terminal always, elsewhere
/// as the arguments say.
pub fn write(runs: &[Told], arguments: &ReportArguments) -> anyhow::Result<Verdict> {
    let mut out = anstream::stdout().lock();
    let github = arguments.github || std::env::var_os(GITHUB).is_some();
    write_to(runs, &ReportArguments { github, ..arguments.clone() }, &mut out)
}

/// The same, with what the terminal shows written to `out`.
fn write_to(
    runs: &[Told],
    arguments: &ReportArguments,
    out: &mut dyn Write,
) -> anyhow::Result<Verdict> {
    let document = save_all(runs, &arguments.files)?;
    terminal::write(out, &document)?;
    if arguments.github {
        github::write(out, &document)?;
    }
    out.flush()?;
    Ok(document.verdict)
}

/// Writes the files that the arguments ask for, and nothing on the terminal.
pub fn save_all(runs: &[Told], files: &FileArguments) -> anyhow::Result<Document> {
    let documents = runs.iter().map(|told| Document::new(&told.run, &told.redactor)).collect();
    let document = Document::joined(documents).context("there is nothing to tell")?;
    if let Some(path) = &files.html {
        save(path, &html::page(&document))?;
    }
    if let Some(path) = &files.junit {
        save(path, &junit::xml(&document)?)?;
    }
    if let Some(path) = &files.json {
        save(path, &(serde_json::to_string_pretty(&document)? + "\n"))?;
    }
    Ok(document)
}

/// Writes a file, with the folders that it is to stand in.
fn save(path: &Path, content: &str) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("the report {} cannot be written", path.display()))
}
