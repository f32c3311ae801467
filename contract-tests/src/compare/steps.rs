//! The comparison of one scenario: what may be played, what differs in each step, and the verdict
//! on it.

use std::time::Instant;

use openapi::Rule;
use serde_json::Value;

use super::{
    difference::Difference,
    shape::compare_forms,
    side::{Answers, Side},
    stop::{Ended, Ends, effect, ended, needs_data, place},
    terms::Terms,
    verdict::Verdict,
};
use crate::{
    core::{
        check,
        exchange::{Exchange, Received},
        finding::Finding,
        judge::shown,
        live_rules::Rules,
        run::{Case, Outcome},
    },
    fixture::{Deviation, DeviationKind, Fixture, Names, compare, live_policy},
};

/// The comparison of one scenario.
pub struct Steps<'a> {
    mock: &'a Side,
    truth: &'a Side,
    scenario: &'a Fixture,
    terms: Terms<'a>,
    differences: Vec<Difference>,
    warnings: Vec<Finding>,
    exchanges: Vec<Exchange>,
}

impl<'a> Steps<'a> {
    /// Nothing is played yet.
    pub fn new(
        mock: &'a Side,
        truth: &'a Side,
        scenario: &'a Fixture,
        terms: Terms<'a>,
    ) -> Steps<'a> {
        let (differences, warnings, exchanges) = (Vec::new(), Vec::new(), Vec::new());
        Steps { mock, truth, scenario, terms, differences, warnings, exchanges }
    }

    /// How the scenario ended, with all of its exchanges, and what differs. With `rules`, one of
    /// the sides is a live API.
    pub async fn play(mut self, rules: Option<&Rules>) -> (Case, Vec<Difference>) {
        let started = Instant::now();
        let ended = match self.obstacle(rules) {
            Some(obstacle) => Err(obstacle),
            None => self.compare().await,
        };
        let (outcome, reason) = match ended {
            Ok(None) => (Outcome::Passed, String::new()),
            Ok(Some(doubt)) => (Outcome::Skipped, format!("unverified: {doubt}")),
            Err(ended) => ended,
        };
        let took = started.elapsed();
        let case = Case::passed(self.scenario.group(), &self.scenario.id);
        let (findings, exchanges) = (self.warnings, self.exchanges);
        (Case { outcome, reason, findings, exchanges, took, ..case }, self.differences)
    }

    /// What speaks against playing it, before anything is sent.
    fn obstacle(&self, rules: Option<&Rules>) -> Option<Ended> {
        let other =
            [self.mock, self.truth].into_iter().find(|side| side.has_other_steps(self.scenario));
        if let Some(side) = other {
            let reason = format!("the recording in {} has other steps", side.name());
            return Some((Outcome::Unchecked, reason));
        }
        rules
            .and_then(|rules| live_policy(self.mock.profile(), rules, self.scenario))
            .map(|reason| (Outcome::Skipped, reason))
    }

    /// Returns why the truth is not to be believed, or how it ended where nothing could be
    /// compared.
    async fn compare(&mut self) -> Result<Option<String>, Ended> {
        let (scenario, mock, terms) = (self.scenario, self.mock, self.terms);
        let profile = mock.profile();
        let truth = self.truth.answers(scenario, terms.options, terms.redactor).await;
        let truth = truth.map_err(|error| ended(&error))?;
        truth.exchanges.iter().for_each(|(_, exchange)| drop(terms.redactor.exchange(exchange)));
        let mut answers = Vec::new();
        let mut look = |index: usize, exchange: &Exchange, names: &mut Names| {
            let deviations = match (truth.expected(index), terms.shape_only) {
                (Some(expected), false) => compare(profile, expected, &exchange.received, names),
                _ => truth.answer(index).map(|it| compare_forms(it, exchange)).unwrap_or_default(),
            };
            answers.push((index, exchange.clone(), deviations));
        };
        let stopped = mock.replay(scenario, terms.options, &mut look).await.err();
        for (index, exchange, deviations) in answers {
            self.judge(&truth, index, &exchange, deviations);
            self.exchanges.push(exchange);
        }
        self.judge_the_end(Ends { mock: stopped.as_ref(), truth: truth.stopped.as_ref() }, &truth)?;
        Ok(truth.doubt)
    }

    /// That only one side could be played to the end is a difference; what comes after is not
    /// compared.
    fn judge_the_end(&mut self, ends: Ends, truth: &Answers) -> Result<(), Ended> {
        let Some(first) = ends.first() else { return Ok(()) };
        // What a request needs of an earlier answer is data, and seldom there where that was
        // another.
        let explained =
            needs_data(first) && (self.terms.shape_only || !self.differences.is_empty());
        if let Some(message) = ends.difference().filter(|_| !explained) {
            let (operation, step) = place(first, self.scenario);
            let verdict = Verdict::of(true, truth.doubt.is_none().then_some(true), false);
            let status = truth.status_until(step);
            let found = Difference::of_stop(operation, effect(first), status, message, verdict);
            self.differences.push(Difference {
                scenario: self.scenario.id.clone(),
                step: step + 1,
                ..found
            });
        }
        Err(ended(first))
    }

    /// The verdict on one step.
    fn judge(
        &mut self,
        truth: &Answers,
        index: usize,
        exchange: &Exchange,
        deviations: Vec<Deviation>,
    ) {
        let of_mock = self.mock.findings(exchange, &self.scenario.id, index);
        let of_truth: Vec<Finding> = truth.findings_of(index).cloned().collect();
        let deviations = self.redacted(exchange, index, deviations);
        let breaks = |findings: &[Finding]| findings.iter().any(Finding::is_error);
        let is_known = truth.doubt.is_none() && truth.reaches(index);
        let truth_holds = is_known.then(|| !breaks(&of_truth));
        let verdict = Verdict::of(!breaks(&of_mock), truth_holds, deviations.is_empty());
        let status =
            truth.expected(index).map_or(exchange.received.status, |expected| expected.status);
        let name = exchange.sent.name();
        let found = deviations.into_iter().map(|deviation| {
            let deviation = Deviation { kind: kind(&deviation, &of_truth), ..deviation };
            Difference::new(&name, status, &deviation, verdict)
        });
        let mut found: Vec<Difference> = found.collect();
        if found.is_empty() && verdict != Verdict::Agree && verdict != Verdict::Unverified {
            let breaches = of_mock.iter().chain(&of_truth).filter(|it| it.is_error());
            found.extend(breaches.map(|breach| Difference::of_breach(breach, status, verdict)));
        }
        let reads = self.mock.profile().only_reads(&exchange.sent);
        let after_change = reads && self.has_changed(exchange);
        let (scenario, step) = (&self.scenario.id, index + 1);
        let found = found.into_iter().map(|it| Difference {
            scenario: scenario.clone(),
            step,
            after_change,
            ..it
        });
        self.differences.extend(found);
        self.note_slowness(self.mock, of_mock, index);
        self.note_slowness(self.truth, of_truth, index);
    }

    /// What took long is worth knowing; how the times of two sides compare is not, because one is
    /// on this machine.
    fn note_slowness(&mut self, side: &Side, findings: Vec<Finding>, index: usize) {
        let slow = findings.into_iter().filter(|it| *it.check == check::LATENCY);
        let told = |it: Finding| {
            let message = format!("{} ({}, step {})", it.message, side.name(), index + 1);
            Finding { message, ..it }
        };
        self.warnings.extend(slow.map(told));
    }

    /// What differs, without secrets, and without that of which a recording says nothing.
    fn redacted(
        &self,
        exchange: &Exchange,
        index: usize,
        deviations: Vec<Deviation>,
    ) -> Vec<Deviation> {
        let id = &self.scenario.id;
        let redacted = self.terms.redactor.exchange(exchange).received;
        let is_said = |it: &Deviation| {
            let of_truth =
                it.kind == DeviationKind::Header && self.truth.leaves_open(id, index, &it.at);
            !of_truth && !self.mock.leaves_open(id, index, &it.at)
        };
        let hidden = |deviation: Deviation| {
            let (clear, hidden) =
                (part(&exchange.received, &deviation), part(&redacted, &deviation));
            let got = if clear == hidden { deviation.got } else { shown(&hidden) };
            Deviation { got, ..deviation }
        };
        deviations.into_iter().filter(is_said).map(hidden).collect()
    }

    /// Whether an earlier step changed something of the group that this one reads.
    fn has_changed(&self, exchange: &Exchange) -> bool {
        let tag = |it: &Exchange| it.sent.route.map(|route| &route.tag);
        let profile = self.mock.profile();
        let changes =
            |it: &&Exchange| !profile.only_reads(&it.sent) && profile.is_success(&it.received);
        self.exchanges.iter().filter(changes).any(|it| tag(it) == tag(exchange))
    }
}

/// The part of an answer in which it differs.
fn part(answer: &Received, deviation: &Deviation) -> Value {
    if let Some(name) = deviation.at.strip_prefix("/headers/") {
        return answer.header(name).into();
    }
    match deviation.kind {
        DeviationKind::Body => answer.text().into(),
        _ => answer.json().pointer(deviation.pointer()).cloned().unwrap_or_default(),
    }
}

/// A value that the truth has and the contract does not list says more than that the values differ.
fn kind(deviation: &Deviation, of_truth: &[Finding]) -> DeviationKind {
    let is_enum = |finding: &Finding| {
        finding.pointer == deviation.pointer() && matches!(finding.rule, Some(Rule::Enum(_)))
    };
    match deviation.kind {
        DeviationKind::Value if of_truth.iter().any(is_enum) => DeviationKind::EnumWidened,
        kind => kind,
    }
}
