//! Sequences that failed once, kept as files and played first in later runs.

use std::{fs, io, path::Path};

use super::{
    schedule::Sequence,
    step::{Step, no_step},
};
use crate::core::{finding::Finding, profile::ApiProfile};

/// A sequence that failed once.
#[derive(Debug, Clone)]
pub struct Regression {
    /// The seed of the bodies.
    pub seed: u64,
    /// The steps.
    pub sequence: Sequence,
}

/// Every regression of a folder by name, or the reason why its file cannot be read.
pub fn all(
    folder: &Path,
    profile: &'static ApiProfile,
) -> Vec<(String, Result<Regression, String>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "txt")).collect();
    paths.sort();
    let read = |path: &Path| {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        parse(&text, profile)
    };
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), read(path))).collect()
}

fn parse(text: &str, profile: &'static ApiProfile) -> Result<Regression, String> {
    let mut seed = None;
    let mut steps = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.strip_prefix("seed ").map(str::parse) {
            Some(Ok(number)) => seed = Some(number),
            Some(Err(_)) => return Err(format!("line {}: a seed is a number", number + 1)),
            None => steps.push(
                Step::parse(profile, line)
                    .ok_or_else(|| format!("line {}: {}", number + 1, no_step(profile, line)))?,
            ),
        }
    }
    let sequence = Sequence { group: "regressions".to_owned(), title: "what failed once", steps };
    let seed = seed.ok_or("there is no line `seed N`")?;
    Ok(Regression { seed, sequence })
}

/// Writes a sequence that failed to a file named after the check and the operation.
pub fn keep(folder: &Path, finding: &Finding, seed: u64, steps: &[Step]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut text = format!("# {finding}\nseed {seed}\n");
    for step in steps {
        text += &format!("{step}\n");
    }
    let words: String = finding
        .operation
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' })
        .collect();
    fs::write(folder.join(format!("{}-{words}.txt", finding.check.code)), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::check,
        explore::step::{BodyChoice, CaseKind},
        profiles::i3d_v3::PROFILE,
    };

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let kind = CaseKind::Valid(BodyChoice::of(4));
        let step = Step::new(kind, PROFILE.contract.route("deleteSshKey").unwrap(), 1);
        let finding = Finding::new(&check::GONE, "deleteSshKey", "is still there");
        keep(folder.path(), &finding, 7, &[step, step]).unwrap();
        let all = all(folder.path(), &PROFILE);
        let (name, regression) = &all[0];
        let regression = regression.as_ref().unwrap();
        assert_eq!((name.as_str(), regression.seed), ("C403-deleteSshKey", 7));
        assert_eq!(regression.sequence.steps, [step, step]);
    }

    #[test]
    fn a_broken_file_is_told_by_line() {
        let told = |text| parse(text, &PROFILE).unwrap_err();
        assert!(told("seed 1\nvalid nothing 0 0").starts_with("line 2"));
        assert!(told("seed x").starts_with("line 1"));
        assert!(told("valid getSshKeys 0 0").contains("seed"));
    }
}
