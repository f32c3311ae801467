//! Quotas: how many FlexMetal servers an account may run, on demand and by contract, and how many
//! it runs.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use super::{
    catalogue::{InstanceType, Location, Partial, Place, places},
    fleet,
};
use crate::engine::{Context, Operation, Page, Result, RowType, Table, read};

pub(super) fn operations() -> [Operation; 2] {
    [read("getFlexMetalQuotaUsages", list), read("getFlexMetalCapacityCommits", list_commits)]
}

const QUOTAS: Table<Quota> = Table::new("flex_metal_quota", "rowid");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[QUOTAS.row_type()];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Quota {
    location: String,
    instance_type: String,
    /// Empty for the on-demand quota.
    contract_id: String,
    quota: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlexMetalServerQuotaUsage {
    location: Partial,
    quota_usage: Vec<QuotaUsage>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuotaUsage {
    instance_type: Partial,
    quota_type: &'static str,
    contract_id: String,
    quota: i64,
    usage: i64,
}

#[derive(Serialize)]
struct FlexMetalCapacityCommit {
    location: &'static Location,
    commits: Vec<InstanceTypeCommit>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InstanceTypeCommit {
    instance_type: &'static InstanceType,
    capacity: i64,
    in_use: i64,
}

impl Quota {
    fn is_for(&self, place: &Place, instance_type: &InstanceType) -> bool {
        self.location == place.location.name && self.instance_type == instance_type.name
    }

    fn is_on_demand(&self) -> bool {
        self.contract_id.is_empty()
    }
}

fn list(cx: &Context) -> Result<Vec<FlexMetalServerQuotaUsage>> {
    let quotas = QUOTAS.rows(cx, Page::ALL)?;
    let mut all = Vec::new();
    for place in places() {
        let mut quota_usage = Vec::new();
        for instance_type in &place.instance_types {
            for quota in quotas.iter().filter(|quota| quota.is_for(place, instance_type)) {
                quota_usage.push(QuotaUsage {
                    instance_type: instance_type.partial(),
                    quota_type: if quota.is_on_demand() { "onDemand" } else { "commit" },
                    contract_id: quota.contract_id.clone(),
                    quota: quota.quota,
                    usage: fleet::count_in_use(cx, instance_type.id, &quota.contract_id)?,
                });
            }
        }
        if !quota_usage.is_empty() {
            all.push(FlexMetalServerQuotaUsage { location: place.location.partial(), quota_usage });
        }
    }
    Ok(all)
}

fn list_commits(cx: &Context) -> Result<Vec<FlexMetalCapacityCommit>> {
    let quotas = QUOTAS.rows(cx, Page::ALL)?;
    let mut all = Vec::new();
    for place in places() {
        let mut commits = Vec::new();
        for instance_type in &place.instance_types {
            let contracts =
                quotas.iter().filter(|it| !it.is_on_demand() && it.is_for(place, instance_type));
            let (mut capacity, mut in_use) = (0, 0);
            for contract in contracts {
                capacity += contract.quota;
                in_use += fleet::count_in_use(cx, instance_type.id, &contract.contract_id)?;
            }
            if capacity > 0 {
                commits.push(InstanceTypeCommit { instance_type, capacity, in_use });
            }
        }
        if !commits.is_empty() {
            all.push(FlexMetalCapacityCommit { location: &place.location, commits });
        }
    }
    Ok(all)
}

/// Lets the account run so many servers of each instance type at each location, on demand.
pub(in crate::apis::i3d) fn grant(cx: &Context, quota: i64) -> Result<()> {
    let of_place = |place: &'static Place| place.instance_types.iter().map(move |it| (place, it));
    for (place, instance_type) in places().iter().flat_map(of_place) {
        let (location, instance_type) = (place.location.name.clone(), instance_type.name.clone());
        let quota = Quota { location, instance_type, contract_id: String::new(), quota };
        QUOTAS.insert(cx, &quota)?;
    }
    Ok(())
}

/// All quotas of an account.
pub(super) struct Quotas(Vec<Quota>);

impl Quotas {
    pub(super) fn of(cx: &Context) -> Result<Quotas> {
        QUOTAS.rows(cx, Page::ALL).map(Quotas)
    }

    /// Whether the account has this contract, for any location.
    pub(super) fn have_contract(&self, contract_id: &str) -> bool {
        self.0.iter().any(|quota| quota.contract_id == contract_id)
    }

    /// The contract that one more server counts against, empty for on demand; or why there is no
    /// room for it.
    pub(super) fn room(
        &self,
        cx: &Context,
        place: &Place,
        instance_type: &InstanceType,
        contract_id: &str,
        overflow: bool,
    ) -> Result<Result<String, Violation>> {
        let refused = |property: &str, message: &str| Ok(Err(Violation::new(property, message)));
        let has_room = |quota: &Quota| -> Result<bool> {
            Ok(fleet::count_in_use(cx, instance_type.id, &quota.contract_id)? < quota.quota)
        };
        let quota_of = |contract_id: &str| {
            self.0
                .iter()
                .find(|it| it.contract_id == contract_id && it.is_for(place, instance_type))
        };
        if !contract_id.is_empty() {
            match quota_of(contract_id) {
                None => {
                    return refused(
                        "contractId",
                        "does not cover this instance type at this location",
                    );
                }
                Some(quota) if has_room(quota)? => return Ok(Ok(contract_id.to_owned())),
                Some(_) if !overflow => {
                    return refused(
                        "contractId",
                        "has no capacity left, and overflow is not asked for",
                    );
                }
                Some(_) => {}
            }
        }
        match quota_of("") {
            None => refused("instanceType", "has no on-demand quota at this location"),
            Some(quota) if has_room(quota)? => Ok(Ok(String::new())),
            Some(Quota { quota, .. }) => {
                let message =
                    format!("has an on-demand quota of {quota} at this location, which is in use");
                refused("instanceType", &message)
            }
        }
    }
}
