//! Which requests may go to a live API at all: those of its contract, of an allowed class, about
//! what is known.

use std::collections::{BTreeMap, HashSet};

use form_urlencoded::parse;
use openapi::{Checked, Location, Route, Violation};
use serde_json::{Map, Value};

use super::{Entry, RunId};
use crate::core::{
    exchange::{Caller, Sent, wire_path},
    fields::field,
    live_rules::{Class, Makes, Rules, is_listed},
    profile::ApiProfile,
    request::member,
    transport::denied::Refusal,
};

/// Headers that any request may have beside those of the contract.
const HEADERS: [&str; 3] = ["accept", "content-type", "user-agent"];

/// What the run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It does what was planned.
    Work,
    /// It removes what it made.
    Cleanup,
}

/// A request that may be sent, and what that means for plan, budget and ledger.
#[derive(Debug)]
pub struct Admitted<'r> {
    /// The operation.
    pub operation: &'static str,
    /// The same, as the contract has it.
    pub route: &'static Route,
    /// Whether it must be in the plan.
    pub planned: bool,
    /// What it costs at worst.
    pub cents: u64,
    /// What it does to what the run made.
    pub effect: Effect<'r>,
}

/// What a request does to what the run made.
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

impl<'r, 'a> Admission<'r, 'a> {
    /// Admits a request, or says why it is refused.
    pub fn admit(&self, sent: &Sent) -> Result<Admitted<'r>, Refusal> {
        if sent.caller != Caller::Customer {
            return Err(Refusal::Caller);
        }
        let (route, ids) = self.route_and_ids(sent)?;
        let class =
            self.rules.class(&route.id).ok_or_else(|| Refusal::Unlisted(route.id.clone()))?;
        let planned = self.check_class(route, class)?;
        let body = valid(self.profile, route, sent)?;
        let operation = route.id.as_str();
        let effect = match class {
            Class::Read | Class::ReadSecret => {
                self.check_ids_known(route, &ids)?;
                self.reading(operation, &ids)
            }
            _ => {
                self.check_ids_own(operation, &ids)?;
                self.writing(operation, &ids, &body)?
            }
        };
        let cents = self.rules.details(operation).map_or(0, |details| details.worst_cost_cents);
        Ok(Admitted { operation, route, planned, cents, effect })
    }

    /// The operation that a server would match to method and path, and what path and body name.
    /// It must be the operation that the request names.
    fn route_and_ids(&self, sent: &Sent) -> Result<(&'static Route, Ids), Refusal> {
        let path = sent.target.split('?').next().unwrap_or_default();
        let invalid = |reason: &str| Refusal::Invalid(sent.name(), reason.to_owned());
        let routes = self.profile.operations().filter(|route| route.method == sent.method);
        let meant = routes.filter(|route| member::is_meant(route, sent));
        let found = meant.filter_map(|route| Some((literals(route), route, ids(route, path)?)));
        // As in servers, a literal segment takes precedence over a parameter, from left to right.
        let (_, route, ids) = found
            .max_by(|one, other| one.0.cmp(&other.0))
            .ok_or_else(|| invalid("no operation has this method and path"))?;
        if sent.route != Some(route) {
            return Err(invalid("its path belongs to another operation"));
        }
        let in_body = self.profile.ids_in_body(route).into_iter();
        let in_body = in_body.filter_map(|name| Some((name.to_owned(), field(sent, name)?)));
        Ok((route, ids.into_iter().chain(in_body).collect()))
    }

    /// Checks that the class may be sent in this phase. Returns whether the plan must allow it.
    fn check_class(&self, route: &Route, class: Class) -> Result<bool, Refusal> {
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

    /// A read may name ids that an answer has shown, that the run made, or that the contract lists.
    fn check_ids_known(&self, route: &Route, ids: &Ids) -> Result<(), Refusal> {
        let made = |id: &str| self.entries.iter().any(|entry| entry.ids.contains_key(id));
        let unknown = ids
            .iter()
            .find(|(name, id)| !self.seen.contains(id) && !made(id) && !is_listed(route, name, id));
        unknown.map_or(Ok(()), |(_, id)| Err(Refusal::Unknown(route.id.clone(), id.clone())))
    }

    /// A write may name only ids that this run has made.
    fn check_ids_own(&self, operation: &str, ids: &Ids) -> Result<(), Refusal> {
        let details = self.rules.details(operation);
        let foreign = ids.iter().find(|(name, id)| {
            let create = details.and_then(|details| details.ids.get(name));
            create.is_none_or(|create| self.entry_of(create, id).is_none())
        });
        foreign.map_or(Ok(()), |(_, id)| Err(Refusal::Foreign(operation.to_owned(), id.clone())))
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

    fn writing(&self, operation: &str, ids: &Ids, body: &Value) -> Result<Effect<'r>, Refusal> {
        if let Some(makes) = self.rules.makes(operation) {
            let name = self.name(operation, makes, body, None)?;
            self.check_room(operation)?;
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

    /// The name in a body. It must have the prefix of the run, so that `sweep` can recognise it,
    /// and be unused.
    fn name(
        &self,
        operation: &str,
        makes: &Makes,
        body: &Value,
        of: Option<&Entry>,
    ) -> Result<String, Refusal> {
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

    fn check_room(&self, operation: &str) -> Result<(), Refusal> {
        let max = self.rules.limits.resources;
        let live = self
            .entries
            .iter()
            .filter(|entry| entry.operation == operation && entry.is_live())
            .count();
        if live < max { Ok(()) } else { Err(Refusal::Enough(operation.to_owned(), max)) }
    }
}

/// Name and value of each parameter of a path.
type Ids = Vec<(String, String)>;

/// Which segments of a path are literals, for the comparison of routes.
fn literals(route: &Route) -> Vec<bool> {
    wire_path(route).split('/').map(|part| !part.starts_with('{')).collect()
}

/// The parameters in `path`; `None` where it is no path of the route, or one that servers may read
/// in different ways.
fn ids(route: &Route, path: &str) -> Option<Ids> {
    let (parts, given): (Vec<_>, Vec<_>) =
        (wire_path(route).split('/').collect(), path.split('/').collect());
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

/// A decoded segment of a path; `None` where it is empty or could be read as several segments.
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

/// The body of a request; an error unless the whole request satisfies the contract.
fn valid(profile: &ApiProfile, route: &Route, sent: &Sent) -> Result<Value, Refusal> {
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
        check_body(profile, route, sent, &mut body),
    ];
    let wrong = checks
        .into_iter()
        .find_map(first_violation)
        .or_else(|| unknown.map(|(name, _)| Violation::new(name, "is no header of the contract")));
    match wrong {
        None => Ok(body),
        Some(Violation { property, message, .. }) => Err(Refusal::Invalid(
            route.id.clone(),
            format!("{property} {message}").trim().to_owned(),
        )),
    }
}

/// Checks the headers of the contract; their names are compared without regard to case.
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

fn check_body(profile: &ApiProfile, route: &Route, sent: &Sent, body: &mut Value) -> Checked {
    let wrong =
        |message| Checked { violations: vec![Violation::new("", message)], ..Checked::default() };
    match &route.body {
        None if sent.body.is_empty() => Checked::default(),
        None => wrong("has a body, and none is expected"),
        Some(expected) if sent.body.is_empty() && !expected.required => Checked::default(),
        Some(expected) if expected.is_json() && !body.is_null() => {
            profile.check_body(expected, body)
        }
        Some(_) => wrong("has a body that cannot be looked at"),
    }
}

/// The first violation; a property that the contract does not know counts as one.
fn first_violation(checked: Checked) -> Option<Violation> {
    let unknown =
        checked.unknown.into_iter().map(|name| Violation::new(name, "is unknown to the contract"));
    checked.violations.into_iter().chain(unknown).next()
}
