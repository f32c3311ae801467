//! `plan`: what a live run would write.

use clap::Args;

use super::target::TargetArguments;
use crate::{
    core::{live_rules::Rules, run::Verdict},
    live::Plan,
};

/// Say what `apply` would write, and what it may cost; nothing is sent.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    wanted: WantedArguments,
}

/// What is to be planned.
#[derive(Debug, Args)]
pub(super) struct WantedArguments {
    /// An operation that makes something, as in createSshKey; may be repeated. Without it, all that
    /// cost nothing.
    #[arg(long = "create", value_name = "OPERATION")]
    creates: Vec<String>,
    /// What all live runs of today may cost at worst, in whole euros.
    #[arg(long, value_name = "EUROS", default_value_t = 0)]
    money: u32,
}

impl WantedArguments {
    /// The plan for a target.
    pub(super) fn plan(&self, target: &TargetArguments) -> anyhow::Result<Plan> {
        let profile = target.api();
        let cents = 100 * u64::from(self.money);
        Ok(Plan::new(profile, &Rules::of(profile), target.base(), &self.creates, cents)?)
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let plan = arguments.wanted.plan(&arguments.target)?;
    println!(
        "{plan}\nNothing was sent. To do exactly this, say the same with `apply` and --plan {}",
        plan.hash()
    );
    Ok(Verdict::Holds)
}
