//! `replay`: plays fixtures and compares.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use super::{ReportArguments, TargetArguments};
use crate::{
    Run, Target, Verdict,
    fixture::{Loaded, Options, load, refuse_secrets, replay},
    record,
};

/// Play fixtures against a target and compare what comes back.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which fixtures: ids, folders or files, `*` for any text; all without any.
    fixtures: Vec<String>,
    #[command(flatten)]
    pub(super) folder: FolderArgument,
    #[command(flatten)]
    target: TargetArguments,
    /// Write what the target answers now beside each fixture that differs, as `*.new`, to be looked at.
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    reports: ReportArguments,
}

/// Where fixtures are kept.
#[derive(Debug, Args)]
pub(super) struct FolderArgument {
    /// The folder of the fixtures.
    #[arg(long = "folder", value_name = "FOLDER", default_value = "fixtures/i3d-v3")]
    pub path: PathBuf,
}

/// The seed of a mock: always the same, so that a fixture plays the same way everywhere.
pub(super) const SEED: u64 = 1;

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let target = arguments.target.open(SEED).await?;
    let mut fixtures = load(target.suite, &arguments.folder.path, &arguments.fixtures)?;
    refuse_secrets(&mut fixtures, &target.redactor());
    let options = options(&target);
    let run = replay(&target, &fixtures, &options).await;
    if arguments.update {
        update(&target, arguments, &fixtures, &run, &options).await?;
    }
    arguments.reports.write(&target.redactor(), &run)
}

/// How a run is called: on an emulator always the same, elsewhere by its time.
pub(super) fn options(target: &Target) -> Options {
    let now = Timestamp::now();
    let run = if target.is_controllable() { "run7c".to_owned() } else { format!("run{}", now.as_second()) };
    Options { run, now }
}

/// Records each fixture that differs again, for a person to look at.
async fn update(
    target: &Target,
    arguments: &Arguments,
    fixtures: &[Loaded],
    run: &Run,
    options: &Options,
) -> anyhow::Result<()> {
    let redactor = target.redactor();
    let failed = fixtures.iter().zip(&run.cases).filter(|(_, case)| !case.findings.is_empty());
    for fixture in failed.filter_map(|(loaded, _)| loaded.fixture.as_ref().ok()) {
        let recording = record::drive(target, fixture, options, &mut |_, _, _| {})
            .await
            .with_context(|| fixture.id.clone())?;
        let provenance = record::provenance(target, options.now);
        let described = record::describe(recording, provenance, &redactor, &options.run);
        let said = record::to_yaml(fixture)?;
        let path = record::write(&arguments.folder.path, &described, &redactor, &said)?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}
