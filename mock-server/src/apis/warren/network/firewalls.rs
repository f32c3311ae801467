//! Firewalls, and the machines that have them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    firewall_rules::{self, FirewallRule, NewFirewallRule},
    members::{self, MemberKind},
};
use crate::{
    apis::warren::{
        billing::payer,
        platform::{located::Located, time::Time},
    },
    engine::{
        Body, Context, Object, Operation, Params, Problem, Result, RowType, Rows, read, write,
    },
};

pub(super) fn operations() -> [Operation; 6] {
    [
        read("listFirewalls", list),
        write("createFirewall", create),
        write("updateFirewall", update),
        write("deleteFirewall", delete),
        write("assignFirewall", assign),
        write("unassignFirewall", unassign),
    ]
}

const FIREWALLS: Located<Firewall> =
    Located::new("warren_firewall", |_| Problem::not_found().because("Firewall not found"))
        .paid_by("body ->> 'billing_account_id'");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[FIREWALLS.row_type()];

#[derive(Serialize, Deserialize)]
struct Firewall {
    uuid: Uuid,
    created_at: Time,
    deleted_at: Option<Time>,
    display_name: String,
    /// The same; one sample calls it so.
    name: String,
    user_id: i64,
    billing_account_id: i64,
    rules: Vec<FirewallRule>,
    resources_assigned: Vec<Assignment>,
}

/// What has a firewall.
#[derive(Serialize, Deserialize, Clone)]
struct Assignment {
    resource_type: String,
    resource_uuid: String,
}

#[derive(Deserialize)]
struct NewFirewall {
    display_name: String,
    billing_account_id: Option<i64>,
    #[serde(default)]
    rules: Vec<NewFirewallRule>,
}

#[derive(Deserialize)]
struct Changes {
    display_name: Option<String>,
    name: Option<String>,
    rules: Option<Vec<NewFirewallRule>>,
}

#[derive(Deserialize)]
struct ByUuid {
    firewall_uuid: String,
}

#[derive(Deserialize)]
struct ByUuidAndMachine {
    firewall_uuid: String,
    vm_uuid: String,
}

fn list(cx: &Context) -> Result<Rows> {
    FIREWALLS.list(cx)
}

fn create(cx: &Context, Body(new): Body<NewFirewall>) -> Result<Object<Firewall>> {
    let firewall = Firewall {
        uuid: cx.new_uuid()?,
        created_at: Time(cx.now),
        deleted_at: None,
        name: new.display_name.clone(),
        display_name: new.display_name,
        user_id: cx.account()?,
        billing_account_id: payer::payer(cx, new.billing_account_id)?,
        rules: firewall_rules::of_request(cx, new.rules, &[])?,
        resources_assigned: Vec::new(),
    };
    FIREWALLS.insert(cx, &firewall)?;
    Ok(Object(firewall))
}

/// The rules are replaced as a whole, and stay where none are sent.
fn update(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<Changes>,
) -> Result<Object<Firewall>> {
    let firewall = FIREWALLS.change(cx, &by.firewall_uuid, |firewall| {
        if let Some(name) = new.display_name.or(new.name) {
            firewall.name.clone_from(&name);
            firewall.display_name = name;
        }
        if let Some(rules) = new.rules {
            firewall.rules = firewall_rules::of_request(cx, rules, &firewall.rules)?;
        }
        Ok(())
    });
    firewall.map(Object)
}

fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<()> {
    FIREWALLS.remove(cx, &by.firewall_uuid)
}

/// Answers everything that has the firewall now.
fn assign(cx: &Context, Params(by): Params<ByUuidAndMachine>) -> Result<Vec<Assignment>> {
    let firewall = FIREWALLS.change(cx, &by.firewall_uuid, |firewall| {
        members::require(cx, MemberKind::Machine.name(), &by.vm_uuid)?;
        let assigned = &mut firewall.resources_assigned;
        if assigned.iter().all(|it| it.resource_uuid != by.vm_uuid) {
            let resource_type = "vm".to_owned();
            assigned.push(Assignment { resource_type, resource_uuid: by.vm_uuid });
        }
        Ok(())
    });
    Ok(firewall?.resources_assigned)
}

fn unassign(cx: &Context, Params(by): Params<ByUuidAndMachine>) -> Result<()> {
    let changed = FIREWALLS.change(cx, &by.firewall_uuid, |firewall| {
        members::require(cx, MemberKind::Machine.name(), &by.vm_uuid)?;
        firewall.unassign(&by.vm_uuid);
        Ok(())
    });
    changed.map(drop)
}

/// Takes a machine that is gone out of all firewalls.
pub(super) fn forget(cx: &Context, machine: &str) -> Result<()> {
    let condition = "EXISTS (SELECT 1 FROM json_each(body, '$.resources_assigned')
                             WHERE value ->> 'resource_uuid' = ?)";
    for mut firewall in FIREWALLS.rows_where(cx, condition, &[&machine])? {
        firewall.unassign(machine);
        FIREWALLS.replace(cx, &firewall.uuid.to_string(), &firewall)?;
    }
    Ok(())
}

impl Firewall {
    fn unassign(&mut self, machine: &str) {
        self.resources_assigned.retain(|it| it.resource_uuid != machine);
    }
}
