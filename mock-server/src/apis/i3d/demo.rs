//! What a fresh world holds: the files of `mock-server/world/i3d/`.

use std::sync::LazyLock;

use super::{
    account::customer, api_keys::keys, billing::demo_invoices, dedicated::demo_servers,
    reference::data::data,
};
use crate::engine::{Context, Result, Seed, WorldKind};

/// What every world holds: its customers and their contracts.
static CUSTOMERS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    vec![
        Seed::parse("account_details", data!("account/details")),
        Seed::parse("account_billing_details", data!("account/billing_details")),
        Seed::parse("user", data!("account/users")),
        Seed::parse("api_key", data!("api_keys/keys")),
        Seed::parse("flex_metal_quota", data!("flex_metal/quotas")),
        Seed::parse("calc_reseller", data!("shop/resellers")),
    ]
});

/// What the demo world holds in addition.
static DEMO: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    vec![
        Seed::parse("account_document", data!("account/documents")),
        Seed::parse("account_file", data!("account/files")),
        Seed::parse("account_ip_whitelist", data!("account/ip_whitelists")),
        Seed::parse("api_key_ip_whitelist", data!("api_keys/ip_whitelists")),
        Seed::parse("colocation", data!("colocation/services")),
        Seed::parse("colocation_alert", data!("colocation/alerts")),
        Seed::parse("colocation_pdu", data!("colocation/pdus")),
        Seed::parse("colocation_access", data!("colocation/accesses")),
        Seed::parse("colocation_access_document", data!("colocation/access_documents")),
        Seed::parse("cross_connect", data!("colocation/cross_connects")),
        Seed::parse("calc_order", data!("shop/orders")),
        Seed::parse("callback_setting", data!("notifications/callback_settings")),
        Seed::parse("email_confirmation", data!("account/email_confirmations")),
        Seed::parse("flex_metal_server", data!("flex_metal/servers")),
        Seed::parse("flex_metal_tag", data!("flex_metal/tags")),
        Seed::parse("job", data!("website/jobs")),
        Seed::parse("job_solicit", data!("website/job_solicits")),
        Seed::parse("newsletter_subscription", data!("website/newsletter_subscriptions")),
        Seed::parse("slack_setting", data!("notifications/slack_settings")),
        Seed::parse("ssh_key", data!("flex_metal/ssh_keys")),
        Seed::parse("ticket", data!("support/tickets")),
        Seed::parse("ticket_reply", data!("support/ticket_replies")),
        Seed::parse("ticket_attachment", data!("support/ticket_attachments")),
        Seed::parse("trigger", data!("notifications/triggers")),
    ]
});

/// The customer whose key the banner shows.
const FIRST_CUSTOMER: i64 = 100_123;
/// The id of their first key.
const FIRST_KEY: i64 = 4711;

/// Reads the files of a world, which `seed` finds read then.
pub(super) fn read_data(kind: WorldKind) {
    LazyLock::force(&CUSTOMERS);
    if kind == WorldKind::Demo {
        LazyLock::force(&DEMO);
        demo_servers::read_data();
        demo_invoices::read_data();
    }
}

pub(super) fn seed(cx: &Context) -> Result<()> {
    if cx.world_kind() != WorldKind::Nothing {
        CUSTOMERS.iter().try_for_each(|seed| seed.insert(cx))?;
    }
    if cx.world_kind() == WorldKind::Demo {
        DEMO.iter().try_for_each(|seed| seed.insert(cx))?;
        demo_servers::insert(cx)?;
        demo_invoices::insert(cx)?;
    }
    Ok(())
}

/// Makes the key of the settings the first key of the first customer, where there is one.
pub(super) fn apply_settings(cx: &Context) -> Result<()> {
    if customer::exists(cx, FIRST_CUSTOMER)? {
        keys::put_first_key(cx, FIRST_CUSTOMER, FIRST_KEY)?;
    }
    Ok(())
}
