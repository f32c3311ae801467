//! A rule: which requests it is about, which of those it lets go wrong, and how.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::matcher::Matcher;

/// A rule, as it is given to the control API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Rule {
    /// Its name in the journal; without one, its number.
    pub(super) name: Option<String>,
    /// The requests that it is about; without it, all of them.
    #[serde(default, rename = "match")]
    pub(super) matcher: Matcher,
    /// Which of those go wrong; without it, all of them.
    #[serde(default)]
    pub(super) when: When,
    /// What happens to them.
    pub(super) then: Effect,
}

/// Which of the requests that a rule is about go wrong, by their number, the first of which is 1.
/// All that is said must be true.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    /// So many at the beginning.
    first: Option<u64>,
    /// Only this one.
    nth: Option<u64>,
    /// Every so many.
    every: Option<u64>,
    /// Those behind so many.
    after: Option<u64>,
    /// Each with this probability, drawn by the seed of the world.
    pub(super) probability: Option<f64>,
}

impl When {
    /// Whether the request of this number goes wrong; `draw` is between 0 and 1.
    pub(super) fn takes(&self, number: u64, draw: impl FnOnce() -> f64) -> bool {
        let When { first, nth, every, after, probability } = *self;
        first.is_none_or(|it| number <= it)
            && nth.is_none_or(|it| number == it)
            && every.is_none_or(|it| it > 0 && number.is_multiple_of(it))
            && after.is_none_or(|it| number > it)
            && probability.is_none_or(|it| draw() < it)
    }
}

/// What happens to a request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Fields")]
pub(in crate::http) struct Effect {
    pub(in crate::http) delay: Delay,
    pub(in crate::http) act: Option<Act>,
}

/// How long an answer is held back.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::http) struct Delay {
    /// Milliseconds at least and at most.
    pub(super) between: (f64, f64),
    /// Milliseconds for each kilobyte of the answer.
    pub(super) per_kb: f64,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::http) enum Act {
    /// The request is refused with this status, in the words of its API, and not carried out.
    Refuse { status: u16, message: String, retry_after: Option<u64> },
    /// The connection breaks.
    Connection(Connection),
    /// The answer is what it is, but its body is not.
    Body(Damage),
    /// A read answers what it answered the last time.
    Stale,
}

/// When a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum Connection {
    /// Before the request is carried out.
    ResetBefore,
    /// After it was carried out, and before its answer.
    ResetAnswer,
    /// In the middle of its answer.
    ResetMiddle,
    /// Behind its answer, before the end of that is marked.
    ResetAfter,
    /// Not at all: nothing is carried out, and nothing is ever answered.
    Silent,
}

/// How a body is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum Damage {
    /// It breaks off in the middle, although the answer is whole as HTTP.
    Truncated,
    /// It is no JSON any more.
    Malformed,
}

/// An effect as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    status: Option<u16>,
    #[serde(default)]
    message: String,
    retry_after: Option<u64>,
    connection: Option<Connection>,
    body: Option<Damage>,
    #[serde(default)]
    stale: bool,
    delay_ms: Option<Milliseconds>,
    #[serde(default)]
    delay_ms_per_kb: f64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Milliseconds {
    Fixed(f64),
    Between([f64; 2]),
}

/// The longest delay.
const DELAY_MAX: f64 = 600_000.0;

impl TryFrom<Fields> for Effect {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Effect, &'static str> {
        let Fields { status, message, retry_after, connection, body, stale, .. } = fields;
        let between = match fields.delay_ms {
            None => (0.0, 0.0),
            Some(Milliseconds::Fixed(ms)) => (ms, ms),
            Some(Milliseconds::Between([least, most])) => (least, most),
        };
        let per_kb = fields.delay_ms_per_kb;
        let sound = |ms: f64| (0.0..=DELAY_MAX).contains(&ms);
        if ![between.0, between.1, per_kb].into_iter().all(sound) || between.0 > between.1 {
            return Err("a delay is between 0 and 600000 milliseconds, the smaller number first");
        }
        if status.is_none() && (retry_after.is_some() || !message.is_empty()) {
            return Err("retry_after and message belong to a status");
        }
        if status.is_some_and(|it| !(400..600).contains(&it)) {
            return Err("a status is between 400 and 599");
        }
        let refuse = status.map(|status| Act::Refuse { status, message, retry_after });
        let acts = [
            refuse,
            connection.map(Act::Connection),
            body.map(Act::Body),
            stale.then_some(Act::Stale),
        ];
        let mut acts = acts.into_iter().flatten();
        let (act, other) = (acts.next(), acts.next());
        if other.is_some() {
            return Err("give one of status, connection, body and stale");
        }
        let delay = Delay { between, per_kb };
        if act.is_none() && delay == Delay::default() {
            return Err("give a status, connection, body, stale or a delay");
        }
        Ok(Effect { delay, act })
    }
}

impl Effect {
    /// The effect that a client asks for, for one request: as JSON, or a status alone.
    pub(super) fn read(text: &str) -> Result<Effect, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let value = match value {
            Value::Number(status) => serde_json::json!({ "status": status }),
            other => other,
        };
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
}

impl Delay {
    /// How long an answer of so many bytes is held back; `draw` is between 0 and 1.
    pub(super) fn of(self, bytes: usize, draw: f64) -> Duration {
        let (least, most) = self.between;
        let ms = least + (most - least) * draw + self.per_kb * bytes as f64 / 1024.0;
        Duration::from_secs_f64(ms.min(DELAY_MAX) / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_that_is_said_of_a_position_must_be_true() {
        for (when, taken) in [
            (json!({}), vec![1, 2, 3, 4, 5, 6]),
            (json!({ "first": 2 }), vec![1, 2]),
            (json!({ "nth": 3 }), vec![3]),
            (json!({ "every": 2 }), vec![2, 4, 6]),
            (json!({ "every": 0 }), vec![]),
            (json!({ "after": 4 }), vec![5, 6]),
            (json!({ "after": 2, "every": 2 }), vec![4, 6]),
            (json!({ "probability": 0.5 }), vec![4, 5, 6]),
        ] {
            let parsed: When = serde_json::from_value(when.clone()).unwrap();
            let draw = |number| if number > 3 { 0.4 } else { 0.6 };
            let all = (1..=6).filter(|number| parsed.takes(*number, || draw(*number)));
            assert_eq!(all.collect::<Vec<u64>>(), taken, "{when}");
        }
    }

    #[test]
    fn an_effect_is_one_thing_and_a_delay() {
        for (effect, why) in [
            (json!({}), "give a status, connection, body, stale or a delay"),
            (json!({ "status": 200 }), "a status is between 400 and 599"),
            (json!({ "status": 503, "stale": true }), "give one of"),
            (json!({ "retry_after": 1 }), "belong to a status"),
            (json!({ "delay_ms": -1 }), "a delay is between"),
            (json!({ "delay_ms": [5, 1] }), "the smaller number first"),
            (json!({ "colour": "green" }), "unknown field `colour`"),
            (json!({ "connection": "lost" }), "unknown variant `lost`"),
        ] {
            let error = Effect::read(&effect.to_string()).unwrap_err();
            assert!(error.contains(why), "{effect}: {error}");
        }
        let effect = Effect::read(r#"{ "delay_ms": [100, 300], "delay_ms_per_kb": 1 }"#).unwrap();
        assert_eq!(effect.delay.of(2048, 0.5), Duration::from_millis(202));
        let refuse = Act::Refuse { status: 503, message: String::new(), retry_after: None };
        assert_eq!(Effect::read("503").unwrap().act, Some(refuse));
    }
}
