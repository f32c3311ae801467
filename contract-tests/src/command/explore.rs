//! `explore`: every operation in every way, and sequences that a model follows.

use std::{
    io::{IsTerminal, Write, stderr},
    path::PathBuf,
};

use clap::Args;

use super::{ReportArguments, TargetArguments};
use crate::{
    Verdict,
    explore::{self, Options, Progress},
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
    /// Where sequences that failed are kept; they are played first the next time.
    #[arg(long, value_name = "DIR", default_value = "contract-tests/regressions")]
    regressions: PathBuf,
    #[command(flatten)]
    reports: ReportArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let target = arguments.target.open(arguments.seed).await?;
    let options = Options {
        seed: arguments.seed,
        steps: arguments.steps,
        operations: arguments.operations.clone(),
        regressions: Some(arguments.regressions.clone()),
        watch: if stderr().is_terminal() { show } else { |_| {} },
        ..Options::default()
    };
    let run = explore::run(&target, &options).await;
    if stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    arguments.reports.write(&target.redactor(), &run)
}

/// One line that is written again and again.
fn show(progress: &Progress<'_>) {
    let Progress { group, chapters, failures, requests, started } = progress;
    let rate = *requests as f64 / started.elapsed().as_secs_f64().max(0.001);
    eprint!("\r\x1b[K{group}: {chapters} cases, {failures} failures, {requests} requests, {rate:.0}/s");
    // A terminal that cannot be written to is no reason to stop.
    let _ = stderr().flush();
}
