//! Floating IPs: public addresses that stay reserved whatever has them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::members::{self, Member, MemberKind};
use crate::{
    apis::warren::{
        billing::payer,
        platform::{
            located::Located,
            metering::{self, Charge},
            refusals::required,
            time::Time,
            token,
        },
    },
    engine::{
        Body, Context, Object, Operation, Params, Problem, Result, RowType, Rows, read, write,
    },
};

pub(super) fn operations() -> [Operation; 8] {
    [
        read("listFloatingIps", list),
        write("createFloatingIp", create),
        read("getFloatingIp", get),
        write("updateFloatingIp", update),
        write("deleteFloatingIp", delete),
        write("deleteFloatingIpAtOldPath", delete),
        write("assignFloatingIp", assign),
        write("unassignFloatingIp", unassign),
    ]
}

pub(super) const FLOATING_IPS: Located<FloatingIp> =
    Located::new("warren_floating_ip", |address| {
        Problem::not_found().because(format!("Ip address {address} was not found."))
    })
    .sorted_by("id")
    .paid_by("billing_account");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[FLOATING_IPS.row_type()];

/// A floating IP as lists show it: what it does not have is left out.
#[derive(Serialize, Deserialize)]
pub(super) struct FloatingIp {
    id: i64,
    uuid: Uuid,
    address: String,
    user_id: i64,
    billing_account_id: i64,
    r#type: String,
    network_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    enabled: bool,
    created_at: Time,
    updated_at: Time,
    is_deleted: bool,
    is_virtual: bool,
    is_ipv6: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assigned_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assigned_to_resource_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assigned_to_private_ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unassigned_at: Option<Time>,
}

/// A floating IP as the answer to a change shows it: that nothing has it is said.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    ip: FloatingIp,
    #[serde(rename = "assigned_to", skip_serializing_if = "Option::is_none")]
    nothing: Option<()>,
}

impl From<FloatingIp> for Changed {
    fn from(ip: FloatingIp) -> Changed {
        let nothing = ip.assigned_to.is_none().then_some(());
        Changed { ip, nothing }
    }
}

#[derive(Deserialize)]
struct Filter {
    billing_account_id: Option<i64>,
    vm_uuid: Option<String>,
}

#[derive(Deserialize)]
struct Changes {
    billing_account_id: Option<i64>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct ByAddress {
    address: String,
}

#[derive(Deserialize)]
struct Assignment {
    vm_uuid: Option<String>,
    assigned_to: Option<String>,
    assigned_to_resource_type: Option<String>,
}

fn list(cx: &Context, Params(by): Params<Filter>) -> Result<Rows> {
    let condition = "(? IS NULL OR billing_account = ?) AND (? IS NULL OR assigned_to = ?)";
    let (payer, machine) = (token::listed(cx, by.billing_account_id)?, &by.vm_uuid);
    FLOATING_IPS.list_where(cx, condition, &[&payer, &payer, machine, machine])
}

fn create(cx: &Context, Body(new): Body<Changes>) -> Result<Object<Changed>> {
    let payer = payer::payer(cx, new.billing_account_id)?;
    add(cx, payer, new.name, None).map(|ip| Object(ip.into()))
}

fn get(cx: &Context, Params(by): Params<ByAddress>) -> Result<Object<FloatingIp>> {
    FLOATING_IPS.find(cx, &by.address).map(Object)
}

fn update(
    cx: &Context,
    Params(by): Params<ByAddress>,
    Body(new): Body<Changes>,
) -> Result<Object<Changed>> {
    FLOATING_IPS.require(cx, &by.address)?;
    let payer = new.billing_account_id.map(|id| payer::payer(cx, Some(id))).transpose()?;
    let ip = FLOATING_IPS.change(cx, &by.address, |ip| {
        ip.billing_account_id = payer.unwrap_or(ip.billing_account_id);
        ip.name = new.name.or_else(|| ip.name.take());
        ip.updated_at = Time(cx.now);
        Ok(())
    })?;
    payer.map_or(Ok(()), |payer| metering::reassign(cx, &ip.uuid.to_string(), payer))?;
    Ok(Object(ip.into()))
}

/// The body is `true`.
fn delete(cx: &Context, Params(by): Params<ByAddress>) -> Result<Object<bool>> {
    let ip = FLOATING_IPS.find(cx, &by.address)?;
    FLOATING_IPS.remove(cx, &by.address)?;
    metering::end(cx, &ip.uuid.to_string())?;
    Ok(Object(true))
}

fn assign(
    cx: &Context,
    Params(by): Params<ByAddress>,
    Body(to): Body<Assignment>,
) -> Result<Object<Changed>> {
    let ip = FLOATING_IPS.find(cx, &by.address)?;
    let member = wanted(cx, &to)?;
    if ip.assigned_to.as_ref() == Some(&member.uuid) {
        return Ok(Object(ip.into()));
    }
    if ip.assigned_to.is_some() {
        return Err(Problem::conflict(format!("Ip address {} is already assigned.", by.address)));
    }
    refuse_second(cx, &member)?;
    give(cx, ip, &member).map(|ip| Object(ip.into()))
}

fn unassign(cx: &Context, Params(by): Params<ByAddress>) -> Result<Object<Changed>> {
    take(cx, FLOATING_IPS.find(cx, &by.address)?).map(|ip| Object(ip.into()))
}

/// What a request wants to have the address.
fn wanted(cx: &Context, to: &Assignment) -> Result<Member> {
    let kind = match (&to.vm_uuid, to.assigned_to_resource_type.as_deref()) {
        (None, Some(name)) => name,
        _ => MemberKind::Machine.name(),
    };
    let uuid = to.vm_uuid.as_ref().or(to.assigned_to.as_ref());
    let uuid = uuid.ok_or_else(|| required("vm_uuid"))?;
    members::require(cx, kind, uuid)
}

/// A new address at the location, assigned to a member where there is one.
fn add(
    cx: &Context,
    payer: i64,
    name: Option<String>,
    member: Option<&Member>,
) -> Result<FloatingIp> {
    let (id, uuid) = (cx.next_id("warren_floating_ip")?, cx.new_uuid()?);
    let ip = FloatingIp {
        id,
        uuid,
        address: address(id),
        user_id: cx.account()?,
        billing_account_id: payer,
        r#type: "public".to_owned(),
        network_id: None,
        name,
        enabled: true,
        created_at: Time(cx.now),
        updated_at: Time(cx.now),
        is_deleted: false,
        is_virtual: false,
        is_ipv6: false,
        assigned_to: member.map(|it| it.uuid.clone()),
        assigned_to_resource_type: member.map(|it| it.kind.name().to_owned()),
        assigned_to_private_ip: member.map(|it| it.private_ip.clone()),
        unassigned_at: None,
    };
    FLOATING_IPS.insert(cx, &ip)?;
    metering::begin(cx, &uuid.to_string(), payer, &charge(&ip))?;
    Ok(ip)
}

/// The address with this number, in the range that is reserved for tests of networks, so that it is
/// nobody's.
fn address(number: i64) -> String {
    let [.., a, b, c] = number.to_be_bytes();
    format!("198.{}.{b}.{c}", 18 + (a & 1))
}

fn give(cx: &Context, ip: FloatingIp, member: &Member) -> Result<FloatingIp> {
    let ip = FloatingIp {
        assigned_to: Some(member.uuid.clone()),
        assigned_to_resource_type: Some(member.kind.name().to_owned()),
        assigned_to_private_ip: Some(member.private_ip.clone()),
        unassigned_at: None,
        ..ip
    };
    put(cx, ip)
}

fn take(cx: &Context, ip: FloatingIp) -> Result<FloatingIp> {
    let ip = FloatingIp {
        assigned_to: None,
        assigned_to_resource_type: None,
        assigned_to_private_ip: None,
        unassigned_at: Some(Time(cx.now)),
        ..ip
    };
    put(cx, ip)
}

/// Keeps an address that now belongs to something else, and charges for it as it is then.
fn put(cx: &Context, ip: FloatingIp) -> Result<FloatingIp> {
    let ip = FloatingIp { updated_at: Time(cx.now), ..ip };
    FLOATING_IPS.replace(cx, &ip.address, &ip)?;
    metering::change(cx, &ip.uuid.to_string(), &charge(&ip))?;
    Ok(ip)
}

fn charge(ip: &FloatingIp) -> Charge {
    Charge::FloatingIp { address: ip.address.clone(), assigned: ip.assigned_to.is_some() }
}

/// Charges for addresses for which nobody was charged yet.
pub(super) fn complete(cx: &Context) -> Result<()> {
    FLOATING_IPS.for_each(cx, |cx, ip| {
        if ip.is_deleted {
            return Ok(());
        }
        let cx = cx.at(ip.created_at.0);
        metering::begin_once(&cx, &ip.uuid.to_string(), ip.billing_account_id, &charge(&ip))
    })
}

/// Gives a member of a network a new address without a name.
pub(in crate::apis::warren) fn reserve_for(cx: &Context, uuid: &str, payer: i64) -> Result<()> {
    let member = members::find(cx, uuid)?.ok_or_else(Problem::not_found)?;
    refuse_second(cx, &member)?;
    add(cx, payer, None, Some(&member)).map(drop)
}

/// Each member has one address at most, whichever way it comes.
fn refuse_second(cx: &Context, member: &Member) -> Result<()> {
    let Some(address) = of_member(cx, &member.uuid)? else { return Ok(()) };
    let kind = member.kind.name().replace('_', " ");
    Err(Problem::conflict(format!("The {kind} already has the ip address {address}.")))
}

/// Takes all addresses from a member. They stay reserved.
pub(in crate::apis::warren) fn release(cx: &Context, uuid: &str) -> Result<()> {
    for ip in FLOATING_IPS.rows_where(cx, "assigned_to = ?", &[&uuid])? {
        take(cx, ip)?;
    }
    Ok(())
}

/// The public address that a member has.
pub(in crate::apis::warren) fn of_member(cx: &Context, uuid: &str) -> Result<Option<String>> {
    let mut all = FLOATING_IPS.rows_where(cx, "assigned_to = ?", &[&uuid])?;
    Ok(all.pop().map(|ip| ip.address))
}
