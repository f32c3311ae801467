//! API keys, with which programs authenticate.

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d,
    engine::{
        Body, Context, Operation, Page, Params, Problem, Result, RowType, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getAccountApiKeys", list),
        write("createApiKeyForUser", create),
        write("updateAccountApiKey", update),
        write("deleteAccountApiKey", delete),
    ]
}

const API_KEYS: Table<ApiKey> = Table::new("api_key", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[API_KEYS.row_type()];

/// Letters and digits of a key.
const KEY_LENGTH: usize = 20;

#[derive(Serialize, Deserialize)]
struct ApiKey {
    id: i64,
    key: String,
    used: u64,
    #[serde(flatten)]
    settings: Settings,
}

/// What a customer decides about a key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    category: i64,
    note: Option<String>,
    assign_odp_server_ips: i64,
    expires_at: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    api_key_id: i64,
}

fn list(cx: &Context, page: Page) -> Result<Vec<ApiKey>> {
    let keys = API_KEYS.rows(cx, page)?;
    Ok(keys.into_iter().map(|key| counted(cx, key)).collect())
}

fn create(cx: &Context, Body(new): Body<Settings>) -> Result<[ApiKey; 1]> {
    let key = ApiKey {
        id: API_KEYS.next_id(cx)?,
        key: cx.random_text(KEY_LENGTH)?,
        used: 0,
        settings: new,
    };
    API_KEYS.insert(cx, &key)?;
    Ok([key])
}

fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<Settings>,
) -> Result<[ApiKey; 1]> {
    let key = API_KEYS.change(cx, by.api_key_id, |key| {
        key.settings = new;
        Ok(())
    })?;
    Ok([counted(cx, key)])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    API_KEYS.remove(cx, by.api_key_id)
}

/// Gives the account this key, or one that is drawn; `None` where somebody has it already.
pub(in crate::apis::i3d) fn add(cx: &Context, key: Option<String>) -> Result<Option<String>> {
    let key = key.map_or_else(|| cx.random_text(KEY_LENGTH), Ok)?;
    if cx.db.prepare_cached("SELECT 1 FROM api_key WHERE key = ?1")?.exists([&key])? {
        return Ok(None);
    }
    let settings = Settings { category: 0, note: None, assign_odp_server_ips: 0, expires_at: None };
    let (id, used) = (API_KEYS.next_id(cx)?, 0);
    API_KEYS.insert(cx, &ApiKey { id, key: key.clone(), used, settings })?;
    Ok(Some(key))
}

/// Refuses a key that the account does not have.
pub(super) fn require(cx: &Context, id: i64) -> Result<()> {
    API_KEYS.require(cx, id)
}

/// Counts a request that came with this key.
pub(in crate::apis::i3d) fn count_use(cx: &Context, id: i64) {
    cx.counts().add("api_key", id);
}

/// The key with the requests counted that came since the server started.
fn counted(cx: &Context, key: ApiKey) -> ApiKey {
    ApiKey { used: key.used + cx.counts().of("api_key", key.id), ..key }
}

/// Gives `account` the key of the settings, under this id and without expiry, also in a kept world
/// where that key was deleted or has expired.
pub(in crate::apis::i3d) fn put_first_key(cx: &Context, account: i64, id: i64) -> Result<()> {
    let taken = "SELECT 1 FROM api_key WHERE key = ?1 AND id <> ?2";
    let key = &cx.settings::<i3d::Settings>()?.api_key;
    if cx.db.prepare_cached(taken)?.exists((key, id))? {
        return Err(Problem::conflict(
            "another customer or key of this world has the API key that was given",
        ));
    }
    let put = "INSERT INTO api_key (account, body)
               VALUES (?1, json_object('id', ?2, 'category', 0, 'key', ?3, 'note', 'demo',
                                       'assignOdpServerIps', 0, 'used', 0, 'expiresAt', NULL))
               ON CONFLICT (id)
               DO UPDATE SET body = json_set(body, '$.key', ?3, '$.expiresAt', NULL)
               WHERE account = ?1";
    cx.db.execute(put, (account, id, key))?;
    Ok(())
}
