//! `record`: makes fixtures of what a server answers.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::{
    TargetArguments,
    replay::{FolderArgument, SEED, options},
};
use crate::{
    Redactor, Target, Verdict,
    fixture::{Options, read_scenario},
    record::{self, Recording},
};

/// Make fixtures of what a server answers. Nothing is overwritten: beside an old file the new one is `*.new`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenarios to play: fixture files whose answers are missing, or to be recorded again.
    scenarios: Vec<PathBuf>,
    #[command(flatten)]
    folder: FolderArgument,
    #[command(flatten)]
    target: TargetArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let target = arguments.target.open(SEED).await?;
    anyhow::ensure!(!arguments.scenarios.is_empty(), "there is nothing to record: name a scenario");
    for scenario in &arguments.scenarios {
        let path = drive(&target, scenario, &arguments.folder.path).await;
        println!("wrote {}", path.with_context(|| scenario.display().to_string())?.display());
    }
    Ok(Verdict::Holds)
}

async fn drive(target: &Target, path: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let (scenario, said) = read_scenario(target.suite, path)?;
    let options = options(target);
    let recording = record::drive(target, &scenario, &options, &mut |_, _, _| {}).await?;
    save(target, recording, folder, &target.redactor(), &said, &options)
}

fn save(
    target: &Target,
    recording: Recording,
    folder: &Path,
    redactor: &Redactor,
    said: &str,
    options: &Options,
) -> anyhow::Result<PathBuf> {
    let provenance = record::provenance(target, options.now);
    let fixture = record::describe(recording, provenance, redactor, &options.run);
    Ok(record::write(folder, &fixture, redactor, said)?)
}
