//! What there is to choose from.

use crate::core::profile::family::{Family, View};

pub(super) const FAMILIES: &[Family] = &[
    Family { name: "hostPools", list: "listHostPools", key: "uuid", ..Family::NONE },
    Family { name: "vmParameters", list: "getVmParameters", key: "parameter", ..Family::NONE },
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
        ..Family::NONE
    },
    Family { name: "bootImages", list: "listBootImages", key: "uuid", ..Family::NONE },
];
