//! Load balancers: members of a network that pass on what comes in at a port.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    floating_ips,
    load_balancer::{LOAD_BALANCERS, LoadBalancer, change, unknown},
    load_balancer_parts::{ForwardingRule, NewForwardingRule, NewTarget, ShownTarget},
    members::MemberKind,
    membership,
};
use crate::{
    apis::warren::{
        billing::payer,
        platform::{
            metering::{self, Charge},
            time::Time,
        },
    },
    engine::{Body, Context, Object, Operation, Params, Problem, Result, read, write},
};

pub(super) fn operations() -> [Operation; 11] {
    [
        read("listLoadBalancers", list),
        write("createLoadBalancer", create),
        read("getLoadBalancer", get),
        write("renameLoadBalancer", rename),
        write("deleteLoadBalancer", delete),
        write("addTarget", add_target),
        write("removeTarget", remove_target),
        write("addForwardingRule", add_rule),
        write("removeForwardingRule", remove_rule),
        write("setLoadBalancerPayer", set_payer),
        write("changeLoadBalancerPayer", set_payer),
    ]
}

#[derive(Serialize)]
struct ShownLoadBalancer {
    uuid: Uuid,
    display_name: Option<String>,
    network_uuid: Uuid,
    user_id: i64,
    billing_account_id: i64,
    created_at: Time,
    updated_at: Time,
    is_deleted: bool,
    deleted_at: Option<Time>,
    private_address: String,
    forwarding_rules: Vec<ForwardingRule>,
    targets: Vec<ShownTarget>,
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    all: bool,
}

#[derive(Deserialize)]
struct NewLoadBalancer {
    display_name: Option<String>,
    billing_account_id: Option<i64>,
    network_uuid: Option<String>,
    #[serde(default = "yes")]
    reserve_public_ip: bool,
    #[serde(default)]
    rules: Vec<NewForwardingRule>,
    #[serde(default)]
    targets: Vec<NewTarget>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct ByUuid {
    load_balancer_uuid: String,
}

#[derive(Deserialize)]
struct ByTarget {
    load_balancer_uuid: String,
    target_uuid: String,
}

#[derive(Deserialize)]
struct ByRule {
    load_balancer_uuid: String,
    rule_uuid: String,
}

#[derive(Deserialize)]
struct Rename {
    display_name: String,
}

#[derive(Deserialize)]
struct SetPayer {
    #[serde(alias = "billing_account_id")]
    set_id: i64,
}

fn list(cx: &Context, Params(by): Params<Filter>) -> Result<Vec<ShownLoadBalancer>> {
    let condition = if by.all { "TRUE" } else { "is_deleted = 0" };
    let all = LOAD_BALANCERS.listed(cx, condition, &[])?.into_iter();
    all.map(|load_balancer| shown(cx, load_balancer)).collect()
}

fn create(cx: &Context, Body(new): Body<NewLoadBalancer>) -> Result<Object<ShownLoadBalancer>> {
    let payer = payer::payer(cx, new.billing_account_id)?;
    let uuid = cx.new_uuid()?;
    let network = new.network_uuid.as_deref();
    let member = membership::join(cx, network, &uuid.to_string(), MemberKind::LoadBalancer)?;
    let network_uuid = member.network.parse().map_err(Problem::internal)?;
    let mut targets = Vec::new();
    for target in &new.targets {
        target.add_to(cx, network_uuid, &mut targets)?;
    }
    let mut forwarding_rules = Vec::new();
    for rule in &new.rules {
        rule.add_to(cx, &mut forwarding_rules)?;
    }
    let load_balancer = LoadBalancer {
        uuid,
        display_name: new.display_name,
        network_uuid,
        user_id: cx.account()?,
        billing_account_id: payer,
        created_at: Time(cx.now),
        updated_at: Time(cx.now),
        is_deleted: false,
        deleted_at: None,
        private_address: member.private_ip,
        forwarding_rules,
        targets,
    };
    LOAD_BALANCERS.insert(cx, &load_balancer)?;
    metering::begin(cx, &uuid.to_string(), payer, &charge(&load_balancer))?;
    if new.reserve_public_ip {
        floating_ips::reserve_for(cx, &uuid.to_string(), payer)?;
    }
    shown(cx, load_balancer).map(Object)
}

/// One that is gone is still shown.
fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<ShownLoadBalancer>> {
    shown(cx, LOAD_BALANCERS.find(cx, &by.load_balancer_uuid)?).map(Object)
}

fn rename(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<Rename>,
) -> Result<Object<ShownLoadBalancer>> {
    let load_balancer = change(cx, &by.load_balancer_uuid, |load_balancer| {
        load_balancer.display_name = Some(new.display_name);
        Ok(())
    })?;
    metering::change(cx, &by.load_balancer_uuid, &charge(&load_balancer))?;
    shown(cx, load_balancer).map(Object)
}

/// Its floating IP stays, and is assigned to nothing.
fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<()> {
    change(cx, &by.load_balancer_uuid, |load_balancer| {
        load_balancer.is_deleted = true;
        load_balancer.deleted_at = Some(Time(cx.now));
        Ok(())
    })?;
    metering::end(cx, &by.load_balancer_uuid)?;
    membership::leave(cx, &by.load_balancer_uuid)
}

/// The answer does not know the address of the target yet.
fn add_target(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<NewTarget>,
) -> Result<Object<ShownTarget>> {
    let load_balancer = change(cx, &by.load_balancer_uuid, |load_balancer| {
        new.add_to(cx, load_balancer.network_uuid, &mut load_balancer.targets)
    })?;
    let added = load_balancer.targets.into_iter().next_back().ok_or_else(unknown)?;
    Ok(Object(added.without_address()))
}

fn remove_target(cx: &Context, Params(by): Params<ByTarget>) -> Result<()> {
    let changed = change(cx, &by.load_balancer_uuid, |load_balancer| {
        let before = load_balancer.targets.len();
        load_balancer.targets.retain(|target| !target.is(&by.target_uuid));
        let found = load_balancer.targets.len() < before;
        found.then_some(()).ok_or_else(|| Problem::not_found().because("Target not found"))
    });
    changed.map(drop)
}

fn add_rule(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<NewForwardingRule>,
) -> Result<Object<ForwardingRule>> {
    let load_balancer = change(cx, &by.load_balancer_uuid, |load_balancer| {
        new.add_to(cx, &mut load_balancer.forwarding_rules)
    })?;
    load_balancer.forwarding_rules.into_iter().next_back().map(Object).ok_or_else(unknown)
}

fn remove_rule(cx: &Context, Params(by): Params<ByRule>) -> Result<()> {
    let changed = change(cx, &by.load_balancer_uuid, |load_balancer| {
        let before = load_balancer.forwarding_rules.len();
        load_balancer.forwarding_rules.retain(|rule| !rule.is(&by.rule_uuid));
        let found = load_balancer.forwarding_rules.len() < before;
        let unknown = || Problem::not_found().because("Forwarding rule not found");
        found.then_some(()).ok_or_else(unknown)
    });
    changed.map(drop)
}

fn set_payer(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<SetPayer>,
) -> Result<Object<ShownLoadBalancer>> {
    LOAD_BALANCERS.require(cx, &by.load_balancer_uuid)?;
    let payer = payer::payer(cx, Some(new.set_id))?;
    let load_balancer = change(cx, &by.load_balancer_uuid, |load_balancer| {
        load_balancer.billing_account_id = payer;
        Ok(())
    })?;
    metering::reassign(cx, &by.load_balancer_uuid, payer)?;
    shown(cx, load_balancer).map(Object)
}

/// Lets those load balancers arrive that did not yet.
pub(super) fn complete(cx: &Context) -> Result<()> {
    LOAD_BALANCERS.for_each(cx, |cx, it| {
        if it.is_deleted {
            return Ok(());
        }
        let (cx, uuid) = (cx.at(it.created_at.0), it.uuid.to_string());
        let network = it.network_uuid.to_string();
        membership::join_once(&cx, Some(&network), &uuid, MemberKind::LoadBalancer)?;
        metering::begin_once(&cx, &uuid, it.billing_account_id, &charge(&it))
    })
}

fn charge(load_balancer: &LoadBalancer) -> Charge {
    Charge::LoadBalancer { name: load_balancer.display_name.clone().unwrap_or_default() }
}

fn shown(cx: &Context, it: LoadBalancer) -> Result<ShownLoadBalancer> {
    let targets = it.targets.into_iter().map(|target| target.shown(cx));
    Ok(ShownLoadBalancer {
        uuid: it.uuid,
        display_name: it.display_name,
        network_uuid: it.network_uuid,
        user_id: it.user_id,
        billing_account_id: it.billing_account_id,
        created_at: it.created_at,
        updated_at: it.updated_at,
        is_deleted: it.is_deleted,
        deleted_at: it.deleted_at,
        private_address: it.private_address,
        forwarding_rules: it.forwarding_rules,
        targets: targets.collect::<Result<_>>()?,
    })
}
