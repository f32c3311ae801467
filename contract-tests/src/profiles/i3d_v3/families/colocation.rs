//! Colocation services and cross connects: a fixed number, renamed and cancelled; and the alerts of
//! a service.

use serde_json::Value;

use crate::core::profile::family::{Action, Family, Order};

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "colocation services",
        list: "getColocations",
        read: "getColocation",
        update: "updateColocation",
        actions: &[
            Action { operation: "updateColocationCancel", ..CANCEL },
            Action { operation: "updateColocationCancelRevert", ..REVERT },
        ],
        parameter: "colocationId",
        merges: true,
        volatile: &[
            "trafficSum",
            "trafficSumMonthMbit",
            "outgoingTrafficSum",
            "incomingTrafficSum",
            "powerMeter",
            "powerSumHistory",
        ],
        touched: CONTRACT,
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "colocation alerts",
        list: "getColocationAlerts",
        create: "createColocationAlert",
        update: "updateColocationAlert",
        delete: "deleteColocationAlert",
        parameter: "colocationAlertId",
        parent: "colocation services",
        values: &[("percentage", |random| (1 + random.below(100)).into())],
        // When it was raised last follows from the percentage.
        volatile: &["triggered"],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "power distribution units",
        list: "getColocationPdus",
        parent: "colocation services",
        ..Family::NONE
    },
    Family {
        name: "cross connects",
        list: "getCrossConnects",
        read: "getCrossConnect",
        update: "updateCrossConnect",
        actions: &[
            Action { operation: "updateCrossConnectCancel", ..CANCEL },
            Action { operation: "updateCrossConnectCancelRevert", ..REVERT },
        ],
        parameter: "crossConnectId",
        merges: true,
        volatile: &["outgoingTrafficSum", "incomingTrafficSum"],
        touched: CONTRACT,
        order: Order::Ascending,
        ..Family::NONE
    },
];

/// The members that a notice changes.
const CONTRACT: &[&str] = &["dateEnd", "dateEndContract", "dateCancelled"];

/// Notice is given once.
const CANCEL: Action =
    Action { allowed: |service| Some(!is_cancelled(service)), done: is_cancelled, ..Action::NONE };

/// A notice can be taken back as long as the service runs, which its members do not show.
const REVERT: Action = Action {
    allowed: |service| if is_cancelled(service) { None } else { Some(false) },
    done: |service| !is_cancelled(service),
    ..Action::NONE
};

fn is_cancelled(service: &Value) -> bool {
    service["dateCancelled"] != ""
}
