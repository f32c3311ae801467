//! What a fresh world holds.

use serde_json::json;

use crate::engine::{Context, Result};

pub(super) fn seed(cx: &Context) -> Result<()> {
    let key = json!({"id": 1, "category": 0, "key": cx.world.settings.api_key, "note": "demo", "assignOdpServerIps": 0, "used": 0, "expiresAt": null});
    cx.db.execute("INSERT INTO api_key (account, body) VALUES (100123, ?1)", [key.to_string()])?;
    Ok(())
}
