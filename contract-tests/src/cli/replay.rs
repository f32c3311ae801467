//! `replay`: plays fixtures and compares.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;

use super::{
    TargetArguments,
    target::{SEED, option},
};
use crate::{
    core::{
        profile::ApiProfile,
        run::{Outcome, Run, Verdict},
        shell::command_line,
        target::Target,
    },
    fixture::{Fixture, Loaded, Options, load, replay},
    record::{self, Existing, Written},
    report::{self, ReportArguments, Told},
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
    /// Write what the target answers now beside each fixture that differs, as `*.new`, to be looked
    /// at.
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    reports: ReportArguments,
}

/// Where fixtures are kept.
#[derive(Debug, Args)]
pub(super) struct FolderArgument {
    /// The folder of the fixtures; `fixtures/API` without it.
    #[arg(long = "folder", value_name = "FOLDER")]
    path: Option<PathBuf>,
}

impl FolderArgument {
    /// The folder of the fixtures of an API: the one that is named, or the one of its name in that.
    pub(super) fn of(&self, profile: &ApiProfile) -> PathBuf {
        match &self.path {
            Some(path) if !path.join(profile.name).is_dir() => path.clone(),
            path => path.as_deref().unwrap_or(Path::new(FIXTURES)).join(profile.name),
        }
    }

    /// The argument that names the same folder again.
    pub(super) fn words(&self) -> Vec<String> {
        self.path.iter().flat_map(|path| option("--folder", path, "")).collect()
    }
}

/// The folder of the fixtures of this project.
const FIXTURES: &str = "fixtures";

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let targets = arguments.target.open_all(SEED).await?;
    let is_named = !arguments.target.named_apis().is_empty();
    let mut replayed = Vec::new();
    for (target, fixtures) in chosen(arguments, targets, is_named)? {
        let options = options(&target);
        let mut run = replay(&target, &fixtures, &options).await;
        let command = |id: &str| replay_command(arguments, target.profile, id);
        run.cases.iter_mut().for_each(|case| case.replay = command(&case.name));
        let told = Told { run, redactor: target.redactor() };
        replayed.push((told, target, fixtures, options));
    }
    let (runs, played): (Vec<Told>, Vec<_>) = replayed
        .into_iter()
        .map(|(told, target, fixtures, options)| (told, (target, fixtures, options)))
        .unzip();
    let verdict = report::write(&runs, &arguments.reports);
    // The reports are written before, so that a recording that fails does not lose them.
    for (told, (target, fixtures, options)) in runs.iter().zip(&played) {
        if arguments.update {
            update(target, arguments, fixtures, &told.run, options).await;
        }
    }
    verdict
}

/// The fixtures of each API that are played. Of several APIs, those that are not named may have no
/// folder, and a filter must match a fixture of one.
fn chosen(
    arguments: &Arguments,
    targets: Vec<Target>,
    is_named: bool,
) -> anyhow::Result<Vec<(Target, Vec<Loaded>)>> {
    let is_alone = targets.len() == 1;
    let folder = |target: &Target| arguments.folder.of(target.profile);
    let has_folder = |target: &Target| is_alone || is_named || folder(target).is_dir();
    let (with, without): (Vec<Target>, Vec<Target>) = targets.into_iter().partition(has_folder);
    for target in without {
        eprintln!("{} has no fixtures in {}", target.profile.name, folder(&target).display());
    }
    let matches = |target: &Target, filter: &String| {
        load(target.profile, &folder(target), std::slice::from_ref(filter)).is_ok()
    };
    let mut chosen = Vec::new();
    for target in &with {
        let filters: Vec<String> = match with.as_slice() {
            [_] => arguments.fixtures.clone(),
            _ => arguments.fixtures.iter().filter(|it| matches(target, it)).cloned().collect(),
        };
        if arguments.fixtures.is_empty() || !filters.is_empty() {
            let fixtures = load(target.profile, &folder(target), &filters)?;
            chosen.push((target.clone(), fixtures));
        }
    }
    let is_nowhere = |filter: &&String| !with.iter().any(|target| matches(target, filter));
    if let Some(filter) = arguments.fixtures.iter().find(is_nowhere) {
        anyhow::bail!("no fixture matches `{filter}`");
    }
    Ok(one_api_each(chosen))
}

/// In a folder that is of no one API, a file belongs to the first that can read it, and one that
/// none can read to the first of all.
fn one_api_each(chosen: Vec<(Target, Vec<Loaded>)>) -> Vec<(Target, Vec<Loaded>)> {
    let mut owners: BTreeMap<PathBuf, (usize, bool)> = BTreeMap::new();
    for (at, (_, fixtures)) in chosen.iter().enumerate() {
        for Loaded { path, fixture, .. } in fixtures {
            let owner = owners.entry(path.clone()).or_insert((at, fixture.is_ok()));
            if !owner.1 && fixture.is_ok() {
                *owner = (at, true);
            }
        }
    }
    let own = chosen.into_iter().enumerate().filter_map(|(at, (target, mut fixtures))| {
        fixtures.retain(|loaded| owners.get(&loaded.path).is_some_and(|owner| owner.0 == at));
        (at == 0 || !fixtures.is_empty()).then_some((target, fixtures))
    });
    own.collect()
}

/// The command that plays one fixture again.
fn replay_command(arguments: &Arguments, profile: &ApiProfile, id: &str) -> String {
    let verb = ["contract-tests", "replay", id].map(str::to_owned).to_vec();
    command_line([verb, arguments.folder.words(), arguments.target.words(profile)].concat())
}

/// The id of a run on an emulator: always the same, so that runs repeat to the byte.
pub(super) const RUN: &str = "run7c";

/// The options of a run. Its id is always the same on an emulator, elsewhere it holds the time.
pub(super) fn options(target: &Target) -> Options {
    let now = Timestamp::now();
    let run =
        if target.is_controllable() { RUN.to_owned() } else { format!("run{}", now.as_second()) };
    Options { run, now }
}

/// Records each fixture that differs again, for a person to look at; says which could not be
/// recorded, and why.
async fn update(
    target: &Target,
    arguments: &Arguments,
    fixtures: &[Loaded],
    run: &Run,
    options: &Options,
) {
    let failed =
        fixtures.iter().zip(&run.cases).filter(|(_, case)| case.outcome == Outcome::Failed);
    for fixture in failed.filter_map(|(loaded, _)| loaded.fixture.as_ref().ok()) {
        match update_one(target, &arguments.folder.of(target.profile), fixture, options).await {
            Ok(written) => eprintln!("wrote {}", written.path.display()),
            Err(error) => eprintln!("{} is not recorded again: {error:#}", fixture.id),
        }
    }
}

async fn update_one(
    target: &Target,
    folder: &Path,
    fixture: &Fixture,
    options: &Options,
) -> anyhow::Result<Written> {
    let source = record::to_yaml(fixture)?;
    record_scenario(target, folder, fixture, (&source, Existing::Keep), options).await
}

/// Plays a scenario and writes its fixture into `folder`. `source` is the text of the scenario;
/// `existing` says what becomes of its file.
pub(super) async fn record_scenario(
    target: &Target,
    folder: &Path,
    scenario: &Fixture,
    (source, existing): (&str, Existing),
    options: &Options,
) -> anyhow::Result<Written> {
    let recording = record::drive(target, scenario, options, &mut |_, _, _| {}).await?;
    let redactor = target.redactor();
    let provenance = record::provenance(target, options.now);
    let fixture = record::describe(recording, provenance, &redactor, &options.run);
    Ok(record::write(folder, &fixture, &redactor, source, existing)?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Verb};

    #[test]
    fn the_command_that_plays_a_case_again_has_every_argument_that_matters() {
        let command = |line: &str| {
            let words = ["contract-tests", "replay"].into_iter().chain(line.split(' '));
            let Ok(Cli { verb: Verb::Replay(arguments) }) = Cli::try_parse_from(words) else {
                panic!("{line}")
            };
            replay_command(&arguments, crate::profiles::first(), "ssh_key/life")
        };
        let life = "contract-tests replay ssh_key/life";
        for (line, rest) in [
            ("--html=report.html", "--target mock"),
            ("ssh_key --target=https://api.i3d.net --live", "--target https://api.i3d.net --live"),
            (
                "--folder=my$fixtures --state=other",
                "--folder 'my$fixtures' --target mock --state other",
            ),
        ] {
            assert_eq!(command(line), format!("{life} {rest}"));
        }
    }
}
