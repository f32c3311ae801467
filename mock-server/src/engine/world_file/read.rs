//! From the text of a world file to what it says.

use std::{collections::HashMap, sync::Arc};

use rusqlite::Connection;
use serde::{Deserialize, de::value::StrDeserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    fault::{Fault, Faults},
    file::{Row, Section, WorldFile},
    node::{Kind, Name, Node},
    object,
    resource::{Resource, Resources},
    tables::Table,
};
use crate::engine::{
    api::Provider,
    world::{
        clock::{ClockReading, ClockState},
        kind::WorldKind,
    },
};

/// The member of a provider that has customers to make.
pub(super) const CUSTOMERS: &str = "customers";
/// The owner of what belongs to no customer.
pub(super) const NOBODY: i64 = 0;

impl WorldFile {
    /// Reads a world file, in YAML or JSON, and checks it by the contracts of `providers`. `name`
    /// is what messages call it.
    pub fn read(
        name: &str,
        text: &str,
        providers: &[Arc<dyn Provider>],
    ) -> Result<WorldFile, Faults> {
        let mut faults = Vec::new();
        let file = Node::read(text)
            .and_then(|node| read(name, &node, providers, &mut faults))
            .unwrap_or_else(|fault| {
                faults.push(fault);
                WorldFile::empty(name)
            });
        let digest = hex::encode(Sha256::digest(text));
        if faults.is_empty() {
            Ok(WorldFile { digest, ..file })
        } else {
            Err(Faults::new(name, faults))
        }
    }

    fn empty(name: &str) -> WorldFile {
        WorldFile {
            name: name.to_owned(),
            digest: String::new(),
            from: WorldKind::Empty,
            clock: None,
            sequences: Vec::new(),
            sections: Vec::new(),
        }
    }
}

fn read(
    name: &str,
    node: &Node,
    providers: &[Arc<dyn Provider>],
    faults: &mut Vec<Fault>,
) -> Result<WorldFile, Fault> {
    let mut file = WorldFile::empty(name);
    for (name, node) in node.members("a world file")? {
        let known = match name.text.as_str() {
            "from" => kind(node).map(|it| file.from = it),
            "clock" => clock(node).map(|it| file.clock = Some(it)),
            "sequences" => sequences(node).map(|it| file.sequences = it),
            other => match providers.iter().position(|it| it.name() == other) {
                Some(at) => section(&*providers[at], at, node, faults).map(|it| {
                    file.sections.push(it);
                }),
                None => {
                    let names: Vec<&str> = providers.iter().map(|it| it.name()).collect();
                    Err(unknown(name, "from, clock, sequences, ", &names))
                }
            },
        };
        faults.extend(known.err());
    }
    Ok(file)
}

/// A name that nothing has.
fn unknown(name: &Name, before: &str, names: &[&str]) -> Fault {
    let message = format!("`{}` is unknown; there are {before}{}", name.text, names.join(", "));
    Fault { line: name.line, message }
}

fn kind(node: &Node) -> Result<WorldKind, Fault> {
    let wrong = || node.fault("`from` is demo, empty or nothing");
    let Kind::Plain(Value::String(text)) = &node.kind else { return Err(wrong()) };
    let text: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(text);
    WorldKind::deserialize(text).map_err(|_| wrong())
}

fn clock(node: &Node) -> Result<ClockReading, Fault> {
    let reading: Option<ClockReading> = serde_json::from_value(node.value()).ok();
    reading.filter(|it| ClockState::showing(*it).is_some()).ok_or_else(|| {
        node.fault("`clock` is as in {now: 1767225600, frozen: true}, between 1970 and 9999")
    })
}

fn sequences(node: &Node) -> Result<Vec<(String, i64)>, Fault> {
    let number = |(name, node): &(Name, Node)| match &node.kind {
        Kind::Plain(value) if value.as_i64().is_some_and(|it| it >= 0) => {
            Ok((name.text.clone(), value.as_i64().unwrap_or_default()))
        }
        _ => Err(node.fault(format!("`{}` must be a whole number", name.text))),
    };
    node.members("`sequences`")?.iter().map(number).collect()
}

fn section(
    provider: &dyn Provider,
    at: usize,
    node: &Node,
    faults: &mut Vec<Fault>,
) -> Result<Section, Fault> {
    let resources = provider
        .resources()
        .ok_or_else(|| node.fault(format!("no world file can hold {}", provider.name())))?;
    let failed = |error: rusqlite::Error| node.fault(error.to_string());
    // Tells which columns there are, although there is no world yet.
    let db = Connection::open_in_memory().map_err(failed)?;
    db.execute_batch(provider.schema()).map_err(failed)?;
    let mut objects = Objects::new(&db, resources);
    let (mut customers, mut accounts) = (Vec::new(), Vec::new());
    for (name, node) in node.members(provider.name())? {
        if name.text == CUSTOMERS {
            customers = node.items("`customers`")?.to_vec();
            continue;
        }
        match name.text.parse() {
            Ok(account) if account >= NOBODY => {
                accounts.push((account, name.line));
                objects.read(account, node, faults);
            }
            _ => faults.push(Fault {
                line: name.line,
                message: format!("`{}` is neither an account nor `{CUSTOMERS}`", name.text),
            }),
        }
    }
    Ok(Section { provider: at, customers, accounts, rows: objects.rows })
}

/// The objects of a provider, as they are read.
pub(super) struct Objects<'a> {
    db: &'a Connection,
    resources: &'static Resources,
    pub(super) rows: Vec<Row>,
    /// The line of each key that was given, by owner.
    keys: HashMap<(&'static str, i64, String), u64>,
}

impl<'a> Objects<'a> {
    pub(super) fn new(db: &'a Connection, resources: &'static Resources) -> Objects<'a> {
        Objects { db, resources, rows: Vec::new(), keys: HashMap::new() }
    }

    /// Reads what an account has: lists of objects by resource.
    pub(super) fn read(&mut self, account: i64, node: &Node, faults: &mut Vec<Fault>) {
        let members = match node.members(&format!("account {account}")) {
            Ok(members) => members,
            Err(fault) => return faults.push(fault),
        };
        for (name, node) in members {
            let Some(resource) = self.resources.named(&name.text) else {
                let names: Vec<&str> = self.resources.iter().map(|it| it.name.as_str()).collect();
                faults.push(unknown(name, "", &names));
                continue;
            };
            if let Err(fault) = self.read_list(account, resource, node, faults) {
                faults.push(fault);
            }
        }
    }

    fn read_list(
        &mut self,
        account: i64,
        resource: &'static Resource,
        node: &Node,
        faults: &mut Vec<Fault>,
    ) -> Result<(), Fault> {
        let table = Table::of(self.db, resource.table());
        let table = table.map_err(|error| node.fault(error.to_string()))?;
        for item in node.items(&format!("`{}`", resource.name))? {
            let row = object::read(resource, &table, account, item, faults);
            let Some(row) = row else { continue };
            let key = resource.key().and_then(|key| Some((key, row.body.get(key)?.to_string())));
            if let Some((name, value)) = key {
                let other = self.keys.insert((&resource.name, account, value), row.line);
                if let Some(line) = other {
                    let message = format!("`{name}` is the same as in line {line}");
                    faults.push(row.fault(message));
                }
            }
            self.rows.push(row);
        }
        Ok(())
    }
}
