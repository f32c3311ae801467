//! How good the harness is: of the faults that are made on purpose, how many it finds, how soon,
//! and by which name.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use anyhow::{Result, ensure};
use contract_tests::{
    Run, Target,
    explore::{self, Options},
    fault::{self, Fault, Faulty},
    profiles::i3d_v3::PROFILE,
};

/// Requests after which a fault counts as missed.
const REQUESTS_MAX: u64 = 600;

/// What became of a fault, with one seed.
struct Hunt {
    /// After how many requests it was reported; `None` where it never was.
    requests: Option<u64>,
    /// Whether the first report named the operation that is at fault.
    named: bool,
    /// What the first report said.
    said: String,
}

/// Hunts every fault with every seed, and prints the table.
pub(crate) fn run(seeds: u64, only: Option<&str>) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut all = BTreeMap::new();
    for (name, family) in fault::catalogue(&PROFILE) {
        for fault in
            family.faults.iter().filter(|fault| only.is_none_or(|only| fault.name.contains(only)))
        {
            let hunts: Vec<Hunt> = (1..=seeds)
                .map(|seed| runtime.block_on(hunt(fault, &family.operations, seed)))
                .collect::<Result<_>>()?;
            report(fault, &hunts);
            all.entry(name.clone()).or_insert_with(Vec::new).push(hunts);
        }
    }
    ensure!(!all.is_empty(), "no fault has such a name");
    print(&all);
    Ok(())
}

async fn hunt(fault: &Fault, operations: &str, seed: u64) -> Result<Hunt> {
    let sound = Target::mock(&PROFILE, seed)?;
    let broken = sound.behind(|inner| Arc::new(Faulty::new(inner, &PROFILE, fault.clone())));
    let options = Options {
        seed,
        steps: REQUESTS_MAX,
        operations: operations.to_owned(),
        stop_at_first: true,
        ..Options::default()
    };
    let run = explore::run(&broken, &options).await;
    let found = run.cases.iter().flat_map(|case| &case.findings).next();
    Ok(Hunt {
        requests: found.and(run.first_finding),
        named: found.is_some_and(|finding| finding.operation == fault.operation),
        said: found.map(ToString::to_string).unwrap_or_default(),
    })
}

/// Says at once which fault was missed, or blamed on another operation.
fn report(fault: &Fault, hunts: &[Hunt]) {
    for (seed, hunt) in (1..).zip(hunts) {
        if hunt.requests.is_none() {
            eprintln!("missed: {} of {}, seed {seed}", fault.name, fault.operation);
        } else if !hunt.named {
            eprintln!(
                "blamed elsewhere: {} of {}, seed {seed}: {}",
                fault.name, fault.operation, hunt.said
            );
        }
    }
}

fn print(all: &BTreeMap<String, Vec<Vec<Hunt>>>) {
    println!(
        "| family | faults | caught in every seed | median requests | 95th percentile | named |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for (name, faults) in all {
        row(name, &faults.iter().collect::<Vec<_>>());
    }
    row("all", &all.values().flatten().collect::<Vec<_>>());
}

fn row(name: &str, faults: &[&Vec<Hunt>]) {
    let caught =
        faults.iter().filter(|hunts| hunts.iter().all(|hunt| hunt.requests.is_some())).count();
    let hunts: Vec<&Hunt> =
        faults.iter().copied().flatten().filter(|hunt| hunt.requests.is_some()).collect();
    let mut requests: Vec<u64> = hunts.iter().filter_map(|hunt| hunt.requests).collect();
    requests.sort_unstable();
    let at =
        |percent: usize| requests.get(requests.len() * percent / 100).copied().unwrap_or_default();
    let percent = |part: usize, of: usize| 100 * part / of.max(1);
    let named = hunts.iter().filter(|hunt| hunt.named).count();
    println!(
        "| {name} | {} | {} % | {} | {} | {} % |",
        faults.len(),
        percent(caught, faults.len()),
        at(50),
        at(95),
        percent(named, hunts.len())
    );
}

/// Explores a sound emulator, where every finding is a false alarm.
pub(crate) fn alarms(seeds: u64, requests: u64) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut sent, began) = (0, Instant::now());
    let mut alarms = 0;
    for seed in 1..=seeds {
        let target = Target::mock(&PROFILE, seed)?;
        let run: Run = runtime.block_on(explore::run(
            &target,
            &Options { seed, steps: requests, ..Options::default() },
        ));
        sent += run.requests;
        for finding in
            run.cases.iter().flat_map(|case| &case.findings).filter(|finding| finding.is_error())
        {
            alarms += 1;
            eprintln!("false alarm, seed {seed}: {finding}");
        }
    }
    let per_thousand = began.elapsed().as_secs_f64() * 1000.0 / sent as f64;
    println!(
        "\nFalse alarms: {alarms} in {seeds} seeds, {sent} requests; {per_thousand:.2} s for 1,000 requests"
    );
    Ok(())
}
