//! Customers that are made on request: by a world file, or by the control API.

use std::sync::Arc;

use serde_json::Value;

use super::{
    fault::{Fault, text},
    node::{Kind, Node},
    put::{complete, put},
    read::Objects,
    resource::Resources,
};
use crate::engine::{api::Provider, context::Context, problem::Result};

/// The member of a customer that has objects, as below an account of a world file.
const DATA: &str = "data";
/// The members that choose a provider.
const PROVIDER: &str = "provider";
const API: &str = "api";

/// What a request calls itself in messages.
const REQUEST: &str = "the request";

/// Makes the customer that a text wants, in YAML or JSON, of the provider that it names. Answers
/// what the customer needs to call the APIs.
pub(in crate::engine) fn add(
    cx: &Context,
    providers: &[Arc<dyn Provider>],
    wanted: &str,
) -> Result<Value> {
    let added = || -> Result<Value, Fault> {
        let mut wanted = Node::read(wanted)?;
        let provider = provider(providers, &mut wanted)?;
        let nobodys = || wanted.fault(format!("{} has no customers to add", provider.name()));
        let added =
            add_with_data(cx, provider, provider.resources().ok_or_else(nobodys)?, &wanted)?;
        complete(cx, provider)?;
        Ok(added)
    };
    added().map_err(|fault| fault.refusal(REQUEST))
}

/// The provider that is named, or whose API is; takes the name.
fn provider<'a>(
    providers: &'a [Arc<dyn Provider>],
    wanted: &mut Node,
) -> Result<&'a dyn Provider, Fault> {
    let line = wanted.line;
    let Kind::Map(members) = &mut wanted.kind else {
        return Err(wanted.fault("a customer has members: names with values"));
    };
    let names = |it: &dyn Provider| {
        let apis = it.apis().into_iter().map(|api| api.name().to_owned());
        std::iter::once(it.name().to_owned()).chain(apis).collect::<Vec<_>>()
    };
    let at = members.iter().position(|(name, _)| [PROVIDER, API].contains(&name.text.as_str()));
    let named = at.map(|at| members.remove(at).1.value());
    let found = providers.iter().find(|it| {
        named.as_ref().is_some_and(|named| names(&***it).iter().any(|name| named == name.as_str()))
    });
    found.map(|it| &**it).ok_or_else(|| {
        let names: Vec<String> = providers.iter().flat_map(|it| names(&**it)).collect();
        let message = format!("`{PROVIDER}` or `{API}` must be one of {}", names.join(", "));
        Fault { line, message }
    })
}

/// Makes a customer with their objects.
pub(super) fn add_with_data(
    cx: &Context,
    provider: &dyn Provider,
    resources: &'static Resources,
    wanted: &Node,
) -> Result<Value, Fault> {
    let mut wanted = wanted.clone();
    let data = match &mut wanted.kind {
        Kind::Map(members) => {
            let at = members.iter().position(|(name, _)| name.text == DATA);
            at.map(|at| members.remove(at).1)
        }
        _ => None,
    };
    let added = provider.add_customer(cx, &wanted.value());
    let added = added.map_err(|problem| {
        let property = problem.errors.first().map_or("", |it| it.property.as_str());
        Fault { line: wanted.line_of(property), message: format!("customer: {}", text(&problem)) }
    })?;
    let account = added["account"].as_i64();
    let account = account.ok_or_else(|| wanted.fault("the provider names no account"))?;
    if let Some(data) = data {
        let (mut objects, mut faults) = (Objects::new(cx.db, resources), Vec::new());
        objects.read(account, &data, &mut faults);
        // One at a time: the customer is undone with the first one.
        faults.into_iter().next().map_or(Ok(()), Err)?;
        put(cx, resources, &objects.rows)?;
    }
    Ok(added)
}
