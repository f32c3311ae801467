//! `fault`: a target with something wrong in it, for clients that should notice.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use clap::Args;

use super::{TargetArguments, replay::SEED};
use crate::{
    core::{profile::ApiProfile, run::Verdict},
    fault::{Fault, Faulty, InTime, catalogue},
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

/// A fault of the catalogue, or one that is spelled out.
fn read(profile: &ApiProfile, text: &str) -> Result<Fault, String> {
    if !text.trim_start().starts_with('{') {
        let faults = catalogue(profile).into_values().flat_map(|family| family.faults);
        let named = faults.into_iter().find(|fault| fault.name == text);
        return named
            .ok_or_else(|| "no fault has this name; `contract-tests fault` lists them".to_owned());
    }
    let fault: Fault = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    match profile.contract.route(&fault.operation) {
        Some(_) => Ok(fault),
        None => Err(format!("the contract has no operation {}", fault.operation)),
    }
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let profile = arguments.target.api();
    let Some(fault) = &arguments.fault else {
        print!("{}", catalogue_text(profile));
        return Ok(Verdict::Holds);
    };
    let fault = match read(profile, fault) {
        Ok(fault) => fault,
        Err(error) => {
            eprintln!("{error}");
            return Ok(Verdict::Usage);
        }
    };
    if arguments.target.is_live() {
        eprintln!("a fault is put before an emulator only, never before a live API");
        return Ok(Verdict::Usage);
    }
    let target = arguments.target.open(profile, SEED).await?;
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
        text += &format!("{name}\n");
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
    use crate::profiles::first;

    #[test]
    fn a_fault_is_named_or_spelled_out() {
        assert!(read(first(), "nothing").unwrap_err().contains("lists them"));
        assert_eq!(read(first(), "ssh-delete-noop").unwrap().operation, "deleteSshKey");
        let own = "{operation: getTickets, kind: {set: {at: /*/title, value: null}}}";
        assert_eq!(read(first(), own).unwrap().operation, "getTickets");
        assert!(
            read(first(), "{operation: nothing, kind: reverse}").unwrap_err().contains("nothing")
        );
        assert!(read(first(), "{operation: getTickets, kind: odd}").is_err());
        let all = catalogue_text(first());
        assert!(all.lines().any(|line| line.trim_start().starts_with("ssh-delete-noop ")), "{all}");
    }
}
