//! Catalogues: lists that are the same for every customer and never change.

use crate::core::{
    check::{self, Check},
    profile::family::Family,
};

/// The check that does not apply to catalogues.
const OFF: &[(&Check, &str)] =
    &[(&check::FOREIGN_IS_UNKNOWN, "a catalogue is the same for every customer")];

pub(super) static FAMILIES: &[Family] = &[
    Family { name: "countries", list: "getCountries", off: OFF, ..Family::NONE },
    Family { name: "currencies", list: "getCurrencies", off: OFF, ..Family::NONE },
    Family { name: "operating systems", list: "getOperatingsystems", off: OFF, ..Family::NONE },
    Family {
        name: "ping sites",
        list: "getPingSiteAction",
        key: "hostname",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "ping sites in detail",
        list: "getPingSiteDetailAction",
        key: "dcLocationName",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "ticket categories",
        list: "getTicketsCategories",
        key: "value",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "FlexMetal locations",
        list: "getFlexMetalLocations",
        parameter: "locationId",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "FlexMetal instance types",
        list: "getFlexMetalLocationInstanceTypes",
        parent: "FlexMetal locations",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "jobs",
        list: "getJobs",
        read: "getJob",
        parameter: "jobId",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "trigger rule actions",
        list: "getTriggerTypeRuleActions",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "trigger data types",
        list: "getTriggerTypeRuleDataTypes",
        off: OFF,
        ..Family::NONE
    },
    Family { name: "trigger actions", list: "getTriggerTypeActions", off: OFF, ..Family::NONE },
    Family { name: "trigger operators", list: "getTriggerTypeOperators", off: OFF, ..Family::NONE },
    Family {
        name: "trigger conditions",
        list: "getTriggerTypeConditions",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "trigger value types",
        list: "getTriggerTypeValueTypes",
        off: OFF,
        ..Family::NONE
    },
];
