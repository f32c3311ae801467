//! What may be done to a live API, as data: a class for every operation, and hard limits.

use std::collections::BTreeMap;

use openapi::{Location, Route};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::core::profile::ApiProfile;

/// What an operation does to a live API. An operation of no class is never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It changes nothing and shows no secret.
    Read,
    /// It changes nothing, but shows secrets.
    ReadSecret,
    /// It costs nothing, tells nobody, and can be undone completely.
    WriteFree,
    /// It uses up a quota, or leaves something that cannot be told from what a person made.
    WriteQuota,
    /// It costs money.
    Billable,
    /// It cannot be undone, or concerns what others rely on.
    Irreversible,
    /// It notifies people.
    Outbound,
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Class::Read => "read",
            Class::ReadSecret => "read-secret",
            Class::WriteFree => "write-free",
            Class::WriteQuota => "write-quota",
            Class::Billable => "billable",
            Class::Irreversible => "irreversible",
            Class::Outbound => "outbound",
        })
    }
}

/// What is known of an operation beside its class.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// Why it is in its class.
    pub why: String,
    /// What it makes.
    pub makes: Option<Makes>,
    /// What it costs at worst.
    pub worst_cost_cents: u64,
    /// For each parameter of the path, the operation that makes what it names.
    pub ids: BTreeMap<String, String>,
}

/// How a resource that an operation makes is found, read, changed and removed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Makes {
    /// The member that carries its name.
    pub name: String,
    /// The member that identifies it.
    pub id: String,
    /// The operation that lists all of its kind.
    pub list: String,
    /// The operation that reads one.
    pub read: String,
    /// The operation that removes one.
    pub remove: String,
    /// The operation that changes one, if there is any.
    pub change: Option<Change>,
    /// A body that does no harm; the name is put into it.
    #[serde(default)]
    pub body: Map<String, Value>,
    /// The values of members that mean that it is removed, although it can still be read.
    #[serde(default)]
    pub gone: BTreeMap<String, Vec<Value>>,
    /// The values of members that mean that its removal is under way.
    #[serde(default)]
    pub going: BTreeMap<String, Vec<Value>>,
}

/// A harmless change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The operation.
    pub operation: String,
    /// Its body; a new name is put into it.
    #[serde(default)]
    pub body: Map<String, Value>,
}

impl Makes {
    /// Whether `resource` is removed, although it can still be read.
    pub fn is_gone(&self, resource: &Value) -> bool {
        has_any(resource, &self.gone)
    }

    /// Whether its removal is under way.
    pub fn is_going(&self, resource: &Value) -> bool {
        has_any(resource, &self.going)
    }
}

/// Whether the contract lists this value for a parameter of the path, so that a read may name it
/// although no answer has shown it.
pub fn is_listed(route: &Route, parameter: &str, value: &str) -> bool {
    let parameter = route.parameter(Location::Path, parameter);
    let values = parameter.and_then(|it| it.definition["enum"].as_array());
    values.is_some_and(|values| values.iter().any(|it| it == value))
}

fn has_any(resource: &Value, members: &BTreeMap<String, Vec<Value>>) -> bool {
    members.iter().any(|(member, values)| values.contains(&resource[member]))
}

/// Hard limits. Only the checked-in file can raise them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests in a day.
    pub requests: u32,
    /// Requests of one operation in a day.
    pub requests_per_operation: u32,
    /// Requests in a minute; 0 for no limit, as with an emulator.
    pub requests_per_minute: u32,
    /// Resources of each kind at once.
    pub resources: usize,
    /// How long a run may last.
    pub minutes: u64,
    /// How long a request that was not answered may take to arrive.
    pub arrival_seconds: u64,
}

impl Limits {
    /// The limits of a rehearsal against an emulator, which is in no danger of too many requests.
    #[must_use]
    pub fn of_a_rehearsal(&self) -> Limits {
        Limits {
            requests: u32::MAX,
            requests_per_operation: u32::MAX,
            requests_per_minute: 0,
            arrival_seconds: 0,
            ..self.clone()
        }
    }
}

/// What may be done to the live API of a profile.
#[derive(Debug, Clone, Deserialize)]
pub struct Rules {
    /// The only hosts that are ever taken for a live API.
    pub hosts: Vec<String>,
    /// Hard stops.
    pub limits: Limits,
    #[serde(flatten)]
    classes: BTreeMap<Class, BTreeMap<String, Option<Details>>>,
}

impl Rules {
    /// The rules of an API; panics on malformed ones, because they ship with the program.
    pub fn of(profile: &ApiProfile) -> Rules {
        let rules = Rules::read(profile.live);
        rules.unwrap_or_else(|error| {
            panic!("the rules for a live {} are well-formed: {error}", profile.name)
        })
    }

    /// The rules in a text.
    pub fn read(text: &str) -> Result<Rules, String> {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    /// Every operation that has a class.
    pub fn operations(&self) -> impl Iterator<Item = (&str, Class)> {
        let all = self.classes.iter();
        all.flat_map(|(class, operations)| operations.keys().map(move |id| (id.as_str(), *class)))
    }

    /// The class of an operation; `None` where it has none.
    pub fn class(&self, operation: &str) -> Option<Class> {
        self.classes
            .iter()
            .find(|(_, operations)| operations.contains_key(operation))
            .map(|(class, _)| *class)
    }

    /// What is known of an operation beside its class.
    pub fn details(&self, operation: &str) -> Option<&Details> {
        self.classes.values().find_map(|operations| operations.get(operation)?.as_ref())
    }

    /// What an operation makes, where it makes something that can be removed again.
    pub fn makes(&self, operation: &str) -> Option<&Makes> {
        self.details(operation)?.makes.as_ref()
    }

    /// Every operation that makes something that can be removed again.
    pub fn creates(&self) -> impl Iterator<Item = (&str, &Makes)> {
        self.operations().filter_map(|(id, _)| Some((id, self.makes(id)?)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use http::Method;

    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    #[test]
    fn every_operation_of_the_contract_has_one_class() {
        let rules = Rules::of(&PROFILE);
        let listed: Vec<&str> = rules.operations().map(|(id, _)| id).collect();
        let once: BTreeSet<&str> = listed.iter().copied().collect();
        let of_contract: BTreeSet<&str> =
            PROFILE.contract.routes.iter().map(|route| route.id.as_str()).collect();
        assert_eq!(listed.len(), once.len(), "an operation stands in two classes");
        let missing: Vec<_> = of_contract.difference(&once).collect();
        assert!(
            missing.is_empty(),
            "give each a class in contract-tests/src/profiles/i3d_v3/live.yaml: below `read:` if \
             it changes nothing and shows no secret, below `read-secret:` if it changes nothing \
             but shows secrets, when in doubt below `irreversible:` with `{{why: ...}}`: \
             {missing:?}"
        );
        let unknown: Vec<_> = once.difference(&of_contract).collect();
        assert!(unknown.is_empty(), "not in the contract, take out of live.yaml: {unknown:?}");
    }

    #[test]
    fn what_is_never_sent_says_why() {
        let rules = Rules::of(&PROFILE);
        let harmless = [Class::Read, Class::WriteFree, Class::Billable];
        for (id, class) in rules.operations().filter(|(_, class)| !harmless.contains(class)) {
            assert!(
                rules.details(id).is_some_and(|it| !it.why.is_empty()),
                "{id} is {class}, but why?"
            );
        }
    }

    #[test]
    fn what_only_reads_is_a_get_and_shows_nothing_that_the_contract_calls_secret() {
        let document: Value =
            serde_json::from_str(PROFILE.contract.document).expect("the contract is JSON");
        for (id, class) in Rules::of(&PROFILE).operations() {
            let route = PROFILE.contract.route(id).expect("the operation exists");
            let operation =
                &document["paths"][&route.document_path][route.method.as_str().to_lowercase()];
            let shows_secrets = holds_secret(&document, &operation["responses"]);
            match class {
                Class::Read => assert!(route.method == Method::GET && !shows_secrets, "{id}"),
                Class::ReadSecret => assert_eq!(route.method, Method::GET, "{id}"),
                _ => {}
            }
        }
    }

    /// Whether a part of the contract leads to a property with `format: password`.
    fn holds_secret(document: &Value, part: &Value) -> bool {
        match part {
            Value::Object(members) => members.iter().any(|(name, value)| match name.as_str() {
                "format" => value == "password",
                "$ref" => {
                    let pointer =
                        value.as_str().expect("a reference is text").trim_start_matches('#');
                    holds_secret(
                        document,
                        document.pointer(pointer).expect("a reference leads somewhere"),
                    )
                }
                _ => holds_secret(document, value),
            }),
            Value::Array(items) => items.iter().any(|item| holds_secret(document, item)),
            _ => false,
        }
    }

    #[test]
    fn whatever_is_made_can_be_listed_read_and_removed() {
        let rules = Rules::of(&PROFILE);
        let id_of = |operation: &str| {
            let route = PROFILE
                .contract
                .route(operation)
                .unwrap_or_else(|| panic!("no operation {operation}"));
            let mut names = route.parameters.iter().filter(|it| it.location == Location::Path);
            (names.next().map(|it| it.name.clone()), names.next().is_none())
        };
        for (create, makes) in rules.creates() {
            assert_eq!(id_of(create), (None, true), "{create} has no parent");
            assert_eq!(id_of(&makes.list), (None, true), "{} lists all", makes.list);
            let changes = makes.change.iter().map(|change| change.operation.as_str());
            for operation in [makes.remove.as_str()].into_iter().chain(changes) {
                assert_eq!(rules.class(operation), Some(Class::WriteFree), "{operation}");
                let (parameter, alone) = id_of(operation);
                let ids = &rules.details(operation).expect("it says whose id it takes").ids;
                assert_eq!(
                    ids.get(&parameter.expect("it takes an id")).map(String::as_str),
                    Some(create)
                );
                assert!(alone, "{operation} takes one id");
            }
            assert!(matches!(id_of(&makes.read), (Some(_), true)), "{} reads one", makes.read);
        }
    }

    #[test]
    fn what_costs_money_says_how_much_and_what_is_free_makes_or_names_its_own() {
        let rules = Rules::of(&PROFILE);
        for (id, class) in rules.operations() {
            let details = rules.details(id).cloned().unwrap_or_default();
            assert_eq!(class == Class::Billable, details.worst_cost_cents > 0, "the price of {id}");
            if class == Class::WriteFree {
                assert!(
                    details.makes.is_some() == details.ids.is_empty(),
                    "{id} makes or takes an id"
                );
            }
        }
    }
}
