//! What exchanges reach of a contract: statuses, parameters, and properties of good answers.

use std::collections::{BTreeMap, BTreeSet};

use openapi::{Location, Parameter, json_pointer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::{
    exchange::{Exchange, Sent},
    profile::ApiProfile,
};

/// What was reached, by operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reached(BTreeMap<String, Touched>);

/// What was reached of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// How often it was answered with a status.
    pub statuses: BTreeMap<u16, u64>,
    /// How many of the answers with a status of success were refusals.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refused: u64,
    /// The parameters of requests that succeeded, as in `{uuid}`, `?page` or the name of a header.
    pub parameters: BTreeSet<String>,
    /// The properties that good answers had, as pointers in which `*` stands for every item of a
    /// list.
    pub properties: BTreeSet<String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Touched {
    /// How often it succeeded.
    pub fn successes(&self) -> u64 {
        let good = self.statuses.range(200..300).map(|(_, times)| times).sum::<u64>();
        good.saturating_sub(self.refused)
    }
}

impl Reached {
    /// Counts an exchange; one without an operation is ignored.
    pub fn count(&mut self, profile: &ApiProfile, exchange: &Exchange) {
        let Exchange { sent, received } = exchange;
        let Some(route) = sent.route else { return };
        if !self.0.contains_key(&route.id) {
            self.0.insert(route.id.clone(), Touched::default());
        }
        let touched = self.0.get_mut(&route.id).expect("it was just put there");
        *touched.statuses.entry(received.status).or_default() += 1;
        if !profile.is_success(received) {
            touched.refused += u64::from(received.is_2xx());
            return;
        }
        let unsent = |it: &&Parameter| !touched.parameters.contains(&label(it));
        let parameters =
            route.parameters.iter().filter(unsent).filter(|it| carries(sent, it)).map(label);
        touched.parameters.extend(parameters.collect::<Vec<_>>());
        // Only what was not seen before is looked for, so that a long run does not pay for it.
        let promised =
            route.response(received.status).map(|it| it.properties()).into_iter().flatten();
        let unseen: Vec<&String> =
            promised.filter(|it| !touched.properties.contains(*it)).collect();
        if !unseen.is_empty() {
            let body = received.json();
            touched.properties.extend(unseen.into_iter().filter(|at| has(&body, at)).cloned());
        }
    }

    /// What was reached of an operation.
    pub fn of(&self, operation: &str) -> Option<&Touched> {
        self.0.get(operation)
    }

    /// What was reached of each operation that was called.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &Touched)> {
        self.0.iter().map(|(id, touched)| (id.as_str(), touched))
    }

    /// Adds what another run reached.
    pub fn add(&mut self, other: Reached) {
        for (operation, more) in other.0 {
            let touched = self.0.entry(operation).or_default();
            for (status, times) in more.statuses {
                *touched.statuses.entry(status).or_default() += times;
            }
            touched.refused += more.refused;
            touched.parameters.extend(more.parameters);
            touched.properties.extend(more.properties);
        }
    }
}

/// The name of a parameter in reports.
pub fn label(parameter: &Parameter) -> String {
    match parameter.location {
        Location::Path => format!("{{{}}}", parameter.name),
        Location::Query => format!("?{}", parameter.name),
        Location::Header => parameter.name.clone(),
    }
}

fn carries(sent: &Sent, parameter: &Parameter) -> bool {
    let query = || sent.target.split_once('?').map_or("", |(_, query)| query);
    match parameter.location {
        Location::Path => true,
        Location::Query => {
            form_urlencoded::parse(query().as_bytes()).any(|(name, _)| name == parameter.name)
        }
        Location::Header => {
            sent.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))
        }
    }
}

/// Whether a value has the property at a pointer, in any item where the pointer has a `*`.
fn has(value: &Value, at: &str) -> bool {
    let Some((name, rest)) = json_pointer::split_first(at) else { return true };
    match value {
        Value::Array(items) => name == "*" && items.iter().any(|item| has(item, rest)),
        Value::Object(members) => members.get(&name).is_some_and(|member| has(member, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::{
        core::{
            exchange::{Caller, Received},
            request::Request,
        },
        profiles::i3d_v3::PROFILE,
    };

    fn exchange(status: u16, body: &Value) -> Exchange {
        let route = PROFILE.contract.route("getSshKey").expect("the contract has the operation");
        let sent =
            Request::example(&PROFILE, route).expect("it has an example").sent(Caller::Customer);
        let body = body.to_string().into_bytes();
        let received = Received { status, headers: HeaderMap::new(), body, took: Duration::ZERO };
        Exchange { sent, received }
    }

    #[test]
    fn refusals_count_for_their_status_and_good_answers_for_what_they_hold() {
        let mut reached = Reached::default();
        reached.count(&PROFILE, &exchange(404, &json!({ "uuid": "of no good answer" })));
        reached.count(
            &PROFILE,
            &exchange(200, &json!([{ "uuid": "a", "unknown": 1 }, { "name": "b" }])),
        );
        let touched = reached.of("getSshKey").expect("it was called");
        assert_eq!(touched.statuses, BTreeMap::from([(200, 1), (404, 1)]));
        assert_eq!(touched.parameters, BTreeSet::from(["{uuid}".to_owned()]));
        assert_eq!(
            touched.properties,
            BTreeSet::from(["/*/name".to_owned(), "/*/uuid".to_owned()])
        );
        let mut twice = reached.clone();
        twice.add(reached);
        assert_eq!(twice.of("getSshKey").map(|it| it.statuses[&200]), Some(2));
    }
}
