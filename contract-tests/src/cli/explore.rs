//! `explore`: every operation in every way, and sequences that a model follows.

use std::path::PathBuf;

use clap::Args;

use super::{TargetArguments, target::profile};
use crate::{
    core::run::Verdict,
    explore::{self, Options, Step},
    report::{self, ReportArguments},
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
    #[arg(long, value_name = "STEPS", value_parser = steps)]
    #[arg(conflicts_with_all = ["operations", "steps"])]
    play: Option<Script>,
    /// Where sequences that failed are kept; they are played first the next time.
    #[arg(long, value_name = "DIR", default_value = ".contract-tests/regressions")]
    regressions: PathBuf,
    #[command(flatten)]
    reports: ReportArguments,
}

/// The steps of a sequence.
#[derive(Debug, Clone)]
struct Script(Vec<Step>);

fn steps(text: &str) -> Result<Script, String> {
    Step::parse_all(profile(), text).map(Script)
}
/// Why a live API is not explored.
const NOT_LIVE: &str = "explore sends wrong requests on purpose, so it never goes to a live API; \
    `compare` reads one, `plan` and `apply` write to one";

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    if arguments.target.is_live() {
        eprintln!("{NOT_LIVE}");
        return Ok(Verdict::Usage);
    }
    let target = arguments.target.open(arguments.seed).await?;
    let options = Options {
        seed: arguments.seed,
        steps: arguments.steps,
        operations: arguments.operations.clone(),
        regressions: Some(arguments.regressions.clone()),
        play: arguments.play.as_ref().map(|script| script.0.clone()),
        is_watched: true,
        ..Options::default()
    };
    let run = explore::run(&target, &options).await;
    report::write(&run, &arguments.reports, &target.redactor())
}
