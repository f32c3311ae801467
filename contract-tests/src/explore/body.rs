//! Valid bodies: the example of the contract, the edges of its bounds, and random ones.

use openapi::RequestBody;
use proptest::{strategy::Strategy, string::string_regex};
use serde_json::{Map, Value, json};

use crate::core::profile::{
    family::{Make, Members},
    random::Gen,
};

/// How a body is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// The example of the contract.
    Example,
    /// All members, with ordinary values.
    Most,
    /// Only what is required.
    Least,
    /// All members, on their upper bounds.
    High,
    /// All members, on their lower bounds.
    Low,
    /// Anything.
    Any,
}

/// What a body must satisfy beyond the schema.
#[derive(Clone, Copy)]
pub struct Constraints {
    /// Values of its members.
    pub values: &'static [(&'static str, Make)],
    /// Adjusts members that depend on each other.
    pub settle: fn(&mut Gen, &mut Members),
}

/// A valid body, without the members that are left out because others add them.
pub fn body(
    expected: &RequestBody,
    left_out: &[&str],
    constraints: Constraints,
    fill: Fill,
    random: &mut Gen,
) -> Value {
    if let (Fill::Example, Some(example)) = (fill, &expected.example) {
        let mut example = example.clone();
        if let Some(members) = example.as_object_mut() {
            members.retain(|name, _| !left_out.contains(&name.as_str()));
            (constraints.settle)(random, members);
        }
        return example;
    }
    let fill = if fill == Fill::Example { Fill::Most } else { fill };
    let mut filler = Filler { expected, left_out, constraints, fill, random };
    filler.value(expected.definition(), true)
}

/// Texts that careless programs handle badly.
const UNUSUAL: [&str; 9] = [
    "Robert'); DROP TABLE x;--",
    "\"quoted\" \\ and <b>marked</b> & more",
    "naïve 東京 🚀 עברית",
    "line one\nline two\ttabbed",
    "100% %s {0} ${x} `x`",
    "null",
    "0",
    "  spaces around  ",
    "nothing \0 after",
];

/// Deeper bodies are cut off.
const DEPTH_MAX: usize = 6;
/// How long a text without a bound is made at most.
const TEXT_MAX: u64 = 200;

struct Filler<'a> {
    expected: &'a RequestBody,
    left_out: &'a [&'a str],
    constraints: Constraints,
    fill: Fill,
    random: &'a mut Gen,
}

impl Filler<'_> {
    fn value(&mut self, schema: &Value, required: bool) -> Value {
        self.nested(schema, required, 0)
    }

    fn nested(&mut self, schema: &Value, required: bool, depth: usize) -> Value {
        let schema = self.expected.resolve(schema);
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.choice(choices);
        }
        let forms = ["oneOf", "anyOf"].iter().find_map(|it| schema[*it].as_array());
        if let Some(forms) = forms.filter(|_| schema["type"].is_null()) {
            let form = self.random.pick(forms).clone();
            return self.nested(&form, required, depth);
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let nothing = match self.fill {
            Fill::Low => !required,
            Fill::Any => self.random.below(4) == 0,
            _ => false,
        };
        if types.contains(&"null") && nothing {
            return Value::Null;
        }
        match types.iter().find(|it| **it != "null").copied() {
            Some("integer") => self.integer(schema).into(),
            Some("number") => self.number(schema).into(),
            Some("boolean") => json!(self.fill != Fill::Low && self.random.below(2) == 0),
            Some("array") => self.array(schema, depth),
            Some("object") => self.object(schema, depth).into(),
            _ => self.text(schema).into(),
        }
    }

    fn choice(&mut self, choices: &[Value]) -> Value {
        match self.fill {
            Fill::High => choices.last(),
            Fill::Low => choices.first(),
            _ => Some(self.random.pick(choices)),
        }
        .cloned()
        .unwrap_or_default()
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Members {
        let mut members = Map::new();
        let required = |name: &str| {
            schema["required"].as_array().is_some_and(|it| it.iter().any(|it| it == name))
        };
        let least = schema["minProperties"].as_u64().unwrap_or(0) as usize;
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if depth == 0 && self.left_out.contains(&name.as_str()) {
                continue;
            }
            let wanted = required(name)
                || members.len() < least
                || match self.fill {
                    Fill::Least => false,
                    Fill::Any => self.random.below(2) == 0,
                    _ => depth < DEPTH_MAX,
                };
            if property["readOnly"] == true || !wanted {
                continue;
            }
            let wish = self.constraints.values.iter().find(|(wish, _)| depth == 0 && wish == name);
            let value = match wish {
                Some((_, make)) => make(self.random),
                None => self.nested(property, required(name), depth + 1),
            };
            members.insert(name.clone(), value);
        }
        if depth == 0 {
            (self.constraints.settle)(self.random, &mut members);
        }
        members
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let (least, most) =
            (schema["minItems"].as_u64().unwrap_or(0), schema["maxItems"].as_u64().unwrap_or(3));
        let count = match self.fill {
            Fill::High => most.min(3),
            Fill::Low | Fill::Least => least,
            _ => least + self.random.below(3) as u64,
        };
        let count = if depth < DEPTH_MAX { count.clamp(least, most) } else { least };
        (0..count).map(|_| self.nested(&schema["items"], true, depth + 1)).collect()
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
        match self.fill {
            Fill::High => most.unwrap_or_else(|| least.unwrap_or(0).max(1 << 31)),
            Fill::Low => least.unwrap_or(0).min(most.unwrap_or(0)),
            _ => {
                let first = least.unwrap_or_else(|| most.unwrap_or(1).min(1));
                let last = most.unwrap_or(first + 999).max(first);
                first
                    + self.random.below(usize::try_from(last - first).unwrap_or(999).min(999) + 1)
                        as i64
            }
        }
    }

    /// One with a fraction, unless that is beyond the bound.
    fn number(&mut self, schema: &Value) -> f64 {
        let whole = self.integer(schema) as f64;
        let most = schema["maximum"].as_f64().unwrap_or(f64::INFINITY);
        if whole + 0.5 > most { whole } else { whole + 0.5 }
    }

    fn text(&mut self, schema: &Value) -> String {
        let alternatives = schema["anyOf"].as_array().into_iter().flatten();
        let format =
            std::iter::once(schema).chain(alternatives).find_map(|it| it["format"].as_str());
        if let Some(pattern) = schema["pattern"].as_str() {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            let strategy =
                string_regex(pattern).expect("the contract's patterns are regular expressions");
            let (least, most) = (schema["minLength"].as_u64(), schema["maxLength"].as_u64());
            let fits = move |text: &String| {
                let length = text.chars().count() as u64;
                least.is_none_or(|least| length >= least) && most.is_none_or(|most| length <= most)
            };
            return self.random.sample(&strategy.prop_filter("of a length that is allowed", fits));
        }
        match format {
            Some("date") => {
                format!(
                    "20{}-0{}-1{}",
                    self.digits(2),
                    1 + self.random.below(9),
                    self.random.below(10)
                )
            }
            Some("date-time") => format!("2026-01-1{}T12:00:00Z", self.random.below(10)),
            Some("email") => format!("{}@{}.example", self.random.word(6), self.random.word(8)),
            Some("hostname") => format!("{}.{}.example", self.random.word(6), self.random.word(8)),
            Some("ipv4") => format!("192.0.2.{}", self.random.below(255)),
            Some("ipv6") => format!("2001:db8::{}", 1 + self.random.below(9999)),
            Some("uri") => {
                format!("https://{}.example/{}", self.random.word(8), self.random.word(4))
            }
            Some("uuid") => format!("00000000-0000-4000-8000-0000{}", self.digits(8)),
            _ => self.free_text(schema),
        }
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.random.below(10) as u8)).collect()
    }

    fn free_text(&mut self, schema: &Value) -> String {
        let least = schema["minLength"].as_u64().unwrap_or(0);
        let most = schema["maxLength"].as_u64().unwrap_or(TEXT_MAX.max(least));
        let (text, length) = match self.fill {
            Fill::High => (self.random.word(12), most),
            Fill::Low => (self.random.word(12), least),
            Fill::Least => (self.random.word(8), 8),
            Fill::Any if self.random.below(2) == 0 => {
                let unusual = (*self.random.pick(&UNUSUAL)).to_owned();
                let length = unusual.chars().count() as u64;
                (unusual, length)
            }
            // Longer than short columns of a database, and not ASCII alone.
            _ => (
                format!(
                    "{} café {} of {}",
                    self.random.word(4),
                    self.random.word(6),
                    self.random.word(9)
                ),
                30,
            ),
        };
        text.chars().cycle().take(length.clamp(least, most) as usize).collect()
    }
}

/// Another notation of the same JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// With its members in the other order.
    Reversed,
    /// With white space wherever it may be.
    Spaced,
    /// With its letters as escapes.
    Escaped,
}

/// Every notation except the usual one.
pub const NOTATIONS: [Notation; 3] = [Notation::Reversed, Notation::Spaced, Notation::Escaped];

/// The JSON text of a value.
pub fn written(value: &Value, notation: Notation) -> String {
    match notation {
        Notation::Reversed => reversed(value).to_string(),
        Notation::Spaced => format!("\r\n\t {:#} \n", value),
        Notation::Escaped => escaped(value),
    }
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev().map(|(name, value)| (name.clone(), reversed(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// The letters of all texts as `\u0061`.
fn escaped(value: &Value) -> String {
    let text = |text: &str| {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
        format!("\"{units}\"")
    };
    match value {
        Value::String(it) => text(it),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(escaped).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let members =
                members.iter().map(|(name, value)| format!("{}:{}", text(name), escaped(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::step::BodyChoice;

    /// Whole contracts: every body that is made here satisfies its own.
    #[test]
    fn every_body_is_valid() {
        let contracts = [openapi::i3d_v3(), openapi::warren_v1()];
        for route in contracts.iter().flat_map(|contract| &contract.routes) {
            let Some(expected) = route.body.as_ref().filter(|body| body.is_json()) else {
                continue;
            };
            for number in 0..24 {
                let mut random = Gen::new(7, &route.id, number);
                let fill = BodyChoice::of(number).fill();
                let none = Constraints { values: &[], settle: |_, _| {} };
                let mut made = body(expected, &[], none, fill, &mut random);
                let sent = made.to_string();
                let violations = expected.check(&mut made).violations;
                assert_eq!(violations, [], "{} {number}: {sent}", route.id);
            }
        }
    }

    #[test]
    fn every_notation_says_the_same() {
        let value = json!({ "a": [1, "é\"🚀"], "b": { "c": null } });
        for notation in NOTATIONS {
            let read: Value = serde_json::from_str(&written(&value, notation)).unwrap();
            assert_eq!(read, value, "{notation:?}");
            assert_ne!(written(&value, notation), value.to_string());
        }
    }
}
