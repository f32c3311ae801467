//! Compares an emulator with the truth, step by step, and says who is wrong.

mod difference;
mod examples;
mod shape;
mod side;
mod verdict;
mod waiver;

use std::{collections::BTreeMap, time::Instant};

use http::Method;
use jiff::tz::TimeZone;

pub use difference::Difference;
pub use examples::examples;
pub use side::Side;
pub use verdict::Verdict;
pub use waiver::{Waiver, Waivers};

use self::{difference::tell_state, shape::compare_shapes, side::Answers};
use crate::{
    check,
    exchange::Exchange,
    finding::Finding,
    fixture::{Deviation, DeviationKind, Fixture, Options, compare},
    record::RecordError,
    run::{Case, Outcome, Run},
};

/// How two sides are compared.
#[derive(Debug, Clone)]
pub struct Depth {
    /// Only statuses, members and types: the data are not the same.
    pub shape_only: bool,
}

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
    depth: &Depth,
    options: &Options,
    waivers: &Waivers,
) -> Comparison {
    let name = format!("{} as {}", mock.name(), truth.name());
    let mut run = Run::new("compare", mock.suite().name, name, None);
    let started = Instant::now();
    let (mut cases, mut all) = (Vec::new(), Vec::new());
    for scenario in scenarios {
        let mut steps =
            Steps { mock, truth, scenario, depth, differences: Vec::new(), exchanges: Vec::new() };
        let case = steps.case(options).await;
        steps.exchanges.iter().for_each(|exchange| run.count(exchange));
        cases.push((case, steps.differences.len(), steps.exchanges));
        all.append(&mut steps.differences);
    }
    tell_state(&mut all);
    let today = options.now.to_zoned(TimeZone::UTC).date();
    let counts = |it: &&Difference| {
        it.verdict != Verdict::Unverified && waivers.of(&it.fingerprint(), today).is_none()
    };
    let mut rest = all.as_slice();
    for (case, number, exchanges) in cases {
        let of_case = rest.split_off(..number).unwrap_or_default();
        let case = case.with_findings(of_case.iter().filter(counts).map(finding).collect());
        let exchanges = if case.outcome == Outcome::Passed { Vec::new() } else { exchanges };
        run.cases.push(Case { exchanges, ..case });
    }
    run.took = started.elapsed();
    Comparison { run, differences: once(all) }
}

/// The comparison of one scenario.
struct Steps<'a> {
    mock: &'a Side,
    truth: &'a Side,
    scenario: &'a Fixture,
    depth: &'a Depth,
    differences: Vec<Difference>,
    exchanges: Vec<Exchange>,
}

impl Steps<'_> {
    /// How the scenario ended, without what differs.
    async fn case(&mut self, options: &Options) -> Case {
        let started = Instant::now();
        let ended = self.compare(options).await;
        let case = Case::passed(self.scenario.group(), &self.scenario.id);
        let case = Case { took: started.elapsed(), ..case };
        match ended {
            Ok(None) => case,
            Ok(Some(doubt)) => {
                Case { outcome: Outcome::Skipped, reason: format!("unverified: {doubt}"), ..case }
            }
            Err((outcome, reason)) => Case { outcome, reason, ..case },
        }
    }

    /// Returns why the truth is not to be believed, or how it ended where nothing could be compared.
    async fn compare(&mut self, options: &Options) -> Result<Option<String>, (Outcome, String)> {
        let changes = !self.reads_only();
        if changes && !(self.mock.may_be_changed() && self.truth.may_be_changed()) {
            return Err((
                Outcome::Skipped,
                "it changes something, which is not done on another host".to_owned(),
            ));
        }
        let truth = self.truth.tell(self.scenario, options).await.map_err(ended)?;
        let (scenario, mock) = (self.scenario, self.mock);
        let mut answers = Vec::new();
        let mut look = |index: usize, exchange: &Exchange, names: &mut crate::fixture::Names| {
            let deviations = match (&truth.expected.steps[index].response, self.depth.shape_only) {
                (Some(expected), false) => compare(expected, &exchange.received, names),
                _ => shapes(&truth, index, exchange),
            };
            answers.push((index, exchange.clone(), deviations));
        };
        mock.show(scenario, options, &mut look).await.map_err(ended)?;
        for (index, exchange, deviations) in answers {
            self.judge(&truth, index, &exchange, deviations);
            self.exchanges.push(exchange);
        }
        Ok(truth.doubt)
    }

    fn reads_only(&self) -> bool {
        let operations = self.scenario.steps.iter().map(|step| step.operation.as_deref().unwrap_or_default());
        let routes = operations.map(|operation| self.mock.suite().contract.route(operation));
        routes.into_iter().all(|route| route.is_some_and(|route| route.method == Method::GET))
    }

    /// The verdict on one step.
    fn judge(&mut self, truth: &Answers, index: usize, exchange: &Exchange, deviations: Vec<Deviation>) {
        let id = &self.scenario.id;
        let breaches = self.mock.breaches(exchange, id, index);
        let said = |it: &Deviation| !self.mock.leaves_open(id, index, &it.at);
        let deviations: Vec<Deviation> = deviations.into_iter().filter(said).collect();
        let of_truth: Vec<&Finding> =
            truth.breaches.iter().filter(|(step, _)| *step == index).map(|(_, breach)| breach).collect();
        let truth_holds = truth.doubt.is_none().then_some(of_truth.is_empty());
        let verdict = Verdict::of(breaches.is_empty(), truth_holds, deviations.is_empty());
        let expected = truth.expected.steps[index].response.as_ref();
        let status = expected.map_or(exchange.received.status, |expected| expected.status);
        let name = exchange.sent.name();
        let after_change = exchange.sent.method == Method::GET && self.has_changed(exchange);
        let seen = format!("{}, step {}", self.scenario.id, index + 1);
        let found = deviations.iter().map(|deviation| {
            let deviation = Deviation { kind: kind(deviation, &of_truth), ..deviation.clone() };
            Difference::new(&name, status, &deviation, verdict)
        });
        let mut found: Vec<Difference> = found.collect();
        if found.is_empty() && verdict != Verdict::Agree && verdict != Verdict::Unverified {
            let breaches = breaches.iter().chain(of_truth.iter().copied());
            found.extend(breaches.map(|breach| of_breach(breach, status, verdict)));
        }
        let found = found.into_iter().map(|it| Difference { seen: seen.clone(), after_change, ..it });
        self.differences.extend(found);
    }

    /// Whether an earlier step changed something of the group that this one reads.
    fn has_changed(&self, exchange: &Exchange) -> bool {
        let tag = |it: &Exchange| it.sent.route.map(|route| &route.tag);
        let changes = |it: &&Exchange| it.sent.method != Method::GET && it.received.is_success();
        self.exchanges.iter().filter(changes).any(|it| tag(it) == tag(exchange))
    }
}

/// What differs in form between two servers with different data.
fn shapes(truth: &Answers, index: usize, exchange: &Exchange) -> Vec<Deviation> {
    let Some((_, other)) = truth.exchanges.iter().find(|(step, _)| *step == index) else { return Vec::new() };
    let (expected, got) = (other.received.status, exchange.received.status);
    if expected != got {
        let (expected, got) = (expected.to_string(), got.to_string());
        return vec![Deviation { kind: DeviationKind::Status, at: "/status".to_owned(), expected, got }];
    }
    compare_shapes(&other.received.json(), &exchange.received.json())
}

/// The kind of a difference, with what the contract says of the truth.
fn kind(deviation: &Deviation, breaches: &[&Finding]) -> DeviationKind {
    let is_enum = |breach: &&Finding| {
        breach.pointer == deviation.pointer() && breach.message.contains("the possible values are")
    };
    match deviation.kind {
        DeviationKind::Value if breaches.iter().any(is_enum) => DeviationKind::EnumWidened,
        kind => kind,
    }
}

fn of_breach(breach: &Finding, status: u16, verdict: Verdict) -> Difference {
    Difference {
        operation: breach.operation.clone(),
        kind: None,
        at: format!("/body{}", breach.pointer),
        status,
        message: format!("{} ({})", breach.message, breach.check.code),
        verdict,
        seen: String::new(),
        after_change: false,
    }
}

fn finding(difference: &Difference) -> Finding {
    let Difference { message, verdict, seen, .. } = difference;
    let (kind, fingerprint) = (difference.kind_name(), difference.fingerprint());
    let message = format!("{message} [{}, {kind}, {fingerprint}; {seen}]", verdict.name());
    let pointer = difference.at.strip_prefix("/body").unwrap_or_default();
    Finding::new(&check::DRIFT, &difference.operation, message).at(pointer)
}

/// Each difference once, in the order of their first appearance.
fn once(all: Vec<Difference>) -> Vec<(Difference, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    all.iter().for_each(|it| *counts.entry(it.fingerprint()).or_default() += 1);
    let first = |it: Difference| counts.remove(&it.fingerprint()).map(|count| (it, count));
    all.into_iter().filter_map(first).collect()
}

fn ended(error: RecordError) -> (Outcome, String) {
    let outcome = if error.is_unreachable() { Outcome::Unchecked } else { Outcome::Skipped };
    (outcome, error.to_string())
}
