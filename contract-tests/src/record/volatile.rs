//! Which values of an answer are another each time, told by their form and by the name of their
//! property.

use jiff::Timestamp;
use openapi::json_pointer;
use serde_json::Value;

use crate::fixture::{Near, Now, Rule, ValueType, is_time, is_uuid, time};

/// Times from 2014 to 2039, in seconds: a number in between is taken for a time where its name says
/// so, too.
const TIMES: std::ops::Range<i64> = 1_388_534_400..2_177_452_800;
/// How far from now a value may be to be taken for now.
const NOW_SECONDS: i64 = 300;
const DAY_SECONDS: i64 = 86_400;
/// How long a date is without a time.
const DATE_LENGTH: usize = "2026-01-01".len();

/// A value that is another each time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Volatile {
    /// What can be said of it all the same.
    pub rule: Rule,
    /// What it identifies, where it is an id: equal ids of one family are the same thing.
    pub family: Option<String>,
}

/// What kind of volatile value stands at `pointer`, if any; `group` is what the body as a whole is
/// about.
pub(super) fn volatile(
    group: &str,
    pointer: &str,
    value: &Value,
    now: Timestamp,
) -> Option<Volatile> {
    let names = json_pointer::names(pointer).filter(|name| name.parse::<u32>().is_err());
    let parts: Vec<String> = names.collect();
    let name = parts.last().map(String::as_str).unwrap_or_default();
    match value {
        Value::String(text) if is_uuid(text) => {
            Some(Volatile { rule: Rule::of(ValueType::Uuid), family: Some("uuid".to_owned()) })
        }
        // A date without a time is more often of a contract or a birth than of now.
        Value::String(text)
            if is_time(text) && (text.len() > DATE_LENGTH || is_today(text, now)) =>
        {
            let time = time(text).map(|time| time.as_second());
            Some(Volatile { rule: near_now(ValueType::Iso8601, time, now), family: None })
        }
        Value::Number(number) => {
            let number = number.as_i64()?;
            if name == "id" {
                let parent = if parts.len() > 1 { &parts[parts.len() - 2] } else { group };
                return Some(Volatile {
                    rule: Rule::of(ValueType::Int),
                    family: Some(format!("{parent}.id")),
                });
            }
            let is_time = TIMES.contains(&number) && names_a_time(name);
            is_time.then(|| Volatile {
                rule: near_now(ValueType::Unixtime, Some(number), now),
                family: None,
            })
        }
        _ => None,
    }
}

/// Whether a date is that of now, or a day beside it.
fn is_today(date: &str, now: Timestamp) -> bool {
    let midnight = format!("{date}T00:00:00Z").parse::<Timestamp>();
    midnight.is_ok_and(|it| (it.as_second() - now.as_second()).abs() <= DAY_SECONDS)
}

fn near_now(kind: ValueType, time: Option<i64>, now: Timestamp) -> Rule {
    let is_near = time.is_some_and(|time| (time - now.as_second()).abs() <= NOW_SECONDS);
    Rule { near: is_near.then_some(Near::Now(Now::Now)), ..Rule::of(kind) }
}

/// Whether a property is called like a time.
fn names_a_time(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "at",
        "time",
        "date",
        "timestamp",
        "until",
        "since",
        "start",
        "end",
        "expires",
        "created",
        "updated",
        "triggered",
        "read",
    ];
    let lower = name.to_lowercase();
    WORDS.iter().any(|word| lower == *word || lower.starts_with(word) || lower.ends_with(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_and_times_are_volatile_and_the_rest_is_not() {
        let now = Timestamp::from_second(1_767_225_600).expect("a time");
        let of = |pointer: &str, value: Value| volatile("Tickets", pointer, &value, now);
        let family = |pointer: &str, value| of(pointer, value).and_then(|it| it.family);
        assert_eq!(family("/0/id", json!(7)).as_deref(), Some("Tickets.id"));
        assert_eq!(family("/0/replies/3/id", json!(7)).as_deref(), Some("replies.id"));
        assert_eq!(
            family("/a", json!("7561c39d-f4df-4c46-b3f1-2ac981271e29")).as_deref(),
            Some("uuid")
        );
        let near = |pointer: &str, value| of(pointer, value).map(|it| it.rule.near.is_some());
        assert_eq!(near("/createdAt", json!(1_767_225_500)), Some(true));
        assert_eq!(near("/createdAt", json!(1_700_000_000)), Some(false));
        assert_eq!(near("/date", json!("2026-01-01T00:01:00Z")), Some(true));
        assert_eq!(near("/date", json!("2026-01-01")), Some(false));
        assert_eq!(near("/created_at", json!("2026-01-01 00:01:00")), Some(true));
        assert_eq!(near("/created_at", json!("2026-01-01T00:01:00.000+0000")), Some(true));
        for (pointer, value) in [
            ("/createdAt", json!(0)),
            ("/bytes", json!(1_767_225_500)),
            ("/name", json!("web")),
            ("/currencyId", json!(1)),
            ("/birthDate", json!("1990-06-15")),
        ] {
            assert_eq!(of(pointer, value), None, "{pointer}");
        }
    }
}
