//! Alerts, which tell a customer that a colocation service uses a share of its bandwidth.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::services::{ById, COLOCATIONS, Colocation};
use crate::{
    apis::i3d::metering::{
        series::STEP_SECONDS,
        traffic_sums::{BY_VOLUME, BYTES_PER_GB, this_month},
    },
    engine::{
        Body, Context, Operation, Page, Params, Problem, Result, RowType, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getColocationAlerts", list),
        write("createColocationAlert", create),
        write("updateColocationAlert", update),
        write("deleteColocationAlert", delete),
    ]
}

const ALERTS: Table<Alert> = Table::new("colocation_alert", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ALERTS.row_type()];

/// How many alerts a service may have.
const ALERTS_MAX: i64 = 100;
/// How many months are searched for the last time that an alert was raised by volume.
const MONTHS_MAX: usize = 12;
/// How many seconds are searched for the last time that it was raised by bandwidth: a week, because
/// use repeats weekly.
const LOOK_BACK_SECONDS: i64 = 7 * 86_400;

const BYTES_PER_MBIT: i64 = 1_000_000 / 8;

/// An alert as it is stored. When it was raised follows from what the service uses.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    id: i64,
    colocation_id: i64,
    created_at: i64,
    #[serde(flatten)]
    settings: NewAlert,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewAlert {
    percentage: i64,
    send_mail: i64,
    send_ticket: i64,
}

/// An alert as the API shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ColocatedAlert {
    id: i64,
    #[serde(flatten)]
    settings: NewAlert,
    triggered: i64,
    created_at: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByIds {
    colocation_id: i64,
    colocation_alert_id: i64,
}

fn list(cx: &Context, Params(by): Params<ById>) -> Result<Vec<ColocatedAlert>> {
    let colocation = COLOCATIONS.find(cx, by.colocation_id)?;
    let alerts = ALERTS.rows_where(cx, Page::ALL, "colocation = ?", &[&by.colocation_id])?;
    Ok(alerts.into_iter().map(|alert| alert.shown(&colocation, cx.now)).collect())
}

fn create(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<NewAlert>,
) -> Result<[ColocatedAlert; 1]> {
    let colocation = COLOCATIONS.find(cx, by.colocation_id)?;
    if ALERTS.count(cx, "colocation = ?", &[&by.colocation_id])? >= ALERTS_MAX {
        return Err(Problem::invalid_form(format!(
            "A service may have {ALERTS_MAX} alerts at most"
        )));
    }
    let id = ALERTS.next_id(cx)?;
    let alert = Alert { id, colocation_id: by.colocation_id, created_at: cx.now, settings: new };
    ALERTS.insert(cx, &alert)?;
    Ok([alert.shown(&colocation, cx.now)])
}

fn update(
    cx: &Context,
    Params(by): Params<ByIds>,
    Body(new): Body<NewAlert>,
) -> Result<[ColocatedAlert; 1]> {
    let colocation = COLOCATIONS.find(cx, by.colocation_id)?;
    by.require_alert(cx)?;
    let alert = ALERTS.change(cx, by.colocation_alert_id, |alert| {
        alert.settings = new;
        Ok(())
    })?;
    Ok([alert.shown(&colocation, cx.now)])
}

fn delete(cx: &Context, Params(by): Params<ByIds>) -> Result<()> {
    by.require_alert(cx)?;
    ALERTS.remove(cx, by.colocation_alert_id)
}

impl ByIds {
    /// Refuses an alert that is not one of the service.
    fn require_alert(&self, cx: &Context) -> Result<()> {
        let ids = [&self.colocation_alert_id as _, &self.colocation_id as _];
        ALERTS.require_where(cx, "id = ? AND colocation = ?", &ids)
    }
}

impl Alert {
    fn shown(self, colocation: &Colocation, now: i64) -> ColocatedAlert {
        let raised = if colocation.service.bandwidth_billing_type == BY_VOLUME {
            self.last_by_volume(colocation, now)
        } else {
            self.last_by_bandwidth(colocation, now)
        };
        ColocatedAlert {
            id: self.id,
            triggered: raised.unwrap_or(0),
            created_at: self.created_at,
            settings: self.settings,
        }
    }

    /// When the volume of a month last reached the share. An alert that is created after that is
    /// raised at once.
    fn last_by_volume(&self, colocation: &Colocation, now: i64) -> Option<i64> {
        let in_service = colocation.contract.in_service(now);
        let share =
            self.settings.percentage * colocation.service.bandwidth_contractual * BYTES_PER_GB
                / 100;
        let mut month = this_month(&in_service, in_service.end);
        for _ in 0..MONTHS_MAX {
            if colocation.counted(&month) >= share {
                let reached =
                    first(month.clone(), |at| colocation.counted(&(month.start..at)) >= share);
                return Some(reached.max(self.created_at));
            }
            if month.start <= self.created_at {
                return None;
            }
            month = this_month(&(in_service.start..month.start), month.start - 1);
        }
        None
    }

    /// When the bandwidth was last measured above the share.
    fn last_by_bandwidth(&self, colocation: &Colocation, now: i64) -> Option<i64> {
        let in_service = colocation.contract.in_service(now);
        let share = self.settings.percentage
            * colocation.service.bandwidth_contractual
            * BYTES_PER_MBIT
            * STEP_SECONDS
            / 100;
        let earliest = self
            .created_at
            .max(in_service.end - LOOK_BACK_SECONDS)
            .max(in_service.start + STEP_SECONDS);
        let mut measured = (earliest.div_euclid(STEP_SECONDS)
            ..=in_service.end.div_euclid(STEP_SECONDS))
            .map(|step| step * STEP_SECONDS)
            .rev();
        measured
            .find(|at| *at >= earliest && colocation.counted(&(at - STEP_SECONDS..*at)) >= share)
    }
}

/// The first time in `span` from which on something `holds`, which holds at its end.
fn first(span: Range<i64>, holds: impl Fn(i64) -> bool) -> i64 {
    let (mut before, mut from) = (span.start, span.end);
    while before < from {
        let middle = before + (from - before) / 2;
        if holds(middle) {
            from = middle;
        } else {
            before = middle + 1;
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_is_found() {
        for wanted in 0..=10 {
            assert_eq!(first(0..10, |at| at >= wanted), wanted);
        }
    }
}
