//! What a fresh world holds: customers of both brands, and one whose account is empty.

use std::sync::LazyLock;

use super::{
    account, billing, machines, network, object_storage, platform::data::data, services, storage,
};
use crate::engine::{Context, Result, Seed, WorldKind};

/// What every world holds.
static CUSTOMERS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    vec![
        Seed::parse("warren_customer", data!("customers")),
        Seed::parse("warren_user", data!("account/users")),
        Seed::parse("warren_token", data!("account/tokens")),
        Seed::parse("warren_billing_account", data!("billing/accounts")),
    ]
});

pub(super) fn seed(cx: &Context) -> Result<()> {
    if cx.world_kind() != WorldKind::Nothing {
        CUSTOMERS.iter().try_for_each(|seed| seed.insert(cx))?;
    }
    if cx.world_kind() == WorldKind::Demo {
        account::seed_demo(cx)?;
        network::seed_demo(cx)?;
        storage::seed_demo(cx)?;
        machines::seed_demo(cx)?;
        object_storage::seed_demo(cx)?;
        services::seed_demo(cx)?;
        complete(cx)?;
        billing::seed_demo(cx)?;
    }
    Ok(())
}

/// Puts what is in no network into its own, and charges for what nobody was charged for yet, from
/// when it was made.
pub(super) fn complete(cx: &Context) -> Result<()> {
    network::complete(cx)?;
    storage::complete(cx)?;
    machines::complete(cx)?;
    object_storage::complete(cx)?;
    services::complete(cx)
}
