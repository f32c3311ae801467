//! What a fresh world holds: the files of `mock-server/world/i3d-v3/`.

use std::sync::LazyLock;

use super::dedicated_server_seed;
use crate::engine::{Context, Result, Seed, WorldKind};

/// A data file of the world, as JSON.
macro_rules! data {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/i3d-v3/", $name, ".json"))
    };
}
pub(super) use data;

/// What every world holds: its customers and what they agreed.
static CUSTOMERS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    vec![
        Seed::parse("account_details", data!("account_details")),
        Seed::parse("account_billing_details", data!("account_billing_details")),
        Seed::parse("user", data!("users")),
        Seed::parse("api_key", data!("api_keys")),
        Seed::parse("flex_metal_quota", data!("flex_metal_quotas")),
    ]
});

/// What the demo world holds beside them.
static DEMO: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    vec![
        Seed::parse("account_ip_whitelist", data!("account_ip_whitelists")),
        Seed::parse("api_key_ip_whitelist", data!("api_key_ip_whitelists")),
        Seed::parse("flex_metal_server", data!("flex_metal_servers")),
        Seed::parse("flex_metal_tag", data!("flex_metal_tags")),
        Seed::parse("ssh_key", data!("ssh_keys")),
        Seed::parse("ticket", data!("tickets")),
        Seed::parse("ticket_reply", data!("ticket_replies")),
        Seed::parse("ticket_attachment", data!("ticket_attachments")),
    ]
});

pub(super) fn seed(cx: &Context) -> Result<()> {
    CUSTOMERS.iter().try_for_each(|seed| seed.plant(cx))?;
    match cx.settings().kind {
        WorldKind::Demo => {
            DEMO.iter().try_for_each(|seed| seed.plant(cx))?;
            dedicated_server_seed::plant(cx)
        }
        WorldKind::Empty => Ok(()),
    }
}

/// The first key of the first customer is the one that the settings name.
pub(super) fn settle(cx: &Context) -> Result<()> {
    let sql = "UPDATE api_key SET body = json_set(body, '$.key', ?1) WHERE id = 4711";
    cx.db.execute(sql, [&cx.settings().api_key])?;
    Ok(())
}
