//! What there is to choose from.

use crate::core::{
    check::{self, Check},
    profile::family::{Family, View},
};

const OFF: &[(&Check, &str)] =
    &[(&check::FOREIGN_IS_UNKNOWN, "a catalogue is the same for every customer")];

pub(super) const FAMILIES: &[Family] = &[
    Family { name: "hostPools", list: "listHostPools", key: "uuid", off: OFF, ..Family::NONE },
    Family {
        name: "vmParameters",
        list: "getVmParameters",
        key: "parameter",
        off: OFF,
        ..Family::NONE
    },
    Family {
        name: "images",
        list: "listImages",
        views: &[
            View {
                operation: "listPlainOsImages",
                shows: |image| image["is_app_catalog"] == false,
            },
            View {
                operation: "listAppCatalogImages",
                shows: |image| image["is_app_catalog"] == true,
            },
        ],
        key: "os_name",
        off: OFF,
        ..Family::NONE
    },
    Family { name: "bootImages", list: "listBootImages", key: "uuid", off: OFF, ..Family::NONE },
];
