//! The model: which resources the target should have, by what was sent and answered.

use std::collections::{BTreeMap, BTreeSet};

pub use openapi::plain;
use serde_json::{Map, Value};

use crate::core::{
    judge::shown,
    profile::family::{Family, Members, Order},
};

/// One resource.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its key, as it stands in a path.
    pub key: String,
    /// The resource that it is a part of.
    pub parent: Option<String>,
    /// What it looks like.
    pub value: Members,
    /// Whether it exists.
    pub alive: bool,
    /// Whether this play made it.
    pub ours: bool,
}

/// The resources of one family.
pub struct Collection {
    /// The family.
    pub family: &'static Family,
    /// Its resources in the order in which they were made or first seen.
    pub rows: Vec<Row>,
    /// The list as it was seen last, by parent.
    pub listed: BTreeMap<Option<String>, Vec<Members>>,
    /// Every key that was ever seen.
    pub seen: BTreeSet<String>,
    /// Whether a step of another family may have changed them since they were read last.
    pub is_disturbed: bool,
}

/// How a list differs from the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Mismatch {
    /// It lacks a resource that exists.
    Missing(String),
    /// It shows a resource that should not be there.
    Extra(String),
    /// A resource looks different.
    Differs(String, Difference),
    /// It shows a resource twice.
    Double(String),
    /// A resource stands at another place than before, or out of order.
    Disorder(String),
}

/// How a resource differs from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The member.
    pub member: String,
    /// What it should be.
    pub expected: Value,
    /// What it is; `None` where it is missing.
    pub came: Option<Value>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let came = self
            .came
            .as_ref()
            .map_or_else(|| "is missing".to_owned(), |it| format!("is {}", shown(it)));
        write!(f, "{came} instead of {}", shown(&self.expected))
    }
}

impl Mismatch {
    /// The resource that it is about.
    pub fn key(&self) -> &str {
        match self {
            Mismatch::Missing(key) | Mismatch::Extra(key) | Mismatch::Double(key) => key,
            Mismatch::Differs(key, _) | Mismatch::Disorder(key) => key,
        }
    }
}

/// Whether the value that came back is the one that was sent: numbers are compared by value, and
/// objects by the members that were sent.
pub fn same(sent: &Value, came: &Value) -> bool {
    match (sent, came) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(some), Value::Array(others)) => {
            some.len() == others.len()
                && some.iter().zip(others).all(|(one, other)| same(one, other))
        }
        (Value::Object(some), Value::Object(others)) => {
            some.iter().all(|(name, value)| same(value, others.get(name).unwrap_or(&Value::Null)))
        }
        (one, other) => one == other,
    }
}

/// The first member that is not as expected; members in `skip` may have any value.
pub fn difference(expected: &Members, came: &Members, skip: &[&[&str]]) -> Option<Difference> {
    let checked =
        expected.iter().filter(|(name, _)| !skip.iter().any(|it| it.contains(&name.as_str())));
    checked.into_iter().find_map(|(name, value)| {
        let seen = came.get(name);
        let good = seen.map_or(value.is_null(), |seen| same(value, seen));
        let differs =
            || Difference { member: name.clone(), expected: value.clone(), came: seen.cloned() };
        (!good).then(differs)
    })
}

impl Collection {
    /// The resources of a family, of which nothing is known yet.
    pub fn new(family: &'static Family) -> Collection {
        Collection {
            family,
            rows: Vec::new(),
            listed: BTreeMap::new(),
            seen: BTreeSet::new(),
            is_disturbed: false,
        }
    }

    /// The resource of a slot: of those that the play made, or of all where it makes none.
    pub fn slot(&self, slot: u32) -> Option<&Row> {
        let grows = self.family.grows();
        let usable: Vec<&Row> = self.rows.iter().filter(|row| row.ours || !grows).collect();
        // Where clients choose the key, a new resource may have the key of a removed one.
        (!usable.is_empty()).then(|| self.find(&usable[slot as usize % usable.len()].key)).flatten()
    }

    /// The resource of this key: the one that exists, or else the last that did.
    pub fn find(&self, key: &str) -> Option<&Row> {
        self.place(key).map(|place| &self.rows[place])
    }

    /// The same, to be changed.
    pub fn find_mut(&mut self, key: &str) -> Option<&mut Row> {
        self.place(key).map(|place| &mut self.rows[place])
    }

    /// The one of this key that exists and is a part of `parent`; another parent may have a part of
    /// the same key.
    fn part(&self, key: &str, parent: Option<&String>) -> Option<usize> {
        self.rows
            .iter()
            .rposition(|row| row.alive && row.key == key && row.parent.as_ref() == parent)
    }

    fn place(&self, key: &str) -> Option<usize> {
        let living = self.rows.iter().rposition(|row| row.alive && row.key == key);
        living.or_else(|| self.rows.iter().rposition(|row| row.key == key))
    }

    /// Those that exist.
    pub fn live(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.alive)
    }

    /// Whether one that exists has this value in the unique member.
    pub fn is_taken(&self, value: &Value) -> bool {
        self.live().any(|row| row.value.get(self.family.unique).is_some_and(|it| it == value))
    }

    /// Adds a resource that this play did not make.
    pub fn adopt(&mut self, key: String, parent: Option<String>, value: Members) {
        self.seen.insert(key.clone());
        self.rows.push(Row { key, parent, value, alive: true, ours: false });
    }

    /// The first mismatch between a list and the model.
    pub fn mismatch(&self, parent: Option<&String>, list: &[Members]) -> Option<Mismatch> {
        let key = |row: &Members| row.get(self.family.key).map(plain).unwrap_or_default();
        let mut keys = BTreeSet::new();
        for row in list {
            let key = key(row);
            let known = self.part(&key, parent).map(|place| &self.rows[place]);
            if !keys.insert(key.clone()) {
                return Some(Mismatch::Double(key));
            }
            let Some(known) = known else { return Some(Mismatch::Extra(key)) };
            let skip = [self.family.volatile, self.family.only_alone];
            if let Some(difference) = difference(&known.value, row, &skip) {
                return Some(Mismatch::Differs(key, difference));
            }
        }
        let mut expected = self.live().filter(|row| row.parent.as_ref() == parent);
        let missing = expected.find(|row| !keys.contains(&row.key));
        missing
            .map(|row| Mismatch::Missing(row.key.clone()))
            .or_else(|| self.disorder(parent, list))
    }

    fn disorder(&self, parent: Option<&String>, list: &[Members]) -> Option<Mismatch> {
        let key = |row: &Members| row.get(self.family.key).cloned().unwrap_or_default();
        let keys: Vec<Value> = list.iter().map(key).collect();
        let number = |value: &Value| plain(value).parse::<i64>().ok();
        let before = |one: &Value, other: &Value| match (number(one), number(other)) {
            (Some(one), Some(other)) => one < other,
            _ => plain(one) < plain(other),
        };
        let bad = |pair: &&[Value]| match self.family.order {
            Order::Ascending => !before(&pair[0], &pair[1]),
            Order::Descending => !before(&pair[1], &pair[0]),
            Order::Stable => false,
        };
        let wrong = keys.windows(2).find(bad).map(|pair| plain(&pair[1]));
        wrong.or_else(|| self.moved(parent, &keys)).map(Mismatch::Disorder)
    }

    /// A resource that stands before another which it stood after.
    fn moved(&self, parent: Option<&String>, keys: &[Value]) -> Option<String> {
        let before: Vec<&Value> = self
            .listed
            .get(&parent.cloned())?
            .iter()
            .filter_map(|row| row.get(self.family.key))
            .collect();
        let places: BTreeMap<String, usize> =
            before.iter().enumerate().map(|(place, key)| (plain(key), place)).collect();
        let old = keys.iter().filter_map(|key| places.get(&plain(key)).map(|place| (key, place)));
        let old: Vec<(&Value, &usize)> = old.collect();
        old.windows(2).find(|pair| pair[0].1 > pair[1].1).map(|pair| plain(pair[1].0))
    }

    /// Takes over what a list shows, after it was found to agree with the model.
    pub fn learn(&mut self, parent: Option<String>, list: Vec<Members>) {
        let family = self.family;
        for seen in &list {
            let key = seen.get(family.key).map(plain).unwrap_or_default();
            if let Some(place) = self.part(&key, parent.as_ref()) {
                self.rows[place].take_over(seen);
            }
        }
        self.listed.insert(parent, list);
    }

    /// Takes over what a list shows without comparing it, and which resources exist.
    pub fn relearn(&mut self, parent: Option<String>, list: Vec<Members>) {
        let key = |row: &Members| row.get(self.family.key).map(plain).unwrap_or_default();
        let keys: BTreeSet<String> = list.iter().map(key).collect();
        for row in self.rows.iter_mut().filter(|row| row.parent == parent) {
            row.alive &= keys.contains(&row.key);
        }
        for (key, shown) in list.iter().map(|row| (key(row), row)) {
            match self.part(&key, parent.as_ref()) {
                Some(place) => self.rows[place].value = shown.clone(),
                None => self.adopt(key, parent.clone(), shown.clone()),
            }
        }
        self.listed.insert(parent, list);
    }
}

impl Row {
    /// Takes over what was seen of it.
    pub fn take_over(&mut self, seen: &Members) {
        for (name, value) in seen {
            if self.value.get(name) != Some(value) {
                self.value.insert(name.clone(), value.clone());
            }
        }
    }
}

/// The object that the payload of an answer is about: itself, or the only one of a list.
pub fn one(answer: &Value) -> Option<&Members> {
    match answer {
        Value::Array(rows) if rows.len() == 1 => rows[0].as_object(),
        other => other.as_object(),
    }
}

/// The rows of a list; a row that is no object becomes one with the single member `value`.
pub fn rows(list: &Value) -> Vec<Members> {
    let row = |row: &Value| match row {
        Value::Object(members) => members.clone(),
        other => Map::from_iter([("value".to_owned(), other.clone())]),
    };
    list.as_array().into_iter().flatten().map(row).collect()
}
