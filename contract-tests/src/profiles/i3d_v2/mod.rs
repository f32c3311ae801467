//! The i3D.net v2 API, administration.

mod families;
mod refusals;

use std::sync::LazyLock;

use openapi::Route;

use self::{families::FAMILIES, refusals::REFUSALS};
use crate::core::profile::{ApiProfile, DemoKeys, credentials::Credentials};

/// The i3D.net v2 API.
pub static PROFILE: LazyLock<ApiProfile> = LazyLock::new(|| ApiProfile {
    name: "i3d-v2",
    contract: openapi::i3d_v2(),
    credentials: Credentials::Members { user: "userId", key: "apiKey" },
    paging: None,
    refusals: REFUSALS,
    reads: |route| READS.contains(&route.id.as_str()),
    payload,
    prepared: &[],
    shows_keys: &[],
    shared: &[],
    families: FAMILIES,
    shown: SHOWN,
    flows: &[],
    private: &[],
    demo_keys: DemoKeys {
        customer: "100123:i3dDemoKey0123456789",
        other: "100456:i3dHarbourKey0987654",
        excluded: "100123:i3dOfficeKey24681357",
        stranger: "100123:NobodyHasThisKey0000",
    },
    demo_names: &[],
    faults: include_str!("faults.yaml"),
    live: include_str!("live.yaml"),
});

/// Actions that change nothing. Reading a ticket marks it as read, which version 3 shows.
const READS: [&str; 5] =
    ["getInvoiceIds", "getInvoiceDetails", "getTicketOverview", "getTicket", "getTicketAttachment"];

/// Members of bodies whose values no list of a family shows, with the answers that do.
const SHOWN: &[(&str, &str, &str)] =
    &[("attachmentId", "getTicket", "/data/replies/0/attachments/0/attachmentId")];

/// Every answer but a file is in an envelope.
fn payload(route: &Route) -> &'static str {
    match route.id.as_str() {
        "getInvoiceIds" => "/data/invoiceIds",
        "getInvoiceDetails" => "/data/invoices/0",
        "getTicketOverview" => "/data/tickets",
        "getTicket" => "/data/thread",
        "getTicketAttachment" => "",
        _ => "/data",
    }
}
