//! Turns exchanges into what a fixture expects.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use openapi::{json_pointer, plain};
use serde_json::Value;

use super::{
    Recording,
    volatile::{Volatile, volatile},
};
use crate::{
    core::{
        exchange::{Exchange, Received},
        profile::ApiProfile,
        redact::{Redaction, Redactor},
    },
    fixture::{
        Capture, Expected, Fixture, HeaderRule, Names, Provenance, Rule, Step, StepRequest,
        ValueType, compare, digest, is_text,
        pointer::{generalised, most_exact, places},
    },
};

/// Headers that are kept beside those that a scenario names; all others vary without meaning.
const HEADERS: [&str; 3] = ["allow", "content-type", "location"];

/// The fixture of a recording, without secrets. What a scenario already expects rightly is left as
/// it is.
pub fn describe(
    recording: Recording,
    provenance: Provenance,
    redactor: &Redactor,
    run: &str,
) -> Fixture {
    let Recording { scenario, exchanges } = recording;
    let mut redacted = Vec::new();
    let mut redactions = scenario.redactions.clone();
    for (index, exchange) in &exchanges {
        let (exchange, places) = redactor.exchange_with_places(exchange);
        let at = |it: Redaction| Redaction { at: format!("/steps/{index}{}", it.at), ..it };
        redactions.extend(places.into_iter().map(at).filter(|it| is_written(&scenario, it)));
        redacted.push((*index, exchange));
    }
    redactions.sort_by(|one, other| one.at.cmp(&other.at));
    redactions.dedup();
    let mut describer = Describer::new(redactor.profile(), &scenario, &redacted, run);
    let mut steps = scenario.steps.clone();
    for ((index, exchange), (_, original)) in redacted.iter().zip(&exchanges) {
        let expected = describer.step(&scenario.steps[*index], exchange, original);
        steps[*index].response = Some(expected);
    }
    Fixture {
        provenance: Provenance { note: scenario.provenance.note.clone(), ..provenance },
        steps,
        redactions,
        ..scenario
    }
}

/// Whether the place of a secret is one that the fixture writes down: requests stand there as the
/// scenario has them.
fn is_written(scenario: &Fixture, redaction: &Redaction) -> bool {
    let parts: Vec<&str> = redaction.at.splitn(6, '/').collect();
    let [_, _, step, "response", "headers", name] = parts.as_slice() else {
        return redaction.at.contains("/response/");
    };
    let step = step.parse().ok().and_then(|step: usize| scenario.steps.get(step));
    step.and_then(|step| step.response.as_ref()).is_some_and(|it| it.headers.contains_key(*name))
}

/// What is known of a recording while its answers are described, in their order.
struct Describer<'a> {
    profile: &'static ApiProfile,
    run: &'a str,
    /// The time of the newest answer.
    now: Timestamp,
    /// How often each id stands in all answers together.
    counts: BTreeMap<(String, String), usize>,
    /// The reference of an id, by family and value.
    references: BTreeMap<(String, String), String>,
    /// What the requests say as it is: an answer repeats it exactly.
    literals: BTreeSet<String>,
    /// What was captured by now.
    captured: Vec<(String, Value)>,
    /// The names of the replay, to see what is expected rightly already.
    names: Names,
}

impl<'a> Describer<'a> {
    fn new(
        profile: &'static ApiProfile,
        scenario: &Fixture,
        exchanges: &[(usize, Exchange)],
        run: &'a str,
    ) -> Describer<'a> {
        let names = Names::new(Timestamp::UNIX_EPOCH, [("run".to_owned(), Value::from(run))]);
        let mut describer = Describer {
            profile,
            run,
            now: Timestamp::UNIX_EPOCH,
            counts: BTreeMap::new(),
            references: BTreeMap::new(),
            literals: scenario.steps.iter().flat_map(|step| literals(&step.request)).collect(),
            captured: Vec::new(),
            names,
        };
        for (_, exchange) in exchanges {
            let body = exchange.received.json();
            for (pointer, value) in places(&body) {
                let family = volatile(group(exchange), &pointer, value, describer.now)
                    .and_then(|it| it.family);
                if let Some(family) = family {
                    *describer.counts.entry((family, value.to_string())).or_default() += 1;
                }
            }
        }
        describer
    }

    fn step(&mut self, step: &Step, redacted: &Exchange, original: &Exchange) -> Expected {
        self.now = time_of(&redacted.received).unwrap_or(self.now);
        self.names.now = self.now;
        if let Some(expected) = step.response.as_ref() {
            let mut names = self.names.clone();
            if compare(self.profile, expected, &original.received, &mut names).is_empty() {
                self.names = names;
                self.capture(step, &original.received);
                return expected.clone();
            }
        }
        let hints = step.response.clone().unwrap_or_else(|| nothing(redacted.received.status));
        let mut expected = Expected { status: redacted.received.status, ..hints };
        expected.headers = headers(&expected, &redacted.received);
        (expected.body, expected.text, expected.sha256) = (None, None, None);
        match body(&redacted.received) {
            Body::None => expected.rules.clear(),
            Body::Text(text) => expected.text = Some(text.replace(self.run, "{{run}}")),
            Body::Bytes(digest) => expected.sha256 = Some(digest),
            Body::Json(body) => {
                let (body, rules) = self.body(step, redacted, body, &expected.rules);
                (expected.body, expected.rules) = (Some(body), rules);
            }
        }
        // The replay of this very answer binds the references that later steps may use.
        compare(self.profile, &expected, &original.received, &mut self.names);
        self.capture(step, &original.received);
        expected
    }

    fn capture(&mut self, step: &Step, received: &Received) {
        let body = received.json();
        for (name, capture) in &step.capture {
            if let Capture::Body(pointer) = capture
                && let Some(value) = body.pointer(pointer)
            {
                self.captured.push((name.clone(), value.clone()));
                self.names.set(name, value.clone());
            }
        }
    }

    /// The body with placeholders, and the rules for them. Rules of the scenario that mean
    /// something stay.
    fn body(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        body: Value,
        hints: &BTreeMap<String, Rule>,
    ) -> (Value, BTreeMap<String, Rule>) {
        let places: Vec<(String, Value)> =
            places(&body).into_iter().map(|(at, it)| (at, it.clone())).collect();
        let (mut described, mut rules) = (body, BTreeMap::new());
        for (pointer, value) in &places {
            let Some((shown, rule)) = self.place(step, exchange, pointer, value, hints) else {
                continue;
            };
            if let Some(place) = described.pointer_mut(pointer) {
                *place = shown;
            }
            if let Some(rule) = rule {
                rules.insert(pointer.clone(), rule);
            }
        }
        let mut rules = condensed(rules, &places);
        let pointers: Vec<&String> = places.iter().map(|(pointer, _)| pointer).collect();
        let means_something = |pattern: &str, rule: &Rule| {
            rule.absent || pointers.iter().any(|it| crate::fixture::pointer::matches(pattern, it))
        };
        let kept = hints.iter().filter(|(pattern, rule)| means_something(pattern, rule));
        rules.extend(kept.map(|(pattern, rule)| (pattern.clone(), rule.clone())));
        (described, rules)
    }

    /// What stands in the fixture for a value, and by which rule; `None` where it stands there as
    /// it is.
    fn place(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        pointer: &str,
        value: &Value,
        hints: &BTreeMap<String, Rule>,
    ) -> Option<(Value, Option<Rule>)> {
        if let Some(hint) = most_exact(hints, pointer) {
            return hint.placeholder().map(|placeholder| (placeholder.into(), None));
        }
        if let Some(number) =
            value.as_str().and_then(|it| it.strip_prefix("<secret:")?.strip_suffix('>'))
        {
            let name = format!("secret-{number}");
            return Some((
                format!("<{name}>").into(),
                Some(Rule::of(ValueType::String).named(name)),
            ));
        }
        let is_captured_here =
            step.capture.values().any(|it| *it == Capture::Body(pointer.to_owned()));
        let found = volatile(group(exchange), pointer, value, self.now)
            .or_else(|| is_captured_here.then(|| captured(value)).flatten());
        let named = || {
            self.captured.iter().rev().find(|(_, it)| it == value && stands_for_itself(pointer, it))
        };
        if let Some((name, _)) = (!is_captured_here).then(named).flatten() {
            return Some((format!("{{{{{name}}}}}").into(), None));
        }
        let Some(found) = found else {
            let text = value.as_str().filter(|text| text.contains(self.run))?;
            return Some((text.replace(self.run, "{{run}}").into(), None));
        };
        if self.literals.contains(&plain(value)) {
            return None;
        }
        let kind = found.rule.kind.map(ValueType::name).unwrap_or_default();
        match found.family.and_then(|family| self.reference(family, value)) {
            Some(name) if !is_captured_here => {
                Some((format!("<{name}>").into(), Some(found.rule.named(name))))
            }
            _ => Some((format!("<{kind}>").into(), Some(found.rule))),
        }
    }

    /// The name of an id that stands in several places.
    fn reference(&mut self, family: String, value: &Value) -> Option<String> {
        let key = (family, value.to_string());
        if self.counts.get(&key).is_none_or(|count| *count < 2) {
            return None;
        }
        let number = 1 + self.references.keys().filter(|(family, _)| *family == key.0).count();
        let name = format!("{}-{number}", key.0);
        Some(self.references.entry(key).or_insert(name).clone())
    }
}

/// What is captured is another each time, whatever its name.
fn captured(value: &Value) -> Option<Volatile> {
    let kind = match value {
        Value::String(_) => ValueType::String,
        Value::Number(_) => ValueType::Int,
        _ => return None,
    };
    Some(Volatile { rule: Rule::of(kind), family: None })
}

/// Whether a captured value is told from others by itself, and not found by chance.
fn stands_for_itself(pointer: &str, value: &Value) -> bool {
    let name = json_pointer::name(pointer);
    match value {
        Value::String(text) => text.len() >= 6,
        Value::Number(_) => name == "id" || name.ends_with("Id"),
        _ => false,
    }
}

/// What the body of an answer is about: the group of the operation.
fn group(exchange: &Exchange) -> &str {
    exchange.sent.route.map_or("", |route| route.tag.as_str())
}

/// Every text and number that a request says as it is.
fn literals(request: &StepRequest) -> Vec<String> {
    let parameters = request.path.values().chain(request.query.values());
    let leaves = parameters
        .chain(&request.body)
        .flat_map(|value| places(value).into_iter().map(|(_, it)| it));
    leaves.map(plain).collect()
}

fn nothing(status: u16) -> Expected {
    Expected {
        status,
        headers: BTreeMap::new(),
        body: None,
        text: None,
        sha256: None,
        rules: BTreeMap::new(),
        closed: true,
    }
}

/// The headers that matter: those of the scenario, and those that are kept always.
fn headers(hints: &Expected, received: &Received) -> BTreeMap<String, HeaderRule> {
    let mut headers = hints.headers.clone();
    for name in HEADERS {
        if let Some(value) = received.header(name) {
            let value = if name == "content-type" {
                value.split(';').next().unwrap_or_default()
            } else {
                value
            };
            headers
                .entry(name.to_owned())
                .or_insert_with(|| HeaderRule::Text(value.trim().to_owned()));
        }
    }
    headers
}

enum Body {
    None,
    Json(Value),
    Text(String),
    Bytes(String),
}

fn body(received: &Received) -> Body {
    let is_json = received.media().is_some_and(|media| media.contains("json"));
    match serde_json::from_slice(&received.body) {
        _ if received.body.is_empty() => Body::None,
        Ok(value) if is_json => Body::Json(value),
        _ if is_text(&received.body) => Body::Text(received.text()),
        _ => Body::Bytes(digest(&received.body)),
    }
}

fn time_of(received: &Received) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(received.header("date")?).ok()?).ok()
}

/// The same rules with one for a whole list, where it says the same of every item.
fn condensed(rules: BTreeMap<String, Rule>, places: &[(String, Value)]) -> BTreeMap<String, Rule> {
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (pointer, _) in places {
        alike.entry(generalised(pointer)).or_default().push(pointer);
    }
    let condense = |(pointer, rule): (&String, &Rule)| {
        let pattern = generalised(pointer);
        let everywhere = alike[&pattern].iter().all(|at| rules.get(*at) == Some(rule));
        (if everywhere { pattern } else { pointer.clone() }, rule.clone())
    };
    rules.iter().map(condense).collect()
}
