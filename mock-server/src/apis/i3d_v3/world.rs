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

/// What every world holds: its customers.
static CUSTOMERS: LazyLock<Vec<Seed>> = LazyLock::new(|| vec![Seed::parse("api_key", data!("api_keys"))]);

/// What the demo world holds beside them.
static DEMO: LazyLock<Vec<Seed>> = LazyLock::new(|| vec![Seed::parse("ssh_key", data!("ssh_keys"))]);

/// Where numbers begin that the data files do not use up.
const SEQUENCES: &[(&str, i64)] = &[("api_key", 5000)];

pub(super) fn seed(cx: &Context) -> Result<()> {
    for (name, last) in SEQUENCES {
        cx.db.execute("INSERT INTO sequence (name, last) VALUES (?1, ?2)", (name, last))?;
    }
    CUSTOMERS.iter().try_for_each(|seed| seed.plant(cx))?;
    let sql = "UPDATE api_key SET body = json_set(body, '$.key', ?1) WHERE id = 4711";
    cx.db.execute(sql, [&cx.world.settings.api_key])?;
    match cx.world.settings.kind {
        WorldKind::Demo => {
            DEMO.iter().try_for_each(|seed| seed.plant(cx))?;
            dedicated_server_seed::plant(cx)
        }
        WorldKind::Empty => Ok(()),
    }
}
