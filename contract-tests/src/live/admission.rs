//! Which requests may go to a live API at all: those of its contract, of an allowed class, about
//! what is known.

use std::collections::{BTreeMap, HashSet};

use form_urlencoded::parse;
use openapi::{Checked, Location, Route, Violation};
use serde_json::{Map, Value};

use super::{Entry, RunId};
use crate::core::{
    exchange::{Caller, Sent},
    live_rules::{Class, Makes, Rules},
    profile::ApiProfile,
    transport::denied::Refusal,
};

/// Headers that any request may have beside those of the contract.
const HEADERS: [&str; 3] = ["accept", "content-type", "user-agent"];

/// What the run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// What it is there for.
    Work,
    /// It removes what it made.
    Cleanup,
}

/// A request that may be sent.
#[derive(Debug)]
pub struct Asked<'r> {
    /// The operation.
    pub operation: &'static str,
    /// Whether it must be in the plan.
    pub planned: bool,
    /// What it costs at worst.
    pub cents: u64,
    /// What it means to what the run made.
    pub effect: Effect<'r>,
}

/// What a request means to what the run made.
#[derive(Debug)]
pub enum Effect<'r> {
    /// Nothing.
    None,
    /// It makes something of this name.
    Make(&'r Makes, String),
    /// It gives the entry of this number another name.
    Rename(&'r Makes, usize, String),
    /// It removes an id of an entry.
    Remove(usize, String),
    /// It reads an id of an entry.
    Read(&'r Makes, usize, String),
    /// It lists what the operation of this id makes.
    List(&'r str, &'r Makes),
}

/// All that decides whether a request may be sent.
pub struct Admission<'r, 'a> {
    /// The API.
    pub profile: &'static ApiProfile,
    /// What may be done to it.
    pub rules: &'r Rules,
    /// The run.
    pub run: &'a RunId,
    /// What the run is doing.
    pub phase: Phase,
    /// How often an operation may still be sent by plan.
    pub planned: &'a BTreeMap<String, u32>,
    /// What the run made.
    pub entries: &'a [Entry],
    /// Every value that an answer has shown.
    pub seen: &'a HashSet<String>,
}

type Admitted<T> = Result<T, Refusal>;

impl<'r, 'a> Admission<'r, 'a> {
    /// Looks at a request.
    pub fn look(&self, sent: &Sent) -> Admitted<Asked<'r>> {
        if sent.caller != Caller::Customer {
            return Err(Refusal::Caller);
        }
        let (route, ids) = self.understand(sent)?;
        let class =
            self.rules.class(&route.id).ok_or_else(|| Refusal::Unlisted(route.id.clone()))?;
        let planned = self.allowed(route, class)?;
        let body = valid(route, sent)?;
        let operation = route.id.as_str();
        let effect = match class {
            Class::Read | Class::ReadSecret => {
                self.known(route, &ids)?;
                self.reading(operation, &ids)
            }
            _ => {
                self.own(operation, &ids)?;
                self.writing(operation, &ids, &body)?
            }
        };
        let cents = self.rules.details(operation).map_or(0, |details| details.worst_cost_cents);
        Ok(Asked { operation, planned, cents, effect })
    }

    /// The operation that a server would take the request for, and what stands in its path. It must
    /// be the one that is meant.
    fn understand(&self, sent: &Sent) -> Admitted<(&'static Route, Ids)> {
        let path = sent.target.split('?').next().unwrap_or_default();
        let invalid = |reason: &str| Refusal::Invalid(sent.name(), reason.to_owned());
        let routes =
            self.profile.contract.routes.iter().filter(|route| route.method == sent.method);
        let found = routes.filter_map(|route| Some((literals(route), route, ids(route, path)?)));
        // As servers do, text goes before parameters, and the first difference counts.
        let (_, route, ids) = found
            .max_by(|one, other| one.0.cmp(&other.0))
            .ok_or_else(|| invalid("no operation has this method and path"))?;
        if sent.route != Some(route) {
            return Err(invalid("its path belongs to another operation"));
        }
        Ok((route, ids))
    }

    /// Whether the class lets the operation pass, and then whether it must be in the plan.
    fn allowed(&self, route: &Route, class: Class) -> Admitted<bool> {
        let id = || route.id.clone();
        if self.phase == Phase::Cleanup {
            let removes = |entry: &Entry| {
                let makes = self.rules.makes(&entry.operation);
                makes.is_some_and(|it| [&it.list, &it.read, &it.remove].contains(&&route.id))
            };
            return if self.entries.iter().any(removes) {
                Ok(false)
            } else {
                Err(Refusal::Cleanup(id()))
            };
        }
        match class {
            Class::Read => Ok(false),
            Class::ReadSecret | Class::WriteFree | Class::Billable => {
                let left = self.planned.get(&route.id).is_some_and(|left| *left > 0);
                if left { Ok(true) } else { Err(Refusal::Unplanned(id(), class)) }
            }
            Class::WriteQuota | Class::Irreversible | Class::Outbound => {
                let why = self.rules.details(&route.id).map(|details| details.why.clone());
                Err(Refusal::Class(id(), class, why.unwrap_or_default()))
            }
        }
    }

    /// Reads are about what an answer has shown, or what the contract lists.
    fn known(&self, route: &Route, ids: &Ids) -> Admitted<()> {
        let listed = |name: &str, id: &str| {
            let parameter = route.parameter(Location::Path, name);
            let values = parameter.and_then(|it| it.definition["enum"].as_array());
            values.is_some_and(|values| values.iter().any(|value| value == id))
        };
        let made = |id: &str| self.entries.iter().any(|entry| entry.ids.contains_key(id));
        let stranger =
            ids.iter().find(|(name, id)| !self.seen.contains(id) && !made(id) && !listed(name, id));
        stranger.map_or(Ok(()), |(_, id)| Err(Refusal::Unknown(route.id.clone(), id.clone())))
    }

    /// Writes are about what this run has made.
    fn own(&self, operation: &str, ids: &Ids) -> Admitted<()> {
        let details = self.rules.details(operation);
        let stranger = ids.iter().find(|(name, id)| {
            let create = details.and_then(|details| details.ids.get(name));
            create.is_none_or(|create| self.entry_of(create, id).is_none())
        });
        stranger.map_or(Ok(()), |(_, id)| Err(Refusal::Foreign(operation.to_owned(), id.clone())))
    }

    fn entry_of(&self, create: &str, id: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.operation == create && entry.ids.contains_key(id))
    }

    fn reading(&self, operation: &str, ids: &Ids) -> Effect<'r> {
        let listed = self.rules.creates().find(|(_, makes)| makes.list == operation);
        let read = self.rules.creates().find(|(_, makes)| makes.read == operation);
        if let Some((create, makes)) = listed {
            return Effect::List(create, makes);
        }
        let entry = read.zip(ids.first()).and_then(|((create, makes), (_, id))| {
            Some(Effect::Read(makes, self.entry_of(create, id)?.n, id.clone()))
        });
        entry.unwrap_or(Effect::None)
    }

    fn writing(&self, operation: &str, ids: &Ids, body: &Value) -> Admitted<Effect<'r>> {
        if let Some(makes) = self.rules.makes(operation) {
            let name = self.name(operation, makes, body, None)?;
            self.room(operation)?;
            return Ok(Effect::Make(makes, name));
        }
        let owner = ids.first().and_then(|(name, id)| {
            let create = self.rules.details(operation)?.ids.get(name)?;
            Some((id, self.rules.makes(create)?, self.entry_of(create, id)?))
        });
        let Some((id, makes, entry)) = owner else {
            return Err(Refusal::Foreign(operation.to_owned(), "the account itself".to_owned()));
        };
        if makes.remove == operation {
            return Ok(Effect::Remove(entry.n, id.clone()));
        }
        if makes.change.as_ref().is_some_and(|change| change.operation == operation) {
            return Ok(Effect::Rename(
                makes,
                entry.n,
                self.name(operation, makes, body, Some(entry))?,
            ));
        }
        Ok(Effect::None)
    }

    /// The name in a body; whatever bears it must be recognised as made by this run.
    fn name(
        &self,
        operation: &str,
        makes: &Makes,
        body: &Value,
        of: Option<&Entry>,
    ) -> Admitted<String> {
        let prefix = self.run.prefix();
        let used = |name: &str| {
            let mut others =
                self.entries.iter().filter(|entry| of.is_none_or(|of| of.n != entry.n));
            others.any(|entry| entry.names.iter().any(|other| other == name))
        };
        let name =
            body[&makes.name].as_str().filter(|name| name.starts_with(&prefix) && !used(name));
        name.map(str::to_owned).ok_or_else(|| Refusal::Name(operation.to_owned(), prefix))
    }

    fn room(&self, operation: &str) -> Admitted<()> {
        let max = self.rules.limits.resources;
        let live = self
            .entries
            .iter()
            .filter(|entry| entry.operation == operation && entry.is_live())
            .count();
        if live < max { Ok(()) } else { Err(Refusal::Enough(operation.to_owned(), max)) }
    }
}

/// What stands in the path for each parameter.
type Ids = Vec<(String, String)>;

/// Which parts of a path are text.
fn literals(route: &Route) -> Vec<bool> {
    route.path.split('/').map(|part| !part.starts_with('{')).collect()
}

/// The parameters in `path`; `None` where it is no path of the route, or one that servers may read
/// in different ways.
fn ids(route: &Route, path: &str) -> Option<Ids> {
    let (parts, given): (Vec<_>, Vec<_>) =
        (route.path.split('/').collect(), path.split('/').collect());
    if parts.len() != given.len() {
        return None;
    }
    let mut ids = Ids::new();
    for (part, given) in parts.into_iter().zip(given) {
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => ids.push((name.to_owned(), decoded(given)?)),
            None if part != given => return None,
            None => {}
        }
    }
    Some(ids)
}

/// A part of a path as it is meant; `None` where it is empty or would mean another path.
fn decoded(part: &str) -> Option<String> {
    // A plus is a plus in a path, unlike in a query.
    let pair = format!("={}", part.replace('+', "%2B"));
    let text = parse(pair.as_bytes()).next()?.1.into_owned();
    let harmless = |sign: char| !sign.is_control() && !['/', '\\', '\u{FFFD}'].contains(&sign);
    (!part.contains(['&', '#'])
        && !["", ".", ".."].contains(&text.as_str())
        && text.chars().all(harmless))
    .then_some(text)
}

/// The body of a request that satisfies the contract in everything.
fn valid(route: &Route, sent: &Sent) -> Admitted<Value> {
    let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
    let pairs: Vec<_> = parse(query.as_bytes()).collect();
    let query: Vec<(&str, &str)> = pairs.iter().map(|(name, text)| (&**name, &**text)).collect();
    let ids = ids(route, path).unwrap_or_default();
    let ids: Vec<(&str, &str)> =
        ids.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
    let is_parameter =
        |name: &str| route.parameters.iter().any(|it| it.name.eq_ignore_ascii_case(name));
    let unknown = sent
        .headers
        .iter()
        .find(|(name, _)| !HEADERS.contains(&name.as_str()) && !is_parameter(name));
    let mut body = sent.json();
    let checks = [
        route.read(Location::Path, &ids, &mut Map::new()),
        route.read(Location::Query, &query, &mut Map::new()),
        headers(route, sent),
        check_body(route, sent, &mut body),
    ];
    let wrong = checks
        .into_iter()
        .find_map(first)
        .or_else(|| unknown.map(|(name, _)| Violation::new(name, "is no header of the contract")));
    match wrong {
        None => Ok(body),
        Some(Violation { property, message, .. }) => Err(Refusal::Invalid(
            route.id.clone(),
            format!("{property} {message}").trim().to_owned(),
        )),
    }
}

/// Headers are the same in any case.
fn headers(route: &Route, sent: &Sent) -> Checked {
    let names =
        route.parameters.iter().filter(|it| it.location == Location::Header).map(|it| &it.name);
    let given: Vec<(&str, &str)> = names
        .flat_map(|name| {
            let values = sent.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            values.map(|(_, value)| (name.as_str(), value.as_str()))
        })
        .collect();
    route.read(Location::Header, &given, &mut Map::new())
}

fn check_body(route: &Route, sent: &Sent, body: &mut Value) -> Checked {
    let wrong =
        |message| Checked { violations: vec![Violation::new("", message)], ..Checked::default() };
    match &route.body {
        None if sent.body.is_empty() => Checked::default(),
        None => wrong("has a body, and none is expected"),
        Some(expected) if sent.body.is_empty() && !expected.required => Checked::default(),
        Some(expected) if expected.is_json() && !body.is_null() => expected.check(body),
        Some(_) => wrong("has a body that cannot be looked at"),
    }
}

/// What is wrong; what the contract does not know is wrong, too.
fn first(checked: Checked) -> Option<Violation> {
    let unknown =
        checked.unknown.into_iter().map(|name| Violation::new(name, "is unknown to the contract"));
    checked.violations.into_iter().chain(unknown).next()
}
