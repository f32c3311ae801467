//! Writes fixtures down, unless a secret would be written with them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_saphyr::ser_options;

use super::entropy::suspicious;
use crate::{core::redact::Redactor, fixture::Fixture};

/// Why a fixture is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A known secret would be written.
    #[error("{0}: line {1} holds a secret; let the scenario say it as {{{{name}}}}")]
    Secret(String, usize),
    /// Something looks like a secret.
    #[error(
        "{0}: line {1} holds what looks like a secret ({2} characters that begin with `{3}`); give \
        that place a rule with a type"
    )]
    Suspicious(String, usize, usize, String),
    /// The fixture cannot be written as YAML.
    #[error("{0}: {1}")]
    Yaml(String, serde_saphyr::SerializeError),
    /// The file cannot be written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

/// The fixture as the text of its file.
pub fn to_yaml(fixture: &Fixture) -> Result<String, WriteError> {
    let options = ser_options! { compact_list_indent: false, folded_wrap_chars: 110 };
    serde_saphyr::to_string_with_options(fixture, options)
        .map_err(|error| WriteError::Yaml(fixture.id.clone(), error))
}

/// What becomes of a file that stands where the fixture belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the fixture is written beside it, as `*.new`.
    Keep,
    /// The fixture takes its place, as long as it still holds what was recorded.
    Replace,
}

impl Existing {
    /// A scenario that has neither an answer nor a comment loses nothing when its recording takes
    /// its place. What only looks like a comment, such as ` #` in a text, counts as one.
    pub fn of(scenario: &Fixture, source: &str) -> Existing {
        let has_answer = scenario.steps.iter().any(|step| step.response.is_some());
        let has_comment = source
            .lines()
            .any(|line| line.starts_with('#') || line.contains(" #") || line.contains("\t#"));
        if has_answer || has_comment { Existing::Keep } else { Existing::Replace }
    }
}

/// Where a fixture was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    New,
    OfScenario,
    Beside,
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        match self.place {
            Place::New => write!(f, "{path}"),
            Place::OfScenario => write!(f, "{path}, in place: it had no answers yet"),
            Place::Beside => write!(
                f,
                "{path}; {} has answers or comments, or is another scenario; it stays",
                self.path.with_extension("").display()
            ),
        }
    }
}

/// Writes a fixture below `folder`. `authored` is what a person wrote and answers for; it is not
/// taken for a secret.
pub fn write(
    folder: &Path,
    fixture: &Fixture,
    redactor: &Redactor,
    authored: &str,
    existing: Existing,
) -> Result<Written, WriteError> {
    let text = to_yaml(fixture)?;
    refuse_secrets(&fixture.id, &text, redactor, authored)?;
    let path = folder.join(format!("{}.yaml", fixture.id));
    let is_the_scenario = || fs::read_to_string(&path).is_ok_and(|it| it == authored);
    let place = match existing {
        _ if !path.exists() => Place::New,
        Existing::Replace if is_the_scenario() => Place::OfScenario,
        Existing::Keep | Existing::Replace => Place::Beside,
    };
    let path = if place == Place::Beside { path.with_extension("yaml.new") } else { path };
    let failed = |error| WriteError::File(path.clone(), error);
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    fs::write(&path, text).map_err(failed)?;
    Ok(Written { path, place })
}

fn refuse_secrets(
    id: &str,
    text: &str,
    redactor: &Redactor,
    authored: &str,
) -> Result<(), WriteError> {
    for (number, line) in (1..).zip(text.lines()) {
        if redactor.text(line) != line {
            return Err(WriteError::Secret(id.to_owned(), number));
        }
        let digest = line.trim_start().starts_with("sha256:");
        let found = suspicious(line).into_iter().find(|part| !digest && !authored.contains(part));
        if let Some(part) = found {
            return Err(WriteError::Suspicious(
                id.to_owned(),
                number,
                part.len(),
                part.chars().take(3).collect(),
            ));
        }
    }
    Ok(())
}
