//! `fault`: a target with something wrong in it, for clients that should notice.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use clap::Args;

use super::TargetArguments;
use crate::{
    core::{profile::ApiProfile, run::Verdict},
    fault::{Fault, Faulty, InTime, catalogue},
    profiles,
    record::{Bounds, Proxy},
};

/// Serve a target with one fault in it: to see that a client notices, or this harness.
///
/// Without a fault, says which there are.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The name of a fault of the catalogue, or one of your own as YAML.
    #[arg(value_name = "FAULT")]
    fault: Option<String>,
    /// Listen here.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    #[command(flatten)]
    target: TargetArguments,
}

const EXAMPLES: &str = "\
Examples:
  contract-tests fault                            the faults by family
  contract-tests fault tag-list-shifted             tags whose pages leave gaps, at \
      http://127.0.0.1:8090
  contract-tests fault '{operation: getTickets, kind: {set: {at: /*/title, value: null}}}'
  contract-tests explore --target http://127.0.0.1:8090    finds it

Kinds of faults of your own: contract-tests/src/fault/kind.rs, in kebab-case.";

/// A fault of a catalogue, or one that is spelled out, and the first of these APIs that has it.
fn read(apis: &[&'static ApiProfile], text: &str) -> Result<(&'static ApiProfile, Fault), String> {
    if !text.trim_start().starts_with('{') {
        let named = apis.iter().find_map(|api| {
            let mut faults = catalogue(api).into_values().flat_map(|family| family.faults);
            faults.find(|fault| fault.name == text).map(|fault| (*api, fault))
        });
        return named
            .ok_or_else(|| "no fault has this name; `contract-tests fault` lists them".to_owned());
    }
    let fault: Fault = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    match apis.iter().find(|api| api.contract.route(&fault.operation).is_some()) {
        Some(api) => Ok((*api, fault)),
        None => Err(format!("no contract has an operation {}", fault.operation)),
    }
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let named = arguments.target.named_apis();
    let apis = if named.is_empty() { profiles::all().to_vec() } else { named };
    let Some(fault) = &arguments.fault else {
        apis.iter().for_each(|api| print!("{}", catalogue_text(api)));
        return Ok(Verdict::Holds);
    };
    let (profile, fault) = match read(&apis, fault) {
        Ok(found) => found,
        Err(error) => {
            eprintln!("{error}");
            return Ok(Verdict::Usage);
        }
    };
    if arguments.target.is_live() {
        eprintln!("a fault is put before an emulator only, never before a live API");
        return Ok(Verdict::Usage);
    }
    let target = arguments.target.open_for_client(profile).await?;
    let operation = fault.operation.clone();
    let faulty = target.behind(|inner| Arc::new(Faulty::new(inner, target.profile, fault)));
    let faulty = faulty.behind(|inner| Arc::new(InTime(inner)));
    let proxy =
        Proxy::start(faulty, arguments.listen, Bounds::NOTHING).await.with_context(|| {
            format!(
                "nobody can listen on {}; choose another address with --listen",
                arguments.listen
            )
        })?;
    println!("listening on http://{}, with a fault in {operation}; Ctrl-C stops it", proxy.address);
    tokio::signal::ctrl_c().await?;
    proxy.stop().await;
    Ok(Verdict::Holds)
}

/// The catalogue as text, by family.
fn catalogue_text(profile: &ApiProfile) -> String {
    let mut text = String::new();
    for (name, family) in catalogue(profile) {
        text += &format!("{}: {name}\n", profile.name);
        for fault in family.faults {
            let kind = format!("{:?}", fault.kind);
            text += &format!("  {:<34}{:<34}{kind}\n", fault.name, fault.operation);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::{all, first};

    #[test]
    fn a_fault_is_named_or_spelled_out() {
        let found = |text| read(&all(), text).map(|(_, fault)| fault.operation);
        assert!(found("nothing").unwrap_err().contains("lists them"));
        assert_eq!(found("ssh-delete-noop").unwrap(), "deleteSshKey");
        let own = "{operation: getTickets, kind: {set: {at: /*/title, value: null}}}";
        assert_eq!(found(own).unwrap(), "getTickets");
        assert!(found("{operation: nothing, kind: reverse}").unwrap_err().contains("nothing"));
        assert!(found("{operation: getTickets, kind: odd}").is_err());
        let all = catalogue_text(first());
        assert!(all.lines().any(|line| line.trim_start().starts_with("ssh-delete-noop ")), "{all}");
    }

    #[test]
    fn a_fault_is_found_in_whichever_api_has_it() {
        for api in all() {
            let fault = catalogue(api).into_values().flat_map(|family| family.faults).next();
            let fault = fault.expect("every API has a catalogue");
            let own = format!("{{operation: {}, kind: reverse}}", fault.operation);
            assert_eq!(read(&all(), &fault.name).unwrap().0.name, api.name);
            assert!(read(&[api], &own).is_ok() && read(&all(), &own).is_ok());
        }
    }
}
