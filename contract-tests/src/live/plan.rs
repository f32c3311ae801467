//! The plan of a live run: every operation that it would send, how often, and what it may cost.

use std::{collections::BTreeMap, fmt};

use openapi::Route;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Permit;
use crate::core::{
    live_rules::{Class, Limits, Rules},
    profile::ApiProfile,
    shell::command_line,
};

/// How many hexadecimal digits of its hash identify a plan.
const HASH_DIGITS: usize = 16;

/// What is done to a resource, in this order, in the course of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// It is made.
    Make,
    /// It is read, and is as it was made or changed.
    Read,
    /// It is found in the list.
    List,
    /// It is changed, its name included.
    Change,
    /// It is removed.
    Remove,
    /// It is read, and is gone.
    Miss,
}

/// One request of a life.
#[derive(Debug, Clone, Serialize)]
pub struct PlanStep {
    /// What is done.
    pub act: Act,
    /// The operation.
    pub operation: String,
    /// Its class.
    pub class: Class,
    /// The body; the name is put into it when it is sent.
    pub body: Option<Map<String, Value>>,
}

/// The life of one resource.
#[derive(Debug, Clone, Serialize)]
pub struct Life {
    /// The operation that begins it.
    pub create: String,
    /// What it costs at worst.
    pub cents: u64,
    /// Its requests.
    pub steps: Vec<PlanStep>,
}

/// Everything that a run would do.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The API.
    pub api: &'static str,
    /// The base URL.
    pub base: String,
    /// The digest of the contract for which the plan was made.
    contract: String,
    /// The lives.
    pub lives: Vec<Life>,
    /// Hard stops.
    pub limits: Limits,
    /// What all of today may cost.
    pub cents_max: u64,
}

/// Why there is no plan.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing can be made by it and removed again.
    #[error("`{0}` makes nothing that can be removed again; these do: {1}")]
    Unknown(String, String),
    /// It costs more than was agreed to.
    #[error("the plan may cost {0}, and --money allows {1}")]
    Money(Euros, Euros),
}

impl Plan {
    /// The plan of a life for each of `creates`; of everything that is free where there are none.
    pub fn new(
        profile: &'static ApiProfile,
        rules: &Rules,
        base: &str,
        creates: &[String],
        cents_max: u64,
    ) -> Result<Plan, PlanError> {
        let all = || rules.creates().map(|(create, _)| create);
        if let Some(unknown) = creates.iter().find(|name| !all().any(|create| create == **name)) {
            return Err(PlanError::Unknown(unknown.clone(), all().collect::<Vec<_>>().join(", ")));
        }
        let wanted = |create: &&str| {
            let free = rules.class(create) == Some(Class::WriteFree);
            if creates.is_empty() { free } else { creates.iter().any(|name| name == create) }
        };
        let lives: Vec<Life> = all().filter(wanted).map(|create| Life::of(rules, create)).collect();
        let cost = lives.iter().map(|life| life.cents).sum();
        if cost > cents_max {
            return Err(PlanError::Money(Euros(cost), Euros(cents_max)));
        }
        let contract = digest(profile.contract.document.as_bytes());
        let limits = rules.limits.clone();
        Ok(Plan { api: profile.name, base: base.to_owned(), contract, lives, limits, cents_max })
    }

    /// The hash that identifies the plan: it changes with contract, host, operations, bodies and
    /// prices.
    pub fn hash(&self) -> String {
        digest(&serde_json::to_vec(self).expect("a plan is JSON"))
    }

    /// The command that plans one of its lives again; nothing is done that was not planned.
    pub fn again(&self, life: &Life) -> String {
        let words = ["contract-tests", "plan", "--target", &self.base, "--create", &life.create];
        let money =
            (life.cents > 0).then(|| ["--money".to_owned(), (self.cents_max / 100).to_string()]);
        command_line(words.into_iter().map(str::to_owned).chain(money.into_iter().flatten()))
    }

    /// How often each operation is sent, with its class.
    pub fn operations(&self) -> BTreeMap<(Class, &str), u32> {
        let mut times = BTreeMap::new();
        for step in self.lives.iter().flat_map(|life| &life.steps) {
            *times.entry((step.class, step.operation.as_str())).or_default() += 1;
        }
        times
    }

    /// What it may cost at worst, in cents.
    pub fn cost(&self) -> u64 {
        self.lives.iter().map(|life| life.cents).sum()
    }

    /// What a guard lets pass by this plan.
    pub fn permit(&self) -> Permit {
        let operations =
            self.operations().into_iter().filter(|((class, _), _)| *class != Class::Read);
        let operations =
            operations.map(|((_, operation), times)| (operation.to_owned(), times)).collect();
        Permit { operations, cents: self.cents_max }
    }
}

impl Life {
    fn of(rules: &Rules, create: &str) -> Life {
        let makes = rules.makes(create).expect("a create makes something");
        let step = |act, operation: &str, body: Option<&Map<String, Value>>| PlanStep {
            act,
            operation: operation.to_owned(),
            class: rules.class(operation).expect("the rules class what they name"),
            body: body.cloned(),
        };
        let mut steps = vec![
            step(Act::Make, create, Some(&makes.body)),
            step(Act::Read, &makes.read, None),
            step(Act::List, &makes.list, None),
        ];
        if let Some(change) = &makes.change {
            steps.push(step(Act::Change, &change.operation, Some(&change.body)));
            steps.push(step(Act::Read, &makes.read, None));
        }
        steps.push(step(Act::Remove, &makes.remove, None));
        steps.push(step(Act::Miss, &makes.read, None));
        let cents = rules.details(create).map_or(0, |details| details.worst_cost_cents);
        Life { create: create.to_owned(), cents, steps }
    }
}

impl PlanStep {
    /// The operation in the contract.
    pub fn route(&self, profile: &'static ApiProfile) -> &'static Route {
        profile.contract.route(&self.operation).expect("the rules name operations of the contract")
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "What would be done to {} ({}):\n", self.base, self.api)?;
        writeln!(f, "  times  class        operation")?;
        for ((class, operation), times) in self.operations() {
            writeln!(f, "  {times:>5}  {class:<11}  {operation}")?;
        }
        let requests: usize = self.lives.iter().map(|life| life.steps.len()).sum();
        write!(
            f,
            "\n{} resources are made and removed again, with {requests} requests, and one more for \
             each list that must show nothing of them in the end; on a live host {} a minute.\n\
             Worst cost: {}.\n",
            self.lives.len(),
            self.limits.requests_per_minute,
            Euros(self.cost())
        )
    }
}

/// An amount, as people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Euros(pub u64);

impl fmt::Display for Euros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EUR {}.{:02}", self.0 / 100, self.0 % 100)
    }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))[..HASH_DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    const BASE: &str = "https://api.example";

    fn plan(creates: &[&str], cents_max: u64) -> Result<Plan, PlanError> {
        let creates: Vec<String> = creates.iter().map(|&create| create.to_owned()).collect();
        Plan::new(&PROFILE, &Rules::of(&PROFILE), BASE, &creates, cents_max)
    }

    #[test]
    fn everything_that_is_free_is_planned_and_nothing_that_costs() {
        let plan = plan(&[], 0).unwrap();
        let creates: Vec<&str> = plan.lives.iter().map(|life| life.create.as_str()).collect();
        let free = ["createCallback", "createFlexMetalTag", "createSlackSetting", "createSshKey"];
        assert_eq!(creates, free);
        assert_eq!(plan.cost(), 0);
        assert!(
            plan.permit()
                .operations
                .keys()
                .all(|id| Rules::of(&PROFILE).class(id) != Some(Class::Read))
        );
    }

    #[test]
    fn what_costs_money_is_planned_within_a_sum_only() {
        let server = ["createFlexMetalServer"];
        assert_eq!(
            plan(&server, 99_999).unwrap_err(),
            PlanError::Money(Euros(100_000), Euros(99_999))
        );
        let plan = plan(&server, 100_000).unwrap();
        assert!(plan.to_string().contains("Worst cost: EUR 1000.00."), "{plan}");
        let again = "contract-tests plan --target https://api.example --create \
            createFlexMetalServer --money 1000";
        assert_eq!(plan.again(&plan.lives[0]), again);
    }

    #[test]
    fn a_hash_stands_for_everything_that_is_planned() {
        let hash = plan(&[], 0).unwrap().hash();
        assert_eq!(hash, plan(&[], 0).unwrap().hash());
        assert_ne!(hash, plan(&["createSshKey"], 0).unwrap().hash());
        assert_ne!(hash, plan(&[], 1).unwrap().hash());
        let elsewhere = Plan { base: "https://other.example".to_owned(), ..plan(&[], 0).unwrap() };
        assert_ne!(hash, elsewhere.hash());
        assert!(plan(&["createTicket"], 0).is_err());
    }
}
