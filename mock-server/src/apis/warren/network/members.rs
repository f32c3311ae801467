//! What is in a network: machines, load balancers and services, each with a private address.
//!
//! How they come and go is in `membership`.

use rusqlite::{OptionalExtension, Row, named_params};

use crate::{
    apis::warren::platform::{located::location, metering, refusals, token},
    engine::{Context, Problem, Result},
};

/// The kinds of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::apis::warren) enum MemberKind {
    /// A virtual machine.
    Machine,
    /// A load balancer, which has the last address of a network.
    LoadBalancer,
    /// A managed service.
    Service,
}

impl MemberKind {
    /// What it is called where an address is assigned to it.
    pub(in crate::apis::warren) fn name(self) -> &'static str {
        match self {
            MemberKind::Machine => "virtual_machine",
            MemberKind::LoadBalancer => "load_balancer",
            MemberKind::Service => "service",
        }
    }

    fn named(name: &str) -> MemberKind {
        let all = [MemberKind::LoadBalancer, MemberKind::Service];
        all.into_iter().find(|kind| kind.name() == name).unwrap_or(MemberKind::Machine)
    }
}

/// A member of a network.
#[derive(Debug, Clone)]
pub(in crate::apis::warren) struct Member {
    pub(in crate::apis::warren) uuid: String,
    pub(in crate::apis::warren) kind: MemberKind,
    /// The UUID of its network.
    pub(in crate::apis::warren) network: String,
    /// Its address there.
    pub(in crate::apis::warren) private_ip: String,
}

/// Adds a member to its network.
pub(super) fn add(cx: &Context, member: &Member) -> Result<()> {
    let sql = "INSERT INTO warren_network_member
                   (account, location, network, uuid, kind, private_ip)
               VALUES (:account, :location, :network, :uuid, :kind, :private_ip)";
    cx.db.prepare_cached(sql)?.execute(named_params! {
        ":account": cx.account()?,
        ":location": location(cx)?,
        ":network": member.network,
        ":uuid": member.uuid,
        ":kind": member.kind.name(),
        ":private_ip": member.private_ip,
    })?;
    Ok(())
}

/// Takes a member out of its network.
pub(super) fn remove(cx: &Context, uuid: &str) -> Result<()> {
    let sql = "DELETE FROM warren_network_member WHERE account = ?1 AND uuid = ?2";
    cx.db.prepare_cached(sql)?.execute((cx.account()?, uuid))?;
    Ok(())
}

/// The member of this UUID at the location.
pub(in crate::apis::warren) fn find(cx: &Context, uuid: &str) -> Result<Option<Member>> {
    let sql = "SELECT uuid, kind, network, private_ip FROM warren_network_member
               WHERE account = ?1 AND uuid = ?2 AND location = ?3";
    let found = cx.db.prepare_cached(sql)?.query_row((cx.account()?, uuid, location(cx)?), member);
    Ok(found.optional()?)
}

/// The member of this kind that a request names, which the token must open.
pub(super) fn require(cx: &Context, kind: &str, uuid: &str) -> Result<Member> {
    let member = find(cx, uuid)?.filter(|member| member.kind.name() == kind);
    let member = member.ok_or_else(|| unknown(kind, uuid))?;
    metering::payer(cx, uuid)?.map_or(Ok(()), |payer| token::permit(cx, payer))?;
    Ok(member)
}

/// The members of a network, by their UUIDs.
pub(super) fn of_network(cx: &Context, network: &str) -> Result<Vec<Member>> {
    let sql = "SELECT uuid, kind, network, private_ip FROM warren_network_member
               WHERE account = ?1 AND network = ?2 ORDER BY uuid";
    let mut statement = cx.db.prepare_cached(sql)?;
    let members = statement.query_map((cx.account()?, network), member)?;
    Ok(members.collect::<rusqlite::Result<_>>()?)
}

fn member(row: &Row) -> rusqlite::Result<Member> {
    let kind: String = row.get(1)?;
    Ok(Member {
        uuid: row.get(0)?,
        kind: MemberKind::named(&kind),
        network: row.get(2)?,
        private_ip: row.get(3)?,
    })
}

/// The refusal of what no member of the location is.
fn unknown(kind: &str, uuid: &str) -> Problem {
    if kind == MemberKind::Machine.name() {
        return refusals::error(format!("No such virtual machine exists: {uuid}"));
    }
    refusals::error(format!("No such {} exists: {uuid}", kind.replace('_', " ")))
}
