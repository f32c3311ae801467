//! One object of a world file: completed, and checked by the contract.

use std::collections::BTreeMap;

use openapi::{Rule, Violation};
use serde_json::{Map, Value, json};

use super::{
    fault::Fault,
    file::{Row, title},
    node::{Kind, Name, Node},
    resource::{Fill, Resource},
    tables::{Column, Table},
};
use crate::engine::world::{
    row,
    seed::{FORM, dated, seconds},
};

/// The member of an object that has values of columns beside it.
pub(super) const COLUMNS: &str = "_columns";

/// The forms in which APIs write times, beside unix seconds: a relative time takes the first one
/// that the contract allows at its place.
const FORMS: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.000+0000", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"];

/// The time at which relative times are checked; any other would do.
const SOME_TIME: i64 = 1_767_225_600;

/// Reads an object; `None` where something is wrong with it.
pub(super) fn read(
    resource: &'static Resource,
    table: &Table,
    account: i64,
    node: &Node,
    faults: &mut Vec<Fault>,
) -> Option<Row> {
    let before = faults.len();
    let mut object = Object { resource, account, node, forms: BTreeMap::new(), faults };
    let members = match node.members(&title(resource, account)) {
        Ok(members) => members,
        Err(fault) => {
            object.faults.push(fault);
            return None;
        }
    };
    let (columns, members): (Vec<_>, Vec<_>) =
        members.iter().cloned().partition(|(name, _)| name.text == COLUMNS);
    let columns = columns.first().map(|(_, node)| object.columns(table, node)).unwrap_or_default();
    let (members, draws) = object.filled(members);
    let body = object.checked(&members);
    let row = Row { line: node.line, resource, account, body, columns, draws };
    (faults.len() == before).then_some(row)
}

struct Object<'a> {
    resource: &'static Resource,
    account: i64,
    node: &'a Node,
    /// The form of each relative time, by its place in the object: the number of one of [`FORMS`],
    /// counted from 1, or 0 for unix seconds.
    forms: BTreeMap<String, usize>,
    faults: &'a mut Vec<Fault>,
}

type Members = Vec<(Name, Node)>;

impl Object<'_> {
    fn fault(&mut self, line: u64, message: String) {
        let message = format!("{}: {message}", title(self.resource, self.account));
        self.faults.push(Fault { line, message });
    }

    /// The members that are kept, those that were left out included, and what is drawn later.
    fn filled(&self, mut members: Members) -> (Members, Vec<(String, Fill)>) {
        let mut draws = Vec::new();
        let description = &self.resource.description;
        // Copies last, because what they copy may be filled in, too.
        let copies = |(_, fill): &(&String, &Fill)| matches!(fill, Fill::Same(_));
        let (copies, others): (Vec<_>, Vec<_>) = description.fills.iter().partition(copies);
        for (name, fill) in others.into_iter().chain(copies) {
            if members.iter().any(|(given, _)| given.text == *name) {
                continue;
            }
            let plain =
                |value: Value| Some(Node { line: self.node.line, kind: Kind::Plain(value) });
            let value = match fill {
                Fill::Account => plain(self.account.into()),
                Fill::Value(value) => plain(value.clone()),
                Fill::Now => Some(now(self.node.line)),
                Fill::Same(other) => {
                    members.iter().find(|(it, _)| it.text == *other).map(|(_, it)| it.clone())
                }
                Fill::Number | Fill::NumberText | Fill::Uuid => {
                    draws.push((name.clone(), fill.clone()));
                    None
                }
            };
            let name = Name { line: self.node.line, text: name.clone() };
            members.extend(value.map(|value| (name, value)));
        }
        members.retain(|(name, _)| !description.derived.contains(&name.text));
        (members, draws)
    }

    /// The object, with its times in the forms that the contract wants.
    fn checked(&mut self, members: &Members) -> Map<String, Value> {
        loop {
            let mut body = Map::new();
            for (name, node) in members {
                body.insert(name.text.clone(), self.rendered(node, &name.text));
            }
            let violations = self.violations(&body);
            let mut another_form = false;
            for violation in &violations {
                if let Some(form) = self.forms.get_mut(&violation.property)
                    && *form < FORMS.len()
                {
                    *form += 1;
                    another_form = true;
                }
            }
            if another_form {
                continue;
            }
            if violations.is_empty() {
                self.check_type(&body);
            }
            let (missing, others): (Vec<_>, Vec<_>) =
                violations.into_iter().partition(|it| it.rule == Rule::Required);
            if !missing.is_empty() {
                let names: Vec<String> =
                    missing.iter().map(|it| format!("`{}`", it.property)).collect();
                let are = if names.len() == 1 { "is" } else { "are" };
                self.fault(self.node.line, format!("{} {are} required", names.join(", ")));
            }
            for Violation { property, rule, message } in others {
                let message = match &rule {
                    Rule::Enum(options) => format!("must be one of {}", options.join(", ")),
                    _ => message,
                };
                let line = self.node.line_of(&property);
                match property.is_empty() {
                    true => self.fault(line, message),
                    false => self.fault(line, format!("`{property}` {message}")),
                }
            }
            return body;
        }
    }

    /// Refuses an object that is right by the contract and that no operation could read, such as
    /// one with a number beyond all bounds.
    fn check_type(&mut self, body: &Map<String, Value>) {
        let Some(row_type) = self.resource.row_type else { return };
        if let Err(error) = row_type.check(&self.sample(body).to_string()) {
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(&*message, |(what, _)| what);
            self.fault(self.node.line, format!("it cannot be read: {message}"));
        }
    }

    /// What is wrong with an object.
    fn violations(&self, body: &Map<String, Value>) -> Vec<Violation> {
        self.resource.schema().check(&self.sample(body))
    }

    /// The object as it will be kept, with samples of what is drawn later.
    fn sample(&self, body: &Map<String, Value>) -> Value {
        let mut body = dated(&Value::Object(body.clone()), SOME_TIME);
        for (name, fill) in &self.resource.description.fills {
            let sample = match fill {
                Fill::Number => json!(1),
                Fill::NumberText => json!("1"),
                Fill::Uuid => json!("00000000-0000-7000-8000-000000000000"),
                _ => continue,
            };
            if body.get(name).is_none() {
                body[name] = sample;
            }
        }
        body
    }

    /// A value with its relative times ready for [`dated`]; `at` is its place in the object.
    fn rendered(&mut self, node: &Node, at: &str) -> Value {
        if let Some((direction, span)) = relative(node) {
            if let Err(error) = seconds(span) {
                self.fault(node.line, format!("`{at}`: {error}; write 40s, 5m, 2h or 3d"));
                return Value::Null;
            }
            let form = *self.forms.entry(at.to_owned()).or_default();
            let form = form.checked_sub(1).map(|it| FORMS[it]);
            return form.map_or_else(
                || json!({ direction: span }),
                |form| json!({ direction: span, FORM: form }),
            );
        }
        match &node.kind {
            Kind::Map(members) => {
                let mut value = Map::new();
                for (name, node) in members {
                    let at = format!("{at}.{}", name.text);
                    value.insert(name.text.clone(), self.rendered(node, &at));
                }
                Value::Object(value)
            }
            Kind::List(items) => {
                let items = items.iter().enumerate();
                items.map(|(i, item)| self.rendered(item, &format!("{at}[{i}]"))).collect()
            }
            Kind::Plain(value) => value.clone(),
        }
    }

    /// The values of columns beside the object.
    fn columns(&mut self, table: &Table, node: &Node) -> Map<String, Value> {
        let mut columns = Map::new();
        let members = match node.members(&format!("`{COLUMNS}`")) {
            Ok(members) => members,
            Err(Fault { line, message }) => {
                self.fault(line, message);
                return columns;
            }
        };
        for (name, node) in members {
            let at = format!("{COLUMNS}.{}", name.text);
            let Some(column) = table.columns.iter().find(|it| it.name == name.text) else {
                let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
                let there_are = match names.as_slice() {
                    [] => "there are none".to_owned(),
                    names => format!("there are {}", names.join(", ")),
                };
                self.fault(name.line, format!("`{at}` is no column; {there_are}"));
                continue;
            };
            let value = self.rendered(node, &at);
            match fits(column, &dated(&value, SOME_TIME)) {
                Ok(()) => drop(columns.insert(name.text.clone(), value)),
                Err(wanted) => self.fault(name.line, format!("`{at}` must be {wanted}")),
            }
        }
        columns
    }
}

/// The span of a relative time, and in which direction it goes.
fn relative(node: &Node) -> Option<(&str, &str)> {
    let Kind::Map(members) = &node.kind else { return None };
    let [(name, Node { kind: Kind::Plain(Value::String(span)), .. })] = members.as_slice() else {
        return None;
    };
    ["ago", "ahead"].contains(&name.text.as_str()).then_some((name.text.as_str(), span))
}

/// When the world begins, as a relative time.
fn now(line: u64) -> Node {
    let zero = Node { line, kind: Kind::Plain("0s".into()) };
    Node { line, kind: Kind::Map(vec![(Name { line, text: "ago".to_owned() }, zero)]) }
}

/// Whether a column can have this value; what it must be otherwise.
fn fits(column: &Column, value: &Value) -> Result<(), &'static str> {
    let (is_right, wanted) = match column.kind.as_str() {
        "INTEGER" => (value.is_i64(), "a whole number"),
        "BLOB" => (value.is_object(), "bytes, as in {base64: aGk=}"),
        _ => (value.is_string(), "a text"),
    };
    let is_right = value.is_null() || (is_right && row::column(value).is_some());
    if is_right { Ok(()) } else { Err(wanted) }
}
