//! The i3D.net v3 API.

mod families;
mod flows;
mod pages;
mod refusals;

use std::sync::LazyLock;

use self::{families::FAMILIES, flows::FLOWS, pages::PAGING, refusals::REFUSALS};
use crate::core::profile::{ApiProfile, DemoKeys, credentials::Credentials};

/// The i3D.net v3 API.
pub static PROFILE: LazyLock<ApiProfile> = LazyLock::new(|| ApiProfile {
    name: "i3d-v3",
    contract: openapi::i3d_v3(),
    credentials: Credentials::Header("private-token"),
    paging: Some(PAGING),
    refusals: REFUSALS,
    reads: |route| route.method.is_safe(),
    payload: |_| "",
    prepared: PREPARED,
    shows_keys: &["getAccountApiKeys"],
    shared: SHARED,
    families: FAMILIES,
    shown: SHOWN,
    flows: FLOWS,
    private: &["iban"],
    demo_keys: DemoKeys {
        customer: "i3dDemoKey0123456789",
        other: "i3dHarbourKey0987654",
        excluded: "i3dOfficeKey24681357",
        stranger: "NobodyHasThisKey0000",
    },
    demo_names: DEMO_NAMES,
    faults: include_str!("faults.yaml"),
    live: include_str!("live.yaml"),
});

/// Operations whose example needs other requests before it; scenarios make them.
const PREPARED: &[&str] = &[
    // Needs a login that waits for its one-time password, and the password of the moment.
    "provideOTP",
    // Needs the hash of a mail, which is sent when it is asked for.
    "validateAccountPasswordReset",
];

/// Parameters of paths whose values no list of a family shows, with the answers that do.
const SHOWN: &[(&str, &str, &str)] = &[
    ("categoryName", "getCalcCategories", "/0/name"),
    ("fileId", "getAccountFiles", "/0/id"),
    ("invoiceNumber", "getAccountInvoices", "/0/invoiceNumber"),
    ("pduId", "getColocationPdus", "/0/id"),
    ("serviceName", "getCalcCategories", "/0/name"),
    ("upLinkId", "getColocations", "/0/uplinks/0/uplinkId"),
    ("upLinkId", "getCrossConnects", "/0/uplinks/0/uplinkId"),
    ("uplinkId", "getCrossConnects", "/0/uplinks/0/uplinkId"),
];

/// Operations whose path names nothing that belongs to a customer: a method of requests, parts of
/// the catalogue.
const SHARED: &[&str] = &[
    "getAccountApiLog",
    "getCalcConfig",
    "getCalcItem",
    "getCalcUtilitiesMarginFactors",
    "getCalcUtilitiesServiceVatPercentage",
];

/// The logins of the demo world, which are no secrets.
const DEMO_NAMES: &[(&str, &str)] = &[
    ("demo.user", "demo"),
    ("demo.password", "i3dDemoPassword"),
    ("demo.otp", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    ("harbour.user", "harbour"),
    ("harbour.password", "harbourPassword"),
];
