//! The customer API of the Warren platform, version 1.

mod families;
mod refusals;

use std::sync::LazyLock;

use openapi::Route;

use self::{families::FAMILIES, refusals::REFUSALS};
use crate::core::profile::{ApiProfile, DemoKeys, credentials::Credentials};

/// The customer API of the Warren platform, version 1.
pub static PROFILE: LazyLock<ApiProfile> = LazyLock::new(|| ApiProfile {
    name: "warren-v1",
    contract: openapi::warren_v1(),
    credentials: Credentials::Header("apikey"),
    paging: None,
    refusals: REFUSALS,
    reads: |route| route.method.is_safe() || route.id == "getNetworkByPost",
    payload,
    prepared: PREPARED,
    shows_keys: &["listTokens", "createToken", "updateToken"],
    shared: &[],
    families: FAMILIES,
    shown: SHOWN,
    flows: &[],
    private: &[],
    demo_keys: DemoKeys {
        customer: "idcloudhostDemoToken0123456789AB",
        other: "idcloudhostOtherToken0123456789A",
        excluded: "idcloudhostDemoToken0123456789AB",
        stranger: "NobodyHasThisToken0123456789ABCD",
    },
    demo_names: DEMO_NAMES,
    faults: include_str!("faults.yaml"),
    live: include_str!("live.yaml"),
});

/// A change of tokens answers all of them, the new one last; some answers only say that it is done.
fn payload(route: &Route) -> &'static str {
    match route.id.as_str() {
        "createToken" => "/-",
        "getUser" => "/profile_data",
        "setDefaultBillingAccount" | "setPrimaryCard" => "/none",
        _ => "",
    }
}

/// Operations whose example never succeeds: they are for people, and no token may do them.
const PREPARED: &[&str] = &["addCard", "payAll", "payInvoice"];

/// Parameters whose values no list of a family shows, with the answers that do.
const SHOWN: &[(&str, &str, &str)] = &[];

/// Tokens of the demo world that no caller of a fixture has.
const DEMO_NAMES: &[(&str, &str)] = &[
    // The user whose account is empty.
    ("empty.token", "meowmeowmeow"),
    // The customer of the other brand.
    ("3nv.token", "3nvDemoToken0123456789ABCDEFGHIJ"),
];
