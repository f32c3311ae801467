//! What a fresh world holds: the files of `mock-server/world/i3d-v3/`.

use std::sync::LazyLock;

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
        Seed::parse("api_key", data!("api_keys")),
        Seed::parse("flex_metal_quota", data!("flex_metal_quotas")),
    ]
});

/// What the demo world holds beside them.
static DEMO: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    vec![
        Seed::parse("flex_metal_server", data!("flex_metal_servers")),
        Seed::parse("flex_metal_tag", data!("flex_metal_tags")),
        Seed::parse("ssh_key", data!("ssh_keys")),
    ]
});

/// Where numbers begin that the data files do not use up.
const SEQUENCES: &[(&str, i64)] = &[("api_key", 5000), ("flex_metal_server", 100)];

pub(super) fn seed(cx: &Context) -> Result<()> {
    for (name, last) in SEQUENCES {
        cx.db.execute("INSERT INTO sequence (name, last) VALUES (?1, ?2)", (name, last))?;
    }
    CUSTOMERS.iter().try_for_each(|seed| seed.plant(cx))?;
    let sql = "UPDATE api_key SET body = json_set(body, '$.key', ?1) WHERE id = 4711";
    cx.db.execute(sql, [&cx.world.settings.api_key])?;
    match cx.world.settings.kind {
        WorldKind::Demo => DEMO.iter().try_for_each(|seed| seed.plant(cx)),
        WorldKind::Empty => Ok(()),
    }
}
