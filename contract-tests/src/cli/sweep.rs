//! `sweep`: removes what a killed run left.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::target::{GuardedTarget, LiveArguments};
use crate::{
    core::run::Verdict,
    live::{Clock, Event, Ledger, SystemClock, sweep},
};

/// Remove what a run left that was killed.
///
/// Only what a ledger says is removed. Exit codes: 0 nothing is left, 1 something is left, 3 it
/// could not be looked at.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    live: LiveArguments,
    /// The ledger of the run; all in the folder without it.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let ledgers = match &arguments.ledger {
        Some(ledger) => vec![ledger.clone()],
        None => arguments.live.folder()?.ledgers()?,
    };
    let mut verdict = Verdict::Holds;
    for path in &ledgers {
        match sweep_ledger(&arguments.live, path).await {
            Ok(true) => {}
            Ok(false) => verdict = Verdict::Broken,
            Err(error) => {
                println!("{}: could not look: {error:#}", path.display());
                verdict = if verdict == Verdict::Holds { Verdict::Unchecked } else { verdict };
            }
        }
    }
    if ledgers.is_empty() {
        println!("no run has left a ledger here");
    }
    Ok(verdict)
}

/// Removes what the ledger says. Returns whether nothing is left.
async fn sweep_ledger(live: &LiveArguments, path: &Path) -> anyhow::Result<bool> {
    let name = path.display();
    // The folder is locked first, so that no run is still writing the ledger.
    let folder = live.folder()?;
    let Some(mut ledger) = Ledger::open(path)?.filter(|ledger| !ledger.closed) else {
        println!("{name}: nothing is left");
        return Ok(true);
    };
    if live.is_gone(&ledger.header).await? {
        ledger.note(0, Event::Closed, SystemClock.now())?;
        println!("{name}: nothing is left; the world of that run is gone");
        return Ok(true);
    }
    let GuardedTarget { target, guard } = live.resume(folder, ledger).await?;
    let redactor = target.redactor();
    let swept = sweep(&guard).await;
    if !swept.was_answered
        && let Some(why) = swept.left.first()
    {
        bail!(
            "{}. If that was an emulator that is gone for good, remove the file",
            redactor.text(why)
        );
    }
    for left in &swept.left {
        println!("{name}: {}", redactor.text(&format!("LEFT {left}")));
    }
    println!("{name}: {} gone, {} left", swept.cleaned, swept.left.len());
    Ok(swept.left.is_empty())
}
