//! How well the harness finds faults: how many of those made on purpose, after how many requests,
//! and whether at the right operation.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use contract_tests::{
    ApiProfile, Run, Target,
    explore::{self, Options},
    fault::{self, Fault, Faulty},
    profiles,
};

/// Requests after which a fault counts as missed.
const REQUESTS_MAX: u64 = 600;

/// Whether and when a fault was found, with one seed.
struct Detection {
    /// After how many requests it was reported; `None` where it never was.
    requests: Option<u64>,
    /// Whether the first report named the operation that is at fault.
    named: bool,
    /// The first report.
    message: String,
}

/// The API of this name; all without one.
pub(crate) fn apis(name: Option<&str>) -> Result<Vec<&'static ApiProfile>> {
    let Some(name) = name else { return Ok(profiles::all().to_vec()) };
    let api = profiles::find(name).with_context(|| format!("the API {name} is not known"))?;
    Ok(vec![api])
}

/// Looks for every fault of these APIs with every seed, and prints the table.
pub(crate) fn run(apis: &[&'static ApiProfile], seeds: u64, only: Option<&str>) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut all = BTreeMap::new();
    for profile in apis.iter().copied() {
        for (name, family) in fault::catalogue(profile) {
            let wanted = |fault: &&Fault| only.is_none_or(|only| fault.name.contains(only));
            for fault in family.faults.iter().filter(wanted) {
                let detections: Vec<Detection> = (1..=seeds)
                    .map(|seed| runtime.block_on(detect(profile, fault, &family.operations, seed)))
                    .collect::<Result<_>>()?;
                report(fault, &detections);
                let row = format!("{} {name}", profile.name);
                all.entry(row).or_insert_with(Vec::new).push(detections);
            }
        }
    }
    ensure!(!all.is_empty(), "no fault has such a name");
    print(&all);
    Ok(())
}

async fn detect(
    profile: &'static ApiProfile,
    fault: &Fault,
    operations: &str,
    seed: u64,
) -> Result<Detection> {
    let sound = Target::mock(profile, seed)?;
    let broken = sound.behind(|inner| Arc::new(Faulty::new(inner, profile, fault.clone())));
    let options = Options {
        seed,
        steps: REQUESTS_MAX,
        operations: operations.to_owned(),
        stop_at_first: true,
        ..Options::default()
    };
    let run = explore::run(&broken, &options).await;
    let found = run.cases.iter().flat_map(|case| &case.findings).next();
    Ok(Detection {
        requests: found.and(run.first_finding),
        named: found.is_some_and(|finding| finding.operation == fault.operation),
        message: found.map(ToString::to_string).unwrap_or_default(),
    })
}

/// Reports at once a fault that was missed, or blamed on another operation.
fn report(fault: &Fault, detections: &[Detection]) {
    for (seed, detection) in (1..).zip(detections) {
        if detection.requests.is_none() {
            eprintln!("missed: {} of {}, seed {seed}", fault.name, fault.operation);
        } else if !detection.named {
            eprintln!(
                "blamed elsewhere: {} of {}, seed {seed}: {}",
                fault.name, fault.operation, detection.message
            );
        }
    }
}

fn print(all: &BTreeMap<String, Vec<Vec<Detection>>>) {
    println!(
        "| family | faults | caught in every seed | median requests | 95th percentile | named |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for (name, faults) in all {
        row(name, &faults.iter().collect::<Vec<_>>());
    }
    row("all", &all.values().flatten().collect::<Vec<_>>());
}

fn row(name: &str, faults: &[&Vec<Detection>]) {
    let caught = faults
        .iter()
        .filter(|detections| detections.iter().all(|detection| detection.requests.is_some()))
        .count();
    let detections: Vec<&Detection> =
        faults.iter().copied().flatten().filter(|detection| detection.requests.is_some()).collect();
    let mut requests: Vec<u64> =
        detections.iter().filter_map(|detection| detection.requests).collect();
    requests.sort_unstable();
    let at =
        |percent: usize| requests.get(requests.len() * percent / 100).copied().unwrap_or_default();
    let percent = |part: usize, of: usize| 100 * part / of.max(1);
    let named = detections.iter().filter(|detection| detection.named).count();
    println!(
        "| {name} | {} | {} % | {} | {} | {} % |",
        faults.len(),
        percent(caught, faults.len()),
        at(50),
        at(95),
        percent(named, detections.len())
    );
}

/// Explores a sound emulator, where every finding is a false alarm, once for each of these APIs.
pub(crate) fn false_alarms(apis: &[&'static ApiProfile], seeds: u64, requests: u64) -> Result<()> {
    apis.iter().try_for_each(|api| alarms_of(api, seeds, requests))
}

fn alarms_of(profile: &'static ApiProfile, seeds: u64, requests: u64) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut sent, began) = (0, Instant::now());
    let mut alarms = 0;
    for seed in 1..=seeds {
        let target = Target::mock(profile, seed)?;
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
        "
{}: {alarms} false alarms in {seeds} seeds, {sent} requests; \
         {per_thousand:.2} s for 1,000 requests",
        profile.name
    );
    Ok(())
}
