//! Whether a world was asked what it was meant to be asked; where not, what came nearest.

use std::{fmt::Write, sync::Arc, time::Duration};

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout_at};

use super::{shown::header_map, status::StatusPattern};
use crate::{
    engine::{Exchange, World},
    http::{
        control::shared::{Answer, body},
        matcher::{Asked, Matcher},
        refusal::{Refusal, refuse},
        worlds::InWorld,
    },
};

/// How many near misses are told.
const NEAREST_MAX: usize = 3;
/// How long a client waits that does not say how long.
const WITHIN: Duration = Duration::from_secs(5);
/// How long a client may wait.
const WITHIN_MAX: Duration = Duration::from_secs(60);

/// What is asked of a journal.
enum Question {
    /// How often a call is there.
    Calls(Box<Call>, Times),
    /// Whether calls are there, one after the other.
    InOrder(Vec<Call>),
    /// Whether every call was asked for before.
    NoneOther,
}

/// A call that is meant.
struct Call {
    matcher: Matcher,
    status: Option<StatusPattern>,
    /// Only after this exchange.
    since: u64,
    /// What was asked for, to be told back.
    text: Value,
}

/// How often.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    exactly: Option<usize>,
    at_least: Option<usize>,
    at_most: Option<usize>,
}

impl Question {
    fn read(mut asked: Map<String, Value>) -> Result<Question, Refusal> {
        let malformed = |why: &str| refuse(StatusCode::BAD_REQUEST, why);
        if let Some(none_other) = asked.shift_remove("none_other") {
            let only = none_other == true && asked.is_empty();
            let why = "none_other: give true and nothing else";
            return if only { Ok(Question::NoneOther) } else { Err(malformed(why)) };
        }
        if let Some(calls) = asked.shift_remove("in_order") {
            if let Some((name, _)) = asked.into_iter().next() {
                return Err(malformed(&format!("{name}: it belongs to a call of in_order")));
            }
            let calls: Vec<Map<String, Value>> = member("in_order", calls)?;
            return Ok(Question::InOrder(
                calls.into_iter().map(Call::read).collect::<Result<_, _>>()?,
            ));
        }
        let times = asked.shift_remove("times").map(|it| member("times", it)).transpose()?;
        let call = Box::new(Call::read(asked)?);
        Ok(Question::Calls(call, times.unwrap_or_default()))
    }

    /// What is found, or why it is not as it was meant.
    fn answer(&self, exchanges: &[Arc<Exchange>], world: &World) -> Result<Vec<u64>, Value> {
        match self {
            Question::Calls(call, times) => {
                let found: Vec<u64> =
                    exchanges.iter().filter(|it| call.takes(it)).map(|it| it.id).collect();
                match times.wrong(found.len()) {
                    None => Ok(found),
                    Some(why) => Err(call.missed(&why, exchanges, found)),
                }
            }
            Question::InOrder(calls) => {
                let mut found: Vec<u64> = Vec::new();
                for (number, call) in (1..).zip(calls) {
                    let last = found.last().copied().unwrap_or_default();
                    let next = exchanges.iter().find(|it| it.id > last && call.takes(it));
                    let Some(next) = next else {
                        let mut why = format!("call {number} of the order was not made");
                        if last > 0 {
                            let _ = write!(why, " after exchange {last}");
                        }
                        return Err(call.missed(&why, exchanges, found));
                    };
                    found.push(next.id);
                }
                Ok(found)
            }
            Question::NoneOther => {
                let verified = world.environment.journal.verified();
                let other = exchanges.iter().filter(|it| !verified.contains(&it.id));
                let other: Vec<Value> = other.map(|it| line(it)).collect();
                if other.is_empty() {
                    return Ok(Vec::new());
                }
                let why = format!("{} calls were made that nothing asked for", other.len());
                Err(json!({ "error": why, "other": other }))
            }
        }
    }
}

impl Call {
    fn read(mut asked: Map<String, Value>) -> Result<Call, Refusal> {
        let text = Value::Object(asked.clone());
        let status = asked.shift_remove("status").map(|it| StatusPattern(openapi::plain(&it)));
        let since = asked.shift_remove("since").map(|it| member("since", it)).transpose()?;
        let matcher = serde_json::from_value(asked.into());
        let matcher = matcher
            .map_err(|error| refuse(StatusCode::BAD_REQUEST, &format!("a call: {error}")))?;
        Ok(Call { matcher, status, since: since.unwrap_or_default(), text })
    }

    fn takes(&self, exchange: &Exchange) -> bool {
        let headers = header_map(exchange);
        self.matcher.takes_head(&asked(exchange, &headers)) && self.differences(exchange).is_empty()
    }

    fn differences(&self, exchange: &Exchange) -> Vec<String> {
        let headers = header_map(exchange);
        let mut differences = self.matcher.differences(&asked(exchange, &headers));
        let status = exchange.status;
        if let Some(wanted) = self.status.as_ref().filter(|it| !it.takes(status)) {
            differences.push(format!("status is {status}, not {}", wanted.0));
        }
        if exchange.id <= self.since {
            differences.push(format!("it came before {}", self.since));
        }
        differences
    }

    /// Why the call was not made as it was meant, and what came nearest.
    fn missed(&self, why: &str, exchanges: &[Arc<Exchange>], found: Vec<u64>) -> Value {
        let other = exchanges.iter().filter(|it| !found.contains(&it.id));
        let mut other: Vec<_> = other.map(|it| (self.differences(it), it)).collect();
        // Of those that differ in as much, the last one is told first.
        other.sort_by_key(|(differences, it)| (differences.len(), std::cmp::Reverse(it.id)));
        let nearest = other.into_iter().filter(|(differences, _)| !differences.is_empty());
        let nearest = nearest.take(NEAREST_MAX).map(|(differences, it)| {
            let mut line = line(it);
            line["differs"] = json!(differences);
            line
        });
        let nearest: Vec<Value> = nearest.collect();
        json!({ "error": why, "asked": self.text, "matched": found, "nearest": nearest })
    }
}

impl Times {
    /// What is wrong with this number; at least one is meant where nothing is said.
    fn wrong(&self, number: usize) -> Option<String> {
        let Times { exactly, at_least, at_most } = *self;
        let unsaid = exactly.is_none() && at_least.is_none() && at_most.is_none();
        let least = if unsaid { Some(1) } else { at_least };
        let made = match number {
            0 => "no such call was made".to_owned(),
            1 => "1 such call was made".to_owned(),
            more => format!("{more} such calls were made"),
        };
        let wanted = if let Some(wanted) = exactly.filter(|it| *it != number) {
            format!("exactly {wanted}")
        } else if let Some(wanted) = least.filter(|it| *it > number) {
            format!("at least {wanted}")
        } else if let Some(wanted) = at_most.filter(|it| *it < number) {
            format!("at most {wanted}")
        } else {
            return None;
        };
        Some(format!("{made}, not {wanted}"))
    }
}

fn asked<'a>(exchange: &'a Exchange, headers: &'a HeaderMap) -> Asked<'a> {
    Asked {
        api: exchange.api,
        operation: exchange.operation,
        method: &exchange.method,
        path: &exchange.path,
        query: &exchange.query,
        headers,
        body: &exchange.request_body,
    }
}

fn line(exchange: &Exchange) -> Value {
    let Exchange { id, operation, method, path, status, .. } = exchange;
    json!({
        "id": id, "operation": operation, "method": method.as_str(), "path": path, "status": status
    })
}

/// A member of a question.
fn member<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, &format!("{name}: {error}")))
}

fn told(answer: Result<Vec<u64>, Value>, world: &World) -> Response {
    match answer {
        Ok(found) => {
            world.environment.journal.verify(found.iter().copied());
            Json(json!({ "matched": found })).into_response()
        }
        Err(report) => (StatusCode::UNPROCESSABLE_ENTITY, Json(report)).into_response(),
    }
}

pub(in crate::http::control) async fn verify(InWorld(world): InWorld, bytes: Bytes) -> Answer {
    let question = Question::read(body(&bytes)?)?;
    Ok(told(question.answer(&world.environment.journal.all(), &world), &world))
}

/// Waits until what is asked for is there.
pub(in crate::http::control) async fn expect(InWorld(world): InWorld, bytes: Bytes) -> Answer {
    let mut asked: Map<String, Value> = body(&bytes)?;
    let within = asked.shift_remove("within_s").map(|it| member("within_s", it)).transpose()?;
    let within = within.map_or(Ok(WITHIN), |seconds: f64| {
        let within = Duration::try_from_secs_f64(seconds).ok().filter(|it| *it <= WITHIN_MAX);
        let why = format!("within_s: give seconds, {} at most", WITHIN_MAX.as_secs());
        within.ok_or_else(|| refuse(StatusCode::BAD_REQUEST, &why))
    })?;
    let question = Question::read(asked)?;
    let end = Instant::now() + within;
    let journal = &world.environment.journal;
    loop {
        // Before the look, so that none in between is missed.
        let mut next = std::pin::pin!(journal.next());
        next.as_mut().enable();
        let answer = question.answer(&journal.all(), &world);
        if answer.is_ok() || timeout_at(end, next).await.is_err() {
            return Ok(told(answer, &world));
        }
    }
}
