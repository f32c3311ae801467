//! `apply`: does what was planned.

use std::sync::Arc;

use clap::Args;

use super::{
    live::{GuardedTarget, TargetArguments},
    plan::WantedArguments,
};
use crate::{
    Case, Outcome, Redactor, Run, Verdict,
    live::{Guarded, apply},
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
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let plan = arguments.wanted.plan(&arguments.target)?;
    if plan.hash() != arguments.plan {
        eprintln!("this is not the plan that {} stands for; look at `plan` again", arguments.plan);
        return Ok(Verdict::Usage);
    }
    let GuardedTarget { target, guard } = arguments.target.open_for_writing(plan.permit()).await?;
    println!("run {} on {}", guard.run().as_str(), target.name);
    interrupt_on_ctrl_c(Arc::clone(&guard));
    let run = apply(&guard, &plan).await;
    print!("{}", told(&run, &target.redactor()));
    Ok(run.verdict())
}

/// The first Ctrl-C ends the work and cleans up; the second ends the program.
fn interrupt_on_ctrl_c(guard: Arc<Guarded>) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("interrupted: what was made is removed; press Ctrl-C again to leave it to `sweep`");
            guard.interrupt();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Verdict::Unchecked as i32);
        }
    });
}

fn told(run: &Run, redactor: &Redactor) -> String {
    let line = |case: &Case| {
        let outcome = match case.outcome {
            Outcome::Passed => "ok",
            Outcome::Failed => "FAILED",
            Outcome::Skipped => "skipped",
            Outcome::Unchecked => "unchecked",
        };
        let reason = if case.reason.is_empty() { String::new() } else { format!(": {}", case.reason) };
        let findings: String = case.findings.iter().map(|finding| format!("  {finding}\n")).collect();
        format!("{outcome:<9}  {}{reason}\n{findings}", case.name)
    };
    redactor.text(&run.cases.iter().map(line).collect::<String>())
}
