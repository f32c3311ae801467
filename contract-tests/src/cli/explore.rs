//! `explore`: every operation in every way, and sequences that a model follows.

use std::path::PathBuf;

use clap::Args;

use wildmatch::WildMatch;

use super::{TargetArguments, apis};
use crate::{
    core::{run::Verdict, target::Target},
    explore::{self, Options, Step},
    report::{self, ReportArguments, Told},
};

/// Call every operation in every way, and play sequences that a model follows.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    /// The same seed sends the same requests.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many requests are sent at most.
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    steps: u64,
    /// Which operations, as in `*SshKey*,getTickets`.
    #[arg(long, value_name = "GLOB", default_value = "*")]
    operations: String,
    /// Play these steps in this order and nothing else, as in `valid createSshKey 0 0; valid
    /// deleteSshKey 0 0`.
    #[arg(long, value_name = "STEPS", conflicts_with_all = ["operations", "steps"])]
    play: Option<String>,
    /// Where sequences that failed are kept, by API; they are played first the next time.
    #[arg(long, value_name = "DIR", default_value = ".contract-tests/regressions")]
    regressions: PathBuf,
    #[command(flatten)]
    reports: ReportArguments,
}

/// Why a live API is not explored.
const NOT_LIVE: &str = "explore sends wrong requests on purpose, so it never goes to a live API; \
    `compare` reads one, `plan` and `apply` write to one";

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    if arguments.target.is_live() {
        eprintln!("{NOT_LIVE}");
        return Ok(Verdict::Usage);
    }
    let targets = arguments.target.open_all(arguments.seed).await?;
    let plans = match plans(arguments, targets) {
        Ok(plans) => plans,
        Err(error) => {
            eprintln!("{error}");
            return Ok(Verdict::Usage);
        }
    };
    let mut runs = Vec::new();
    for (target, options) in plans {
        let mut run = explore::run(&target, &options).await;
        let api = apis::words(target.profile).join(" ");
        for case in run.cases.iter_mut().filter(|it| !it.replay.is_empty() && !api.is_empty()) {
            case.replay = format!("{} {api}", case.replay);
        }
        runs.push(Told { run, redactor: target.redactor() });
    }
    report::write(&runs, &arguments.reports)
}

/// What is explored of each API. Of several, a pattern must match an operation of one, and steps
/// are those of the first that has their operations.
fn plans(arguments: &Arguments, targets: Vec<Target>) -> Result<Vec<(Target, Options)>, String> {
    let of = |target: &Target, operations: String, play| Options {
        seed: arguments.seed,
        steps: arguments.steps,
        operations,
        regressions: Some(arguments.regressions.join(target.profile.name)),
        play,
        is_watched: true,
        ..Options::default()
    };
    if let Some(text) = &arguments.play {
        let steps = |target: Target| match Step::parse_all(target.profile, text) {
            Ok(steps) => Ok((of(&target, String::new(), Some(steps)), target)),
            Err(error) => Err(error),
        };
        let (good, bad): (Vec<_>, Vec<_>) = targets.into_iter().map(steps).partition(Result::is_ok);
        let first = good.into_iter().flatten().next().map(|(options, target)| (target, options));
        let error = bad.into_iter().find_map(Result::err).unwrap_or_default();
        return first.map(|plan| vec![plan]).ok_or(error);
    }
    let patterns: Vec<&str> = arguments.operations.split(',').map(str::trim).collect();
    let is_of = |target: &Target, pattern: &str| {
        let pattern = WildMatch::new(pattern);
        target.profile.operations().any(|route| pattern.matches(&route.id))
    };
    let is_nowhere = |pattern: &str| !targets.iter().any(|target| is_of(target, pattern));
    let nowhere: Vec<&str> = patterns.iter().copied().filter(|it| is_nowhere(it)).collect();
    let mut plans = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let own = patterns.iter().copied().filter(|pattern| is_of(target, pattern));
        // What matches nowhere is told once.
        let lost = nowhere.iter().copied().filter(|_| index == 0);
        let chosen = own.chain(lost).collect::<Vec<_>>().join(",");
        if !chosen.is_empty() {
            plans.push((target.clone(), of(target, chosen, None)));
        }
    }
    Ok(plans)
}
