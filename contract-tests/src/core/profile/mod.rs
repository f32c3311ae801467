//! What the harness must know of an API beyond its contract.

pub mod credentials;
pub mod families;
pub mod family;
pub mod flow;
pub mod paging;
pub mod random;
pub mod refusals;
#[cfg(test)]
pub mod sample;

use std::fmt;

use openapi::{Checked, Contract, RequestBody, Route};
use serde_json::Value;

use crate::core::{
    exchange::{Received, Sent},
    profile::{
        credentials::Credentials, family::Family, flow::Flow, paging::Paging, refusals::Refusals,
    },
    request::{member, mutations},
};

/// An API under test.
pub struct ApiProfile {
    /// Its short name, as in `openapi/NAME/`.
    pub name: &'static str,
    /// Its contract.
    pub contract: &'static Contract,
    /// Where the key of a caller travels.
    pub credentials: Credentials,
    /// How a part of a list is asked for; `None` where all of a list is answered always.
    pub paging: Option<Paging>,
    /// How it refuses.
    pub refusals: Refusals,
    /// Whether an operation only reads.
    pub reads: fn(&Route) -> bool,
    /// Where a good answer of an operation holds the resource or the list, as a pointer; empty
    /// where that is the whole body. `-` at its end is the last item of a list.
    pub payload: fn(&Route) -> &'static str,
    /// Operations whose example does not succeed in a fresh world, because it needs other requests
    /// before.
    pub prepared: &'static [&'static str],
    /// Operations whose answers hold the keys of the caller.
    pub shows_keys: &'static [&'static str],
    /// Operations whose path names what every customer may see.
    pub shared: &'static [&'static str],
    /// Its resources.
    pub families: &'static [&'static [Family]],
    /// Where answers show what a parameter of a path stands for, beyond the lists of the families:
    /// the parameter, the operation, and the place in its answer.
    pub shown: &'static [(&'static str, &'static str, &'static str)],
    /// State machines, such as a login.
    pub flows: &'static [Flow],
    /// Names of properties that are masked in outputs although the contract does not mark them as
    /// secret.
    pub private: &'static [&'static str],
    /// The keys of the demo world of the emulator.
    pub demo_keys: DemoKeys,
    /// What the demo world of the emulator has, by the names that fixtures use for it.
    pub demo_names: &'static [(&'static str, &'static str)],
    /// The faults that the harness is measured by, as YAML; see
    /// [`fault::catalogue`](crate::fault::catalogue).
    pub faults: &'static str,
    /// What may be done to the real API, as YAML; see
    /// [`live::Rules`](crate::live::Rules).
    pub live: &'static str,
}

/// The keys of the demo world of an emulator, which are no secrets.
#[derive(Debug, Clone, Copy)]
pub struct DemoKeys {
    /// The key of the customer.
    pub customer: &'static str,
    /// The key of another customer.
    pub other: &'static str,
    /// A key of the customer whose whitelist excludes this machine.
    pub excluded: &'static str,
    /// A key in the form of real ones that nobody has, anywhere.
    pub stranger: &'static str,
}

/// What a pointer ends with that means the last item of a list.
const LAST: &str = "/-";

impl fmt::Debug for ApiProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl ApiProfile {
    /// Its operations, in the order of the contract.
    pub fn operations(&self) -> impl Iterator<Item = &'static Route> + use<> {
        self.contract.routes.iter()
    }

    /// Whether an answer is a success.
    pub fn is_success(&self, received: &Received) -> bool {
        !(self.refusals.is_refusal)(received)
    }

    /// Whether a refusal names the property at fault. Where a member of the body chooses the
    /// operation, a body of another type lacks that; where one value stands for a list, it is the
    /// first item.
    pub fn refusal_names(&self, route: &Route, received: &Received, property: &str) -> bool {
        let names = |property: &str| self.refusals.names(received, property);
        let coerces = route.body.as_ref().is_some_and(RequestBody::coerces);
        match &self.contract.action {
            Some(action) if property.is_empty() => names(action),
            _ => names(property) || coerces && names(&format!("{property}[0]")),
        }
    }

    /// What a good answer of an operation holds: the resource, or the list; `null` where it holds
    /// none.
    pub fn payload<'a>(&self, route: &Route, body: &'a Value) -> &'a Value {
        let at = (self.payload)(route);
        let found = match at.strip_suffix(LAST) {
            Some(list) => body.pointer(list).and_then(|list| list.as_array()?.last()),
            None => body.pointer(at),
        };
        found.unwrap_or(&Value::Null)
    }

    /// The same, to be changed.
    pub fn payload_mut<'a>(&self, route: &Route, body: &'a mut Value) -> Option<&'a mut Value> {
        let at = (self.payload)(route);
        match at.strip_suffix(LAST) {
            Some(list) => body.pointer_mut(list)?.as_array_mut()?.last_mut(),
            None => body.pointer_mut(at),
        }
    }

    /// The members of a body that name what a request is about, as parameters of a path do. What is
    /// made has a new name, and one that clients choose, such as `name`, says something else in the
    /// operations of other families.
    pub fn ids_in_body(&self, route: &Route) -> Vec<&'static str> {
        let others = self.families.iter().copied().flatten().filter(|it| {
            it.create != route.id && (it.unique != it.parameter || it.role(&route.id).is_some())
        });
        let of_families = others.map(|family| family.parameter);
        let shown = self.shown.iter().map(|(parameter, ..)| *parameter);
        let in_body =
            |name: &&str| member::schema(route, name).is_some() && member::is_required(route, name);
        let mut names: Vec<&str> = of_families.chain(shown).filter(in_body).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Checks a body to which the transport will add the credentials.
    pub fn check_body(&self, expected: &RequestBody, body: &mut Value) -> Checked {
        let names = self.credentials.members();
        if let Some(members) = body.as_object_mut() {
            for name in &names {
                let schema = expected.definition()["properties"].get(name);
                let value = schema.and_then(|schema| mutations::sample(expected, schema, 0));
                members.extend(value.map(|value| ((*name).to_owned(), value)));
            }
        }
        let mut checked = expected.check(body);
        if let Some(members) = body.as_object_mut() {
            members.retain(|name, _| !names.contains(&name.as_str()));
        }
        checked.violations.retain(|it| !names.contains(&it.property.as_str()));
        checked
    }

    /// Whether a request changes nothing, by what the operation does that it names.
    pub fn only_reads(&self, sent: &Sent) -> bool {
        let by_method = sent.method.is_safe();
        by_method || sent.route.is_some_and(|it| it.method == sent.method && (self.reads)(it))
    }

    /// The words for a part of the list of an operation; `None` where it has no parts.
    pub fn range(&self, route: &Route, start: u32, rows: u32) -> Option<String> {
        let paging = self.paging.filter(|paging| paging.pages(route))?;
        Some((paging.range)(start, rows))
    }

    /// Whether an operation can be asked for a part of its list.
    pub fn is_paged(&self, route: &Route) -> bool {
        self.paging.is_some_and(|paging| paging.pages(route))
    }

    /// Whether the example of an operation needs other requests before it succeeds.
    pub fn is_prepared(&self, operation: &str) -> bool {
        self.prepared.contains(&operation)
    }
}
