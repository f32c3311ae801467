//! Addresses from which an account may be used, with a key or a session: all until there is an
//! active entry.

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::address_formats::{self, ip_ranges::IpRange},
    engine::{
        Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getAccountWhitelists", list),
        write("createAccountWhitelist", create),
        write("updateAccountWhitelist", update),
        write("deleteAccountWhitelist", delete),
        read("createAccountWhitelistCheck", check),
    ]
}

const ENTRIES: Table<Entry> = Table::new("account_ip_whitelist", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ENTRIES.row_type()];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: i64,
    #[serde(flatten)]
    settings: Settings,
    created_at: i64,
}

/// What a customer decides about an entry.
#[derive(Serialize, Deserialize)]
struct Settings {
    #[serde(flatten)]
    range: IpRange,
    #[serde(default)]
    description: String,
    active: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    whitelist_id: i64,
}

fn list(cx: &Context, page: Page) -> Result<Rows> {
    ENTRIES.page(cx, page)
}

fn create(cx: &Context, Body(new): Body<Settings>) -> Result<[Entry; 1]> {
    new.range.check()?;
    let entry = Entry { id: ENTRIES.next_id(cx)?, settings: new, created_at: cx.now };
    ENTRIES.insert(cx, &entry)?;
    Ok([entry])
}

fn update(cx: &Context, Params(by): Params<ById>, Body(new): Body<Settings>) -> Result<[Entry; 1]> {
    let entry = ENTRIES.change(cx, by.whitelist_id, |entry| {
        new.range.check()?;
        entry.settings = new;
        Ok(())
    })?;
    Ok([entry])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    ENTRIES.remove(cx, by.whitelist_id)
}

/// A request that gets here is allowed: its credentials were checked against the whitelist before.
fn check(_: &Context) -> Result<()> {
    Ok(())
}

/// Whether this account may be used from where the caller is.
pub(in crate::apis::i3d) fn allow(cx: &Context, account: i64) -> Result<bool> {
    let sql = "SELECT body FROM account_ip_whitelist WHERE account = ?1 AND active = 1";
    address_formats::ip_ranges::allow(cx, sql, account)
}

/// The context of an account, for a caller who proved by a mail that it is theirs; refused where
/// the account may not be used from their address.
pub(super) fn on_behalf_of<'a>(cx: &Context<'a>, account: i64) -> Result<Context<'a>> {
    if allow(cx, account)? { Ok(cx.on_behalf_of(account)) } else { Err(Problem::forbidden()) }
}
