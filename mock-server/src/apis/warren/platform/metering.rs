//! What is charged for: each resource from when to when, and as what.
//!
//! A room says here when a resource begins, changes and ends; sums follow from these rows and the
//! clock.

use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};

use super::located::location;
use crate::engine::{Context, Problem, Result, RowType};

/// What a resource is charged as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::apis::warren) enum Charge {
    /// A virtual machine without its disks; processors and memory of a stopped one cost nothing.
    Machine { name: String, vcpu: u32, ram_mb: u32, os_name: String, running: bool },
    /// A disk, which costs as much on a machine as on none; `machine` is the one that has it.
    Disk { name: String, size_gb: u32, machine: Option<String> },
    /// A snapshot or a backup of a disk.
    Replica { disk: String, size_gb: u32, backup: bool },
    /// A floating IP; it costs something while it is assigned to nothing.
    FloatingIp { address: String, assigned: bool },
    /// A load balancer.
    LoadBalancer { name: String },
    /// A bucket.
    Bucket { name: String, size_bytes: u64 },
    /// A managed service.
    Service { name: String, nodes: u32, vcpu: u32, ram_mb: u32, disk_gb: u32 },
}

/// What the rows read as.
pub(in crate::apis::warren) const ROWS: &[RowType] = &[RowType::of::<Charge>("warren_metered")];

/// A resource over a span of time in which what it is charged as did not change.
#[derive(Debug, Clone)]
pub(in crate::apis::warren) struct Metered {
    /// Its UUID, or its name where it has none.
    pub(in crate::apis::warren) resource: String,
    /// Where it stands.
    pub(in crate::apis::warren) location: String,
    /// Who pays.
    pub(in crate::apis::warren) billing_account: i64,
    pub(in crate::apis::warren) charge: Charge,
    pub(in crate::apis::warren) started_at: i64,
    /// `None` while it goes on.
    pub(in crate::apis::warren) ended_at: Option<i64>,
}

/// The resource is there from now on.
pub(in crate::apis::warren) fn begin(
    cx: &Context,
    resource: &str,
    billing_account: i64,
    charge: &Charge,
) -> Result<()> {
    let sql = "INSERT INTO warren_metered
                   (account, location, resource, billing_account, body, started_at)
               VALUES (:account, :location, :resource, :billing_account, :body, :now)";
    cx.db.prepare_cached(sql)?.execute(named_params! {
        ":account": cx.account()?,
        ":location": location(cx)?,
        ":resource": resource,
        ":billing_account": billing_account,
        ":body": serde_json::to_string(charge)?,
        ":now": cx.now,
    })?;
    Ok(())
}

/// The same, unless it is charged for already.
pub(in crate::apis::warren) fn begin_once(
    cx: &Context,
    resource: &str,
    billing_account: i64,
    charge: &Charge,
) -> Result<()> {
    match payer(cx, resource)? {
        Some(_) => Ok(()),
        None => begin(cx, resource, billing_account, charge),
    }
}

/// From now on the resource is charged as `charge`.
pub(in crate::apis::warren) fn change(cx: &Context, resource: &str, charge: &Charge) -> Result<()> {
    let Some(now) = current(cx, resource)? else { return Ok(()) };
    if now.charge == *charge {
        return Ok(());
    }
    end(cx, resource)?;
    begin(cx, resource, now.billing_account, charge)
}

/// From now on `billing_account` pays for the resource.
pub(in crate::apis::warren) fn reassign(
    cx: &Context,
    resource: &str,
    billing_account: i64,
) -> Result<()> {
    let Some(now) = current(cx, resource)? else { return Ok(()) };
    end(cx, resource)?;
    begin(cx, resource, billing_account, &now.charge)
}

/// Who pays for the resource; `None` where it is not charged for.
pub(in crate::apis::warren) fn payer(cx: &Context, resource: &str) -> Result<Option<i64>> {
    Ok(current(cx, resource)?.map(|now| now.billing_account))
}

/// The resource is gone.
pub(in crate::apis::warren) fn end(cx: &Context, resource: &str) -> Result<()> {
    let sql = "UPDATE warren_metered SET ended_at = ?3
               WHERE account = ?1 AND resource = ?2 AND ended_at IS NULL";
    cx.db.prepare_cached(sql)?.execute((cx.account()?, resource, cx.now))?;
    Ok(())
}

/// Everything that a billing account pays for between two times, by when it began.
pub(in crate::apis::warren) fn between(
    cx: &Context,
    billing_account: i64,
    from: i64,
    to: i64,
) -> Result<Vec<Metered>> {
    let sql = "SELECT resource, location, billing_account, body, started_at, ended_at
               FROM warren_metered
               WHERE account = ?1 AND billing_account = ?2 AND started_at < ?4
                   AND (ended_at IS NULL OR ended_at > ?3)
               ORDER BY started_at, rowid";
    let mut statement = cx.db.prepare_cached(sql)?;
    let mut rows = statement.query((cx.account()?, billing_account, from, to))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(metered(row)??);
    }
    Ok(all)
}

/// What a resource was last before a time, whoever paid for it.
pub(in crate::apis::warren) fn last(
    cx: &Context,
    resource: &str,
    before: i64,
) -> Result<Option<Metered>> {
    let sql = "SELECT resource, location, billing_account, body, started_at, ended_at
               FROM warren_metered WHERE account = ?1 AND resource = ?2 AND started_at < ?3
               ORDER BY started_at DESC, rowid DESC LIMIT 1";
    let mut statement = cx.db.prepare_cached(sql)?;
    statement.query_row((cx.account()?, resource, before), metered).optional()?.transpose()
}

fn current(cx: &Context, resource: &str) -> Result<Option<Metered>> {
    let sql = "SELECT resource, location, billing_account, body, started_at, ended_at
               FROM warren_metered WHERE account = ?1 AND resource = ?2 AND ended_at IS NULL";
    let mut statement = cx.db.prepare_cached(sql)?;
    statement.query_row((cx.account()?, resource), metered).optional()?.transpose()
}

fn metered(row: &Row) -> rusqlite::Result<Result<Metered>> {
    let body: String = row.get(3)?;
    let (resource, location) = (row.get(0)?, row.get(1)?);
    let (billing_account, started_at, ended_at) = (row.get(2)?, row.get(4)?, row.get(5)?);
    let charge = serde_json::from_str(&body).map_err(Problem::from);
    Ok(charge.map(|charge| Metered {
        resource,
        location,
        billing_account,
        charge,
        started_at,
        ended_at,
    }))
}
