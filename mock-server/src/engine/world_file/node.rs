//! The text of a world file as a tree that knows its lines. JSON is YAML, too.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::fault::Fault;

/// A value and the line in which it begins.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) line: u64,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Map(Vec<(Name, Node)>),
    List(Vec<Node>),
    /// A text, a number, `true`, `false` or nothing.
    Plain(Value),
}

/// The name of a member, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) line: u64,
    pub(super) text: String,
}

impl Node {
    /// Reads a text.
    pub(super) fn read(text: &str) -> Result<Node, Fault> {
        // As in YAML 1.2, so that the country NO is a text; and as much as a world may hold.
        let options = serde_saphyr::options! { strict_booleans: true, budget: None };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let line = error.location().map_or(0, |it| it.line());
            // What follows the first line repeats a part of the text, which may be a secret.
            let message = error.without_snippet().to_string();
            let message = message.lines().next().unwrap_or_default();
            // The place is told with the name of the file.
            let message = message.rsplit_once(" at line ").map_or(message, |(what, _)| what);
            Fault { line, message: message.to_owned() }
        })
    }

    /// Its members; a fault of `what` where it has none.
    pub(super) fn members(&self, what: &str) -> Result<&[(Name, Node)], Fault> {
        match &self.kind {
            Kind::Map(members) => Ok(members),
            // A name without a value.
            Kind::Plain(Value::Null) => Ok(&[]),
            _ => Err(self.fault(format!("{what} has members: names with values"))),
        }
    }

    /// Its items; a fault of `what` where it has none.
    pub(super) fn items(&self, what: &str) -> Result<&[Node], Fault> {
        match &self.kind {
            Kind::List(items) => Ok(items),
            Kind::Plain(Value::Null) => Ok(&[]),
            _ => Err(self.fault(format!("{what} is a list"))),
        }
    }

    /// A fault of this line.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { line: self.line, message: message.into() }
    }

    /// The same without the lines.
    pub(super) fn value(&self) -> Value {
        match &self.kind {
            Kind::Map(members) => {
                let members = members.iter().map(|(name, it)| (name.text.clone(), it.value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
            Kind::List(items) => items.iter().map(Node::value).collect(),
            Kind::Plain(value) => value.clone(),
        }
    }

    /// The line of a part of it, named as in `os.partitions[0].size`, or of what is nearest to it.
    pub(super) fn line_of(&self, property: &str) -> u64 {
        let names: Vec<&str> = property
            .split(['.', '['])
            .map(|it| it.trim_end_matches(']'))
            .filter(|it| !it.is_empty())
            .collect();
        let mut at = (self.line, self);
        for name in names {
            let next = match &at.1.kind {
                Kind::Map(members) => members
                    .iter()
                    .find(|(member, _)| member.text == name)
                    .map(|(member, node)| (member.line, node)),
                Kind::List(items) => {
                    name.parse().ok().and_then(|it: usize| items.get(it)).map(|it| (it.line, it))
                }
                Kind::Plain(_) => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        at.0
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        Ok(Node { line: spanned.referenced.line(), kind: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Name { line: spanned.referenced.line(), text: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, it: bool) -> Result<Kind, E> {
        Ok(Kind::Plain(it.into()))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Kind, E> {
        Ok(Kind::Plain(it.into()))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Kind, E> {
        Ok(Kind::Plain(it.into()))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Kind, E> {
        Ok(Kind::Plain(it.into()))
    }

    fn visit_str<E>(self, it: &str) -> Result<Kind, E> {
        Ok(Kind::Plain(it.into()))
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Plain(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Plain(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Kind, D::Error> {
        Kind::deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Kind::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Kind, A::Error> {
        let mut all = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(Kind::Map(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TEXT: &str = "from: empty
a:
  7:
    thing:
      - {name: a, size: 1.5}
      - name: '8'
        parts:
          - size: 3
            note: ~
        on: yes
";

    #[test]
    fn values_are_those_of_the_text_and_lines_those_of_their_names() {
        let node = Node::read(TEXT).unwrap();
        let second = json!({ "name": "8", "parts": [{ "size": 3, "note": null }], "on": "yes" });
        let things = json!([{ "name": "a", "size": 1.5 }, second]);
        let expected = json!({ "from": "empty", "a": { "7": { "thing": things } } });
        assert_eq!(node.value(), expected);
        let lines = ["from", "a.7.thing[0].size", "a.7.thing[1].parts[0].note", "a.7.thing[1].on"];
        assert_eq!(lines.map(|it| node.line_of(it)), [1, 5, 9, 10]);
        assert_eq!(node.line_of("a.7.thing[1].parts[4].size"), 7);
    }

    #[test]
    fn json_has_lines_too_and_what_cannot_be_read_names_its_line() {
        let node = Node::read("{\n \"a\": {\n  \"b\": [1, \"x\\u00e9\"] } }").unwrap();
        assert_eq!(node.value(), json!({ "a": { "b": [1, "xé"] } }));
        assert_eq!(node.line_of("a.b[1]"), 3);
        assert_eq!(Node::read("a: 1\nb: [").unwrap_err().line, 2);
        assert_eq!(Node::read("a: 1\nb: 2\na: 3").unwrap_err().line, 3);
    }
}
