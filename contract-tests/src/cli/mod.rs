//! The command line: what to do, against what, and which reports to write.

mod apis;
mod apply;
mod compare;
mod coverage;
mod explain;
mod explore;
mod fault;
mod interrupt;
mod plan;
mod record;
mod replay;
mod sweep;
mod target;
mod transfer;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;

use self::interrupt::or_interrupted;
pub use self::target::TargetArguments;
use crate::{
    core::run::Verdict,
    live::{GateError, PlanError},
};

/// Holds an API to its contract: the emulator, or a server at some address.
///
/// Exit codes: 0 the contract holds, 1 it is broken, 2 the command was not understood, 3 something
/// could not be checked.
#[derive(Debug, Parser)]
#[command(name = "contract-tests", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  contract-tests replay --target mock                  play every fixture against an emulator \
      in this process
  contract-tests explore --target mock --seed 7        random sequences, checked against models
  contract-tests replay --target http://127.0.0.1:8080 --html report.html
  contract-tests coverage run.json --html page.html    what that run reached of the contract, \
      and what it did not
  contract-tests compare mock https://api.i3d.net --live    who is wrong where the emulator \
      and the API differ
  contract-tests record scenario.yaml                  make a fixture of requests
  contract-tests explain C408                          what a code of a report means
  contract-tests fault ssh-delete-noop                 an emulator in which deleting an SSH \
      key does nothing
  contract-tests plan --target https://api.i3d.net     what `apply` would write there; nothing \
      is sent
  contract-tests sweep                                 remove what a killed run left";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Play fixtures and compare what comes back.
    Replay(replay::Arguments),
    /// Call every operation in every way, and play sequences that a model follows.
    Explore(explore::Arguments),
    /// Compare the emulator with the truth, and say who is wrong.
    Compare(compare::Arguments),
    /// Say which operations and statuses the fixtures and models reach.
    Coverage(coverage::Arguments),
    /// Say what a check means and what to do when it fails.
    Explain(explain::Arguments),
    /// Make fixtures of what a server answers.
    Record(record::Arguments),
    /// Make a fixture of a HAR file.
    Import(transfer::Import),
    /// Write a fixture as a HAR or Hurl file.
    Export(transfer::Export),
    /// Serve a target with one fault in it, to see that a client notices.
    Fault(fault::Arguments),
    /// Say what `apply` would write, and what it may cost; nothing is sent.
    Plan(plan::Arguments),
    /// Do what was planned, and remove it again.
    Apply(apply::Arguments),
    /// Remove what a run left that was killed.
    Sweep(sweep::Arguments),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| error.exit());
    let runtime = Runtime::new().expect("the system has threads for a runtime");
    match runtime.block_on(run(cli.verb)) {
        Ok(verdict) => ExitCode::from(verdict as u8),
        Err(error) if is_usage_error(&error) => {
            eprintln!("{error:#}");
            ExitCode::from(Verdict::Usage as u8)
        }
        Err(error) => {
            eprintln!("could not check: {error:#}");
            ExitCode::from(Verdict::Unchecked as u8)
        }
    }
}

/// Whether an error is about an argument alone, so that the command ends as one of wrong usage.
fn is_usage_error(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(GateError::Url(_)))
        || matches!(error.downcast_ref(), Some(PlanError::Unknown(..)))
}

async fn run(verb: Verb) -> anyhow::Result<Verdict> {
    match verb {
        Verb::Coverage(arguments) => coverage::run(&arguments).await,
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Explore(arguments) => or_interrupted(explore::run(&arguments)).await,
        Verb::Fault(arguments) => fault::run(&arguments).await,
        Verb::Compare(arguments) => or_interrupted(compare::run(&arguments)).await,
        Verb::Replay(arguments) => or_interrupted(replay::run(&arguments)).await,
        Verb::Record(arguments) => record::run(&arguments).await,
        Verb::Import(arguments) => transfer::import(&arguments),
        Verb::Export(arguments) => transfer::export(&arguments),
        Verb::Apply(arguments) => apply::run(&arguments).await,
        Verb::Plan(arguments) => plan::run(&arguments),
        Verb::Sweep(arguments) => sweep::run(&arguments).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_means_nothing_is_misunderstood() {
        assert!(is_usage_error(&GateError::Url("nonsense".to_owned()).into()));
        assert!(is_usage_error(&PlanError::Unknown("nonsense".to_owned(), String::new()).into()));
        assert!(!is_usage_error(&GateError::Live("api.example".to_owned(), "say --live").into()));
        assert!(!is_usage_error(&std::io::Error::other("full").into()));
    }
}
