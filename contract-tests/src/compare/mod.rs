//! Compares an emulator with the truth, step by step, and says who is wrong.

mod difference;
mod examples;
mod shape;
mod side;
mod steps;
mod stop;
mod table;
mod terms;
mod verdict;
mod waiver;

use std::{collections::BTreeMap, time::Instant};

use jiff::tz::TimeZone;

pub use difference::{Difference, DifferenceKind};
pub use examples::{examples, reads};
pub use side::Side;
pub use terms::Terms;
pub use verdict::Verdict;
pub use waiver::{Waiver, Waivers};

use self::{difference::mark_state, steps::Steps};
use crate::{
    core::{
        check,
        finding::Finding,
        live_rules::Rules,
        progress::Progress,
        run::{Case, Outcome, Run},
    },
    fixture::Fixture,
};

/// What a comparison found.
pub struct Comparison {
    /// Its cases, one for each scenario.
    pub run: Run,
    /// Every difference once, with how often it was seen.
    pub differences: Vec<(Difference, usize)>,
}

/// Plays each scenario on both sides: `mock` is held to what `truth` answers.
pub async fn compare_sides(
    mock: &Side,
    truth: &Side,
    scenarios: &[Fixture],
    terms: &Terms<'_>,
) -> Comparison {
    let name = format!("{} as {}", mock.name(), truth.name());
    let mut run = Run::new("compare", mock.profile(), name, None);
    run.world_seed = mock.own_seed();
    let rules = (mock.is_live() || truth.is_live()).then(|| Rules::of(mock.profile()));
    let progress = Progress::new("compare", scenarios.len() as u64);
    let started = Instant::now();
    let (mut cases, mut all) = (Vec::new(), Vec::new());
    for scenario in scenarios {
        let (case, differences) =
            Steps::new(mock, truth, scenario, *terms).play(rules.as_ref()).await;
        for exchange in &case.exchanges {
            progress.sent(&exchange.sent);
            run.count(exchange);
        }
        if differences.iter().any(|it| counts(it, terms)) {
            progress.failed();
        }
        progress.advance();
        cases.push(case);
        all.extend(differences);
    }
    mark_state(&mut all);
    // A secret that was met late may stand early.
    all.iter_mut().for_each(|it| it.message = terms.redactor.text(&it.message));
    run.cases = cases.into_iter().map(|case| judged(case, &all, terms)).collect();
    run.took = started.elapsed();
    Comparison { run, differences: deduplicated(all) }
}

/// Whether a difference makes its case fail: the truth is to be believed, and no waiver covers
/// it.
fn counts(difference: &Difference, terms: &Terms<'_>) -> bool {
    let today = terms.options.now.to_zoned(TimeZone::UTC).date();
    let is_waived = || terms.waivers.of(&difference.fingerprint(), today).is_some();
    difference.verdict != Verdict::Unverified && !is_waived()
}

/// A case with what differs in it.
fn judged(case: Case, differences: &[Difference], terms: &Terms<'_>) -> Case {
    let own = differences.iter().filter(|it| it.scenario == case.name && counts(it, terms));
    let found = own.map(finding).chain(case.findings.clone()).collect();
    let case = case.with_findings(found);
    let exchanges = if case.outcome == Outcome::Passed { Vec::new() } else { case.exchanges };
    Case { exchanges, ..case }
}

fn finding(difference: &Difference) -> Finding {
    let Difference { message, verdict, step, .. } = difference;
    let (kind, fingerprint) = (difference.kind.name(), difference.fingerprint());
    let message = format!("{message} [{}, {kind}, {fingerprint}; step {step}]", verdict.name());
    // What holds of all rows is shown by the first.
    let pointer = difference.at.strip_prefix("/body").unwrap_or_default().replace("/*", "/0");
    Finding::new(&check::DRIFT, &difference.operation, message).at(pointer)
}

/// Each difference once, in the order of their first appearance.
fn deduplicated(all: Vec<Difference>) -> Vec<(Difference, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    all.iter().for_each(|it| *counts.entry(it.fingerprint()).or_default() += 1);
    let first = |it: Difference| counts.remove(&it.fingerprint()).map(|count| (it, count));
    all.into_iter().filter_map(first).collect()
}
