//! `record`: makes fixtures of what a server answers.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    TargetArguments,
    interrupt::or_interrupted,
    replay::{FolderArgument, options, record_scenario},
    target::SEED,
};
use crate::{
    core::{profile::ApiProfile, run::Verdict, target::Target},
    fixture::read_scenario,
    profiles,
    record::{self, Bounds, Existing, Passed, Proxy, Written},
};

/// Make fixtures of what a server answers.
///
/// Either plays scenarios, or passes on what another client sends: `--proxy 127.0.0.1:8090 --target
/// URL`. A scenario needs neither `provenance` nor answers; both are filled in, in place where its
/// file has no answer and no comment yet. Nothing else is overwritten: beside an old file the new
/// one is `*.new`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenarios to play: fixture files whose answers are missing, or to be recorded again.
    scenarios: Vec<PathBuf>,
    /// Listen here, pass everything on to the target, and write one fixture of it at the end
    /// (Ctrl-C).
    #[arg(long, value_name = "ADDRESS", conflicts_with = "scenarios")]
    proxy: Option<SocketAddr>,
    /// The id of the fixture that the proxy writes.
    #[arg(long, default_value = "recorded/exchanges", requires = "proxy")]
    id: String,
    #[command(flatten)]
    folder: FolderArgument,
    #[command(flatten)]
    target: TargetArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    if arguments.proxy.is_none() && arguments.scenarios.is_empty() {
        eprintln!("there is nothing to record: name a scenario, or say --proxy");
        return Ok(Verdict::Usage);
    }
    if let Some(listen) = arguments.proxy {
        let target = arguments.target.open_for_client(arguments.target.api()).await?;
        return record_proxied(&target, listen, arguments).await;
    }
    or_interrupted(record_scenarios(arguments)).await
}

/// Plays scenarios, and writes what is answered.
async fn record_scenarios(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let (mut verdict, mut targets) = (Verdict::Holds, Vec::<Target>::new());
    for scenario in &arguments.scenarios {
        let profile = api_of(arguments, scenario);
        let known = targets.iter().position(|target| target.profile.name == profile.name);
        let at = match known {
            Some(at) => at,
            None => {
                targets.push(arguments.target.open(profile, SEED).await?);
                targets.len() - 1
            }
        };
        let target = &targets[at];
        match record_file(target, scenario, &arguments.folder.of(profile)).await {
            Ok(written) => println!("wrote {written}"),
            Err(error) => {
                eprintln!("{} is not recorded: {error:#}", scenario.display());
                verdict = Verdict::Unchecked;
            }
        }
    }
    Ok(verdict)
}

/// The API of a scenario: the one that is named, or the first that has its operations.
fn api_of(arguments: &Arguments, scenario: &Path) -> &'static ApiProfile {
    let named = arguments.target.named_apis();
    let all = profiles::all().into_iter();
    let mut fitting = all.filter(|profile| read_scenario(profile, scenario).is_ok());
    named.first().copied().or_else(|| fitting.next()).unwrap_or_else(profiles::first)
}

/// Passes requests on until Ctrl-C, and then writes a fixture of them.
async fn record_proxied(
    target: &Target,
    listen: SocketAddr,
    arguments: &Arguments,
) -> anyhow::Result<Verdict> {
    let base = target.url().unwrap_or_else(|| target.name.clone());
    let proxy = Proxy::start(target.clone(), listen, Bounds::SCENARIO).await?;
    println!(
        "listening on http://{}, passing on to {base}; Ctrl-C writes the fixture",
        proxy.address
    );
    tokio::signal::ctrl_c().await?;
    let Passed { exchanges, forgotten, .. } = proxy.stop().await;
    if forgotten > 0 {
        eprintln!("{forgotten} more passed and are not in the fixture");
    }
    let provenance = record::provenance(target, options(target).now);
    let redactor = target.redactor();
    let folder = &arguments.folder.of(target.profile);
    let path =
        record::save(folder, target.profile, &arguments.id, exchanges, provenance, &redactor)?;
    println!("wrote {}", path.display());
    Ok(Verdict::Holds)
}

async fn record_file(target: &Target, path: &Path, folder: &Path) -> anyhow::Result<Written> {
    let (scenario, source) = read_scenario(target.profile, path)?;
    let source = (source.as_str(), Existing::of(&scenario, &source));
    record_scenario(target, folder, &scenario, source, &options(target)).await
}
