//! The one form of a run that all reports are made of: plain data without secrets. As JSON it is a
//! report itself.

use std::time::Duration;

use http::HeaderMap;
use serde::Serialize;

use super::{
    apis::{Apis, Operations},
    curl,
    place::FindingPlace,
};
use crate::core::{
    coverage::{self, Figures},
    exchange::{Caller, Exchange},
    finding::Finding,
    profile::ApiProfile,
    redact::Redactor,
    run::{Case, Outcome, Run, Verdict},
    transport::credentials::KEY,
    world,
};

/// The version of the form. It grows when a member changes its meaning or goes.
pub const FORMAT: u32 = 1;
/// Where a mock listens that somebody starts to try a request again.
const MOCK_BASE: &str = "http://127.0.0.1:8080";

/// A run, told to people and programs.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The version of this form.
    pub format: u32,
    /// The verb of the command, as in `replay`.
    pub verb: &'static str,
    /// The API, or several.
    pub api: Apis,
    /// What was tested.
    pub target: String,
    /// The seed, where chance took part.
    pub seed: Option<u64>,
    /// How it ended.
    pub verdict: Verdict,
    /// When it began, by the clock of the machine.
    pub started_at: String,
    /// How many milliseconds it took.
    pub took_ms: f64,
    /// How many requests were sent.
    pub requests: u64,
    /// How its cases ended.
    pub totals: Totals,
    /// How much of the contract was reached.
    pub coverage: Figures,
    /// Its cases.
    pub cases: Vec<Entry>,
    /// What was reached, by operation.
    pub operations: Operations,
    /// The seed of the world that answered, where that was made for the run and is gone.
    #[serde(skip)]
    pub world_seed: Option<u64>,
    /// The APIs themselves.
    #[serde(skip)]
    pub profiles: Vec<&'static ApiProfile>,
}

/// How many cases ended how.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Totals {
    /// Everything held.
    pub passed: usize,
    /// Something broke the contract.
    pub failed: usize,
    /// It was not played.
    pub skipped: usize,
    /// It could not be checked.
    pub unchecked: usize,
    /// Findings that are only worth knowing.
    pub warnings: usize,
}

/// A case.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub group: String,
    /// Its API, where the document has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<&'static str>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was skipped or could not be checked; empty otherwise.
    pub reason: String,
    /// What was found.
    pub findings: Vec<Breach>,
    /// The exchanges that show it.
    pub steps: Vec<ExchangeEntry>,
    /// The command that plays it again.
    pub replay: String,
    /// How many milliseconds it took.
    pub took_ms: f64,
}

/// A finding, and what came.
#[derive(Debug, Serialize)]
pub struct Breach {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// What must hold.
    pub law: &'static str,
    /// Whether it is only worth knowing.
    pub warning: bool,
    /// The step that shows it, and which half of it.
    pub place: Option<FindingPlace>,
    /// What came instead; empty where no exchange shows it.
    pub came: String,
}

/// A request and its answer.
#[derive(Debug, Serialize)]
pub struct ExchangeEntry {
    /// The operation, or method and path where there is none.
    pub operation: String,
    /// Who sent it.
    pub caller: Caller,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// What was sent.
    pub request: Message,
    /// The status of the answer.
    pub status: u16,
    /// What came back.
    pub response: Message,
    /// How many milliseconds it took.
    pub took_ms: f64,
    /// How to send the request again.
    pub curl: String,
}

/// One half of an exchange.
#[derive(Debug, Serialize)]
pub struct Message {
    /// Its headers, but for the credentials.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Body,
}

/// A body: nothing, text, or the number of bytes of what is no text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// There is none.
    Nothing,
    /// Text.
    Text(String),
    /// Something else.
    Binary {
        /// How long it is.
        bytes: usize,
    },
}

impl Document {
    /// The run without its secrets.
    pub fn new(run: &Run, redactor: &Redactor) -> Document {
        // A secret that is met late may stand early; after this every secret is known.
        run.cases
            .iter()
            .flat_map(|case| &case.exchanges)
            .for_each(|it| drop(redactor.exchange(it)));
        let target = redactor.text(&without_login(&run.target));
        let answering = answering_target(&target);
        let base = match run.world_seed {
            Some(_) => world::base_of_again(answering),
            None if answering.contains("://") => answering.to_owned(),
            None => MOCK_BASE.to_owned(),
        };
        let redacting = Redacting { profile: run.profile, redactor, base: &base };
        let cases: Vec<Entry> = run.cases.iter().map(|case| redacting.entry(case)).collect();
        let operations = run.reached.clone();
        Document {
            format: FORMAT,
            verb: run.verb,
            api: Apis::One(run.profile.name),
            seed: run.seed,
            verdict: run.verdict(),
            started_at: format!("{:.0}", run.started),
            took_ms: millis(run.took),
            requests: run.requests,
            totals: Totals::of(&cases),
            coverage: coverage::figures(
                coverage::groups(run.profile.contract, &operations).values().flatten(),
            ),
            cases,
            operations: Operations::One(operations),
            world_seed: run.world_seed,
            profiles: vec![run.profile],
            target,
        }
    }

    /// The cases that ended in this way.
    pub fn ended(&self, outcome: Outcome) -> impl Iterator<Item = &Entry> {
        self.cases.iter().filter(move |entry| entry.outcome == outcome)
    }

    /// What a reader needs before the curl lines reach a mock, or a world like the one that
    /// answered; `None` where the target has an address of its own.
    pub fn curl_needs(&self) -> Option<String> {
        let shows_exchanges = self.cases.iter().any(|entry| !entry.steps.is_empty());
        if let Some(seed) = self.world_seed {
            let target = answering_target(&self.target);
            let [make, reset] = world::commands_of_again(target, seed);
            return shows_exchanges.then(|| {
                format!(
                    "The curl lines go to a world of their own, as this run did: make it with \
                    `{make}`, and before the lines of another case `{reset}`. The key is that of \
                    its demo world, in {KEY}."
                )
            });
        }
        let seed = self.seed.map(|seed| format!(" -- --seed {seed}")).unwrap_or_default();
        let mock = !answering_target(&self.target).contains("://") && shows_exchanges;
        mock.then(|| {
            format!(
                "The curl lines go to a mock: `cargo run -p mock-server{seed}`, with the key of \
                its demo world in {KEY}."
            )
        })
    }

    /// How many requests there were in a second; none where it took no time.
    pub fn rate(&self) -> Option<u64> {
        let seconds = self.took_ms / 1000.0;
        (seconds > 0.0).then(|| (self.requests as f64 / seconds).round() as u64)
    }
}

impl Totals {
    /// How these cases ended.
    pub fn of(cases: &[Entry]) -> Totals {
        let mut totals = Totals::default();
        for entry in cases {
            totals.warnings += entry.findings.iter().filter(|it| it.warning).count();
            *match entry.outcome {
                Outcome::Passed => &mut totals.passed,
                Outcome::Failed => &mut totals.failed,
                Outcome::Skipped => &mut totals.skipped,
                Outcome::Unchecked => &mut totals.unchecked,
            } += 1;
        }
        totals
    }

    /// How many cases there were.
    pub fn cases(self) -> usize {
        self.passed + self.failed + self.skipped + self.unchecked
    }
}

impl Entry {
    /// What broke the contract.
    pub fn breaches(&self) -> impl Iterator<Item = &Breach> {
        self.findings.iter().filter(|it| !it.warning)
    }

    /// What is only worth knowing.
    pub fn warnings(&self) -> impl Iterator<Item = &Breach> {
        self.findings.iter().filter(|it| it.warning)
    }

    /// The step that shows a finding.
    pub fn step(&self, breach: &Breach) -> Option<&ExchangeEntry> {
        self.steps.get(breach.place?.step)
    }
}

/// Makes the parts of a document, without their secrets.
struct Redacting<'a> {
    profile: &'static ApiProfile,
    redactor: &'a Redactor,
    base: &'a str,
}

impl Redacting<'_> {
    fn entry(&self, case: &Case) -> Entry {
        let exchanges: Vec<Exchange> =
            case.exchanges.iter().map(|it| self.redactor.exchange(it)).collect();
        let text = |text: &str| self.text(text);
        Entry {
            name: text(&case.name),
            group: text(&case.group),
            api: None,
            outcome: case.outcome,
            reason: text(&case.reason),
            findings: case
                .findings
                .iter()
                .map(|finding| self.breach(finding, &exchanges))
                .collect(),
            steps: exchanges.iter().map(|exchange| self.step(exchange)).collect(),
            replay: text(&case.replay),
            took_ms: millis(case.took),
        }
    }

    fn breach(&self, finding: &Finding, exchanges: &[Exchange]) -> Breach {
        let text = |text: &str| self.text(text);
        let place = FindingPlace::of(finding, exchanges);
        Breach {
            finding: Finding {
                check: finding.check,
                operation: text(&finding.operation),
                pointer: text(&finding.pointer),
                message: text(&finding.message),
                rule: finding.rule.clone(),
                only_warns: finding.only_warns,
            },
            law: finding.check.law,
            warning: !finding.is_error(),
            came: place.map(|place| text(&place.came(finding, exchanges))).unwrap_or_default(),
            place,
        }
    }

    /// Text that names no secret and does nothing to a terminal.
    fn text(&self, text: &str) -> String {
        self.redactor.text(text).replace(curl::is_unprintable, "\u{fffd}")
    }

    fn step(&self, Exchange { sent, received }: &Exchange) -> ExchangeEntry {
        let message = |headers, body| Message { headers, body: self.body(body) };
        ExchangeEntry {
            operation: self.text(&sent.name()),
            caller: sent.caller,
            method: sent.method.to_string(),
            target: sent.target.clone(),
            request: message(sent.headers.clone(), &sent.body),
            status: received.status,
            response: message(pairs(&received.headers), &received.body),
            took_ms: millis(received.took),
            // What is no text was not looked into, and comes here as base64.
            curl: self.text(&curl::line(sent, self.base, self.profile)),
        }
    }

    fn body(&self, body: &[u8]) -> Body {
        match std::str::from_utf8(body) {
            Ok("") => Body::Nothing,
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Binary { bytes: body.len() },
        }
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// Milliseconds to the microsecond.
fn millis(took: Duration) -> f64 {
    took.as_micros() as f64 / 1000.0
}

/// Whose exchanges are shown: of two that are compared, the first.
fn answering_target(target: &str) -> &str {
    target.split(" as ").next().unwrap_or_default()
}

/// A URL without the name and password that may stand before its host.
fn without_login(target: &str) -> String {
    let Some((scheme, rest)) = target.split_once("://") else { return target.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}
