//! The command line: what to do, against what, and which reports to write.

mod apply;
mod coverage;
mod explain;
mod live;
mod plan;
mod sweep;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Runtime;

pub use self::live::TargetArguments;
use crate::Verdict;

/// Holds an API to its contract: the emulator, or a server at some address.
///
/// Exit codes: 0 the contract holds, 1 it is broken, 2 the command was not understood, 3 something could not be checked.
#[derive(Debug, Parser)]
#[command(name = "contract-tests", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  contract-tests replay --target mock                  play every fixture against an emulator in this process
  contract-tests explore --target mock --seed 7        random sequences, checked against models
  contract-tests replay --target http://127.0.0.1:8080 --html report.html
  contract-tests explain C408                          what a code of a report means
  contract-tests plan --target https://api.i3d.net     what `apply` would write there; nothing is sent
  contract-tests sweep                                 remove what a killed run left";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Do what was planned, and remove it again.
    Apply(apply::Arguments),
    /// Say which operations and statuses the fixtures and models reach.
    Coverage(coverage::Arguments),
    /// Say what a check means and what to do when it fails.
    Explain(explain::Arguments),
    /// Say what `apply` would write, and what it may cost; nothing is sent.
    Plan(plan::Arguments),
    /// Remove what a run left that was killed.
    Sweep(sweep::Arguments),
}

/// Where to write reports beside the terminal.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// A page to look at in a browser.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// JUnit XML, for CI servers.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Everything, for programs.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Annotations for GitHub Actions, on standard output; on by itself where GITHUB_ACTIONS is set.
    #[arg(long)]
    github: bool,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| error.exit());
    let runtime = Runtime::new().expect("the system has threads for a runtime");
    match runtime.block_on(run(cli.verb)) {
        Ok(verdict) => ExitCode::from(verdict as u8),
        Err(error) => {
            eprintln!("could not check: {error:#}");
            ExitCode::from(Verdict::Unchecked as u8)
        }
    }
}

async fn run(verb: Verb) -> anyhow::Result<Verdict> {
    match verb {
        Verb::Apply(arguments) => apply::run(&arguments).await,
        Verb::Coverage(arguments) => coverage::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Plan(arguments) => plan::run(&arguments),
        Verb::Sweep(arguments) => sweep::run(&arguments).await,
    }
}
