//! The operating systems that a server can be installed with.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Operation, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getOperatingsystems", list)]
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct OperatingSystem {
    id: i64,
    name: String,
    pub slug: String,
    os_group: i64,
    is_odp: i64,
    available_for_flex_metal: i64,
    active: i64,
}

/// A family of systems, on which it depends what an order may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::apis::i3d) enum Family {
    /// It has an administrator with a password.
    Windows,
    /// It is set up by kernel parameters and knows neither shell nor keys.
    Talos,
    /// A system that a script of the customer boots.
    CustomIpxe,
    /// Everything else.
    Linux,
}

fn list(_: &Context) -> Result<Vec<&'static OperatingSystem>> {
    Ok(ALL.iter().collect())
}

/// The system of this slug.
pub(in crate::apis::i3d) fn of_slug(slug: &str) -> Option<&'static OperatingSystem> {
    ALL.iter().find(|it| it.slug == slug)
}

impl OperatingSystem {
    /// Whether a FlexMetal server can be installed with it.
    pub(in crate::apis::i3d) fn is_offered(&self) -> bool {
        self.active == 1 && self.available_for_flex_metal == 1
    }

    pub(in crate::apis::i3d) fn family(&self) -> Family {
        match self.slug.as_str() {
            "custom-ipxe" => Family::CustomIpxe,
            slug if slug.starts_with("talos-") => Family::Talos,
            _ if self.os_group == 1 => Family::Windows,
            _ => Family::Linux,
        }
    }
}

static ALL: LazyLock<Vec<OperatingSystem>> = LazyLock::new(|| {
    serde_json::from_str(data!("reference/operating_systems"))
        .expect("the list of systems is well-formed")
});
