//! `apply`: carries out a plan.

use std::sync::Arc;

use clap::Args;

use super::{
    plan::WantedArguments,
    target::{GuardedTarget, TargetArguments},
};
use crate::{
    core::run::Verdict,
    live::{Guarded, apply},
    report::{self, ReportArguments, Told},
};

/// Do what was planned, and remove it again.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    wanted: WantedArguments,
    /// The hash that `plan` printed.
    #[arg(long, value_name = "HASH")]
    plan: String,
    #[command(flatten)]
    reports: ReportArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let plan = arguments.wanted.plan(&arguments.target)?;
    if plan.hash() != arguments.plan {
        eprintln!("this is not the plan that {} stands for; look at `plan` again", arguments.plan);
        return Ok(Verdict::Usage);
    }
    let GuardedTarget { target, guard } = arguments.target.open_for_writing(plan.permit()).await?;
    eprintln!("run {} on {}", guard.run().as_str(), target.name);
    interrupt_on_ctrl_c(Arc::clone(&guard));
    let run = apply(&target, &guard, &plan).await;
    report::write(&[Told { run, redactor: target.redactor() }], &arguments.reports)
}

/// The first Ctrl-C ends the work and cleans up; the second ends the program.
fn interrupt_on_ctrl_c(guard: Arc<Guarded>) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            guard.interrupt();
            eprintln!(
                "interrupted: what was made is removed; press Ctrl-C again to leave it to `sweep`"
            );
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Verdict::Unchecked as i32);
        }
    });
}
