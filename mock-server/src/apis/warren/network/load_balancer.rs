//! What is kept of load balancers. One that is gone stays, and changes no more.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::load_balancer_parts::{ForwardingRule, Target};
use crate::{
    apis::warren::platform::{located::Located, time::Time},
    engine::{Context, Problem, Result, RowType},
};

pub(super) const LOAD_BALANCERS: Located<LoadBalancer> =
    Located::new("warren_load_balancer", |_| unknown()).paid_by("body ->> 'billing_account_id'");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[LOAD_BALANCERS.row_type()];

/// What is kept of a load balancer. The addresses of its targets are theirs.
#[derive(Serialize, Deserialize)]
pub(super) struct LoadBalancer {
    pub(super) uuid: Uuid,
    pub(super) display_name: Option<String>,
    pub(super) network_uuid: Uuid,
    pub(super) user_id: i64,
    pub(super) billing_account_id: i64,
    pub(super) created_at: Time,
    pub(super) updated_at: Time,
    pub(super) is_deleted: bool,
    pub(super) deleted_at: Option<Time>,
    pub(super) private_address: String,
    pub(super) forwarding_rules: Vec<ForwardingRule>,
    pub(super) targets: Vec<Target>,
}

/// Changes a load balancer that is not gone.
pub(super) fn change(
    cx: &Context,
    uuid: &str,
    change: impl FnOnce(&mut LoadBalancer) -> Result<()>,
) -> Result<LoadBalancer> {
    LOAD_BALANCERS.change(cx, uuid, |load_balancer| {
        if load_balancer.is_deleted {
            return Err(unknown());
        }
        load_balancer.updated_at = Time(cx.now);
        change(load_balancer)
    })
}

/// Takes a machine that is gone out of all load balancers.
pub(super) fn forget(cx: &Context, machine: &str) -> Result<()> {
    let condition = "is_deleted = 0 AND EXISTS (SELECT 1 FROM json_each(body, '$.targets')
                                                WHERE value ->> 'target_uuid' = ?)";
    for mut load_balancer in LOAD_BALANCERS.rows_where(cx, condition, &[&machine])? {
        load_balancer.targets.retain(|target| !target.is(machine));
        LOAD_BALANCERS.replace(cx, &load_balancer.uuid.to_string(), &load_balancer)?;
    }
    Ok(())
}

pub(super) fn unknown() -> Problem {
    Problem::not_found().because("Load balancer not found")
}
