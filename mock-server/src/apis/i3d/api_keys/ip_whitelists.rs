//! Addresses from which an API key may be used: all until there is an active entry.

use serde::{Deserialize, Serialize};

use super::keys;
use crate::{
    apis::i3d::address_formats::{self, ip_ranges::IpRange},
    engine::{Body, Context, Operation, Page, Params, Result, RowType, Rows, Table, read, write},
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getAccountApiKeyWhitelists", list),
        write("createAccountApiKeyWhitelist", create),
        write("updateAccountApiKeyWhitelist", update),
        write("deleteAccountApiKeyWhitelist", delete),
    ]
}

const ENTRIES: Table<Entry> = Table::new("api_key_ip_whitelist", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ENTRIES.row_type()];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: i64,
    #[serde(flatten)]
    settings: Settings,
    updated_at: i64,
}

/// What a customer decides about an entry.
#[derive(Serialize, Deserialize)]
struct Settings {
    #[serde(flatten)]
    range: IpRange,
    comments: Option<String>,
    active: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByKey {
    api_key_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByKeyAndId {
    api_key_id: i64,
    api_key_whitelist_id: i64,
}

fn list(cx: &Context, Params(by): Params<ByKey>, page: Page) -> Result<Rows> {
    keys::require(cx, by.api_key_id)?;
    ENTRIES.page_where(cx, page, "api_key_id = ?", &[&by.api_key_id])
}

fn create(
    cx: &Context,
    Params(by): Params<ByKey>,
    Body(new): Body<Settings>,
) -> Result<[Entry; 1]> {
    keys::require(cx, by.api_key_id)?;
    new.range.check()?;
    let entry = Entry { id: ENTRIES.next_id(cx)?, settings: new, updated_at: cx.now };
    ENTRIES.insert_with(cx, &entry, &[("api_key_id", &by.api_key_id)])?;
    Ok([entry])
}

fn update(
    cx: &Context,
    Params(by): Params<ByKeyAndId>,
    Body(new): Body<Settings>,
) -> Result<[Entry; 1]> {
    by.require(cx)?;
    new.range.check()?;
    let entry = Entry { id: by.api_key_whitelist_id, settings: new, updated_at: cx.now };
    ENTRIES.replace(cx, entry.id, &entry)?;
    Ok([entry])
}

fn delete(cx: &Context, Params(by): Params<ByKeyAndId>) -> Result<()> {
    by.require(cx)?;
    ENTRIES.remove(cx, by.api_key_whitelist_id)
}

impl ByKeyAndId {
    /// Refuses an entry that the key does not have.
    fn require(&self, cx: &Context) -> Result<()> {
        let ids = [&self.api_key_whitelist_id as _, &self.api_key_id as _];
        ENTRIES.require_where(cx, "id = ? AND api_key_id = ?", &ids)
    }
}

/// Whether this key may be used from where the caller is.
pub(in crate::apis::i3d) fn allow(cx: &Context, api_key_id: i64) -> Result<bool> {
    let sql = "SELECT body FROM api_key_ip_whitelist WHERE api_key_id = ?1 AND active = 1";
    address_formats::ip_ranges::allow(cx, sql, api_key_id)
}
