//! One of the two sides of a comparison: a server, or recordings of one.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use super::stop::stopped_at;
use crate::{
    core::{
        exchange::{Exchange, Received},
        finding::Finding,
        judge::judge_by_contract,
        profile::ApiProfile,
        redact::Redactor,
        target::Target,
    },
    fixture::{
        Expected, Fixture, HeaderRule, Loaded, Names, Options, Rule, SAMPLE_SECONDS, Step,
        breaches_of_samples, capture, pointer::most_exact, samples,
    },
    record::{self, Look, RecordError, Recording},
};

/// What answers.
pub enum Side {
    /// A server, or an emulator in this process.
    Server(Box<Target>),
    /// Fixtures of a folder, which answer as they say.
    Recorded {
        /// The API.
        profile: &'static ApiProfile,
        /// The folder.
        folder: PathBuf,
        /// Its fixtures.
        fixtures: Vec<Loaded>,
    },
}

/// What a side answers to the steps of a scenario.
pub struct Answers {
    /// What is expected of the other side: the answers, with rules for what is another each time.
    pub expected: Fixture,
    /// The exchanges with the number of their step.
    pub exchanges: Vec<(usize, Exchange)>,
    /// What the contract says of them, with the number of the step.
    pub findings: Vec<(usize, Finding)>,
    /// Why they are not to be believed, where they are not.
    pub doubt: Option<String>,
    /// Why the scenario was not played to its end, where it was not.
    pub stopped: Option<RecordError>,
}

impl Answers {
    /// What is expected of a step; `None` where nothing is.
    pub fn expected(&self, step: usize) -> Option<&Expected> {
        self.expected.steps.get(step)?.response.as_ref()
    }

    /// The answer to a step.
    pub fn answer(&self, step: usize) -> Option<&Received> {
        self.exchanges
            .iter()
            .find(|(index, _)| *index == step)
            .map(|(_, exchange)| &exchange.received)
    }

    /// The status of the newest answer at a step; 0 before the first.
    pub fn status_until(&self, step: usize) -> u16 {
        let newest = self.exchanges.iter().rfind(|(index, _)| *index <= step);
        newest.map_or(0, |(_, exchange)| exchange.received.status)
    }

    /// Whether the scenario was played as far as a step.
    pub fn reaches(&self, step: usize) -> bool {
        self.stopped.as_ref().is_none_or(|error| step < stopped_at(error))
    }

    /// What the contract says of the answer to a step.
    pub fn findings_of(&self, step: usize) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |(index, _)| *index == step).map(|(_, finding)| finding)
    }
}

impl Side {
    /// How it is called.
    pub fn name(&self) -> String {
        match self {
            Side::Server(target) => target.name.clone(),
            Side::Recorded { folder, .. } => folder.display().to_string(),
        }
    }

    /// Its API.
    pub fn profile(&self) -> &'static ApiProfile {
        match self {
            Side::Server(target) => target.profile,
            Side::Recorded { profile, .. } => profile,
        }
    }

    /// Whether its data are those of the seeded demo world, so that values can be compared.
    pub fn is_demo(&self) -> bool {
        match self {
            Side::Server(target) => target.is_seeded(),
            Side::Recorded { .. } => true,
        }
    }

    /// The seed of its world, where that was made for it.
    pub(crate) fn own_seed(&self) -> Option<u64> {
        match self {
            Side::Server(target) => target.own_seed(),
            Side::Recorded { .. } => None,
        }
    }

    /// Whether it is another host, which may be the real API: there only reads are played.
    pub fn is_live(&self) -> bool {
        matches!(self, Side::Server(target) if target.is_live())
    }

    /// Whether it has the demo world, whenever that began, so that the examples of the contract can
    /// be read.
    pub fn has_examples(&self) -> bool {
        match self {
            Side::Server(target) => target.is_controllable(),
            Side::Recorded { .. } => true,
        }
    }

    /// Its recordings; none of a server.
    pub fn recordings(&self) -> &[Loaded] {
        match self {
            Side::Server(_) => &[],
            Side::Recorded { fixtures, .. } => fixtures,
        }
    }

    /// Whether a recording of it has other steps than a scenario of this id.
    pub fn has_other_steps(&self, scenario: &Fixture) -> bool {
        let Ok(recorded) = self.recorded(&scenario.id) else { return false };
        let operations = |fixture: &Fixture| {
            fixture.steps.iter().map(|step| step.operation.clone()).collect::<Vec<_>>()
        };
        operations(recorded) != operations(scenario)
    }

    /// What it answers, as what the other side is held to.
    pub async fn answers(
        &self,
        scenario: &Fixture,
        options: &Options,
        redactor: &Redactor,
    ) -> Result<Answers, RecordError> {
        match self {
            Side::Server(target) => {
                let mut exchanges = Vec::new();
                let mut keep = |index: usize, exchange: &Exchange, _: &mut Names| {
                    exchanges.push((index, exchange.clone()));
                };
                let stopped = record::drive(target, scenario, options, &mut keep).await.err();
                let recording =
                    Recording { scenario: scenario.clone(), exchanges: exchanges.clone() };
                let findings = exchanges.iter().flat_map(|(index, exchange)| {
                    target.judge(exchange).into_iter().map(move |it| (*index, it))
                });
                let findings = findings.collect();
                let provenance = record::provenance(target, options.now);
                let expected = record::describe(recording, provenance, redactor, &options.run);
                Ok(Answers { expected, exchanges, findings, doubt: None, stopped })
            }
            Side::Recorded { profile, .. } => {
                let expected = self.recorded(&scenario.id)?.clone();
                let doubt = expected.provenance.age(options.now).warning();
                let findings = breaches_of_samples(profile, &expected);
                let exchanges = samples(profile, &expected, &options.run);
                Ok(Answers { expected, exchanges, findings, doubt, stopped: None })
            }
        }
    }

    /// Shows each of its answers to `look`, in their order.
    pub async fn replay(
        &self,
        scenario: &Fixture,
        options: &Options,
        look: Look<'_>,
    ) -> Result<(), RecordError> {
        match self {
            Side::Server(target) => record::drive(target, scenario, options, look).await.map(drop),
            Side::Recorded { profile, .. } => {
                let fixture = self.recorded(&scenario.id)?;
                let mut names = names(profile, &options.run);
                for (index, exchange) in samples(profile, fixture, &options.run) {
                    look(index, &exchange, &mut names);
                    remember(&mut names, &fixture.steps[index], &exchange.received);
                }
                Ok(())
            }
        }
    }

    /// Whether it says nothing of a place, as in `/body/0/uuid`: a recording has rules where it
    /// holds no value.
    pub fn leaves_open(&self, id: &str, step: usize, at: &str) -> bool {
        let Side::Recorded { .. } = self else { return false };
        let expected =
            self.recorded(id).ok().and_then(|fixture| fixture.steps.get(step)?.response.as_ref());
        let Some(expected) = expected else { return true };
        if let Some(name) = at.strip_prefix("/headers/") {
            return !matches!(expected.headers.get(name), Some(HeaderRule::Text(_)));
        }
        let pointer = at.strip_prefix("/body").unwrap_or(at);
        let rule = most_exact(&expected.rules, pointer);
        !expected.closed || expected.sha256.is_some() || rule.is_some_and(Rule::replaces_value)
    }

    /// What is wrong by the contract with an answer of this side, or worth knowing of it.
    pub fn findings(&self, exchange: &Exchange, id: &str, step: usize) -> Vec<Finding> {
        let findings = match self {
            Side::Server(target) => target.judge(exchange),
            Side::Recorded { profile, .. } => judge_by_contract(profile, exchange),
        };
        let findings = findings.into_iter();
        findings.filter(|it| !self.leaves_open(id, step, &format!("/body{}", it.pointer))).collect()
    }

    fn recorded(&self, id: &str) -> Result<&Fixture, RecordError> {
        let found =
            self.recordings().iter().find(|it| it.id == id).and_then(|it| it.fixture.as_ref().ok());
        found.ok_or_else(|| RecordError::NotRecorded(id.to_owned(), self.name().into()))
    }
}

fn names(profile: &ApiProfile, run: &str) -> Names {
    let world =
        profile.demo_names.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let now = Timestamp::from_second(SAMPLE_SECONDS).unwrap_or_default();
    Names::new(now, world.chain([("run".to_owned(), Value::from(run))]))
}

fn remember(names: &mut Names, step: &Step, received: &Received) {
    capture(names, &step.capture, &received.json(), Some(received));
}
