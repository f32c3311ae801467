//! The S3 user and their keys. Both are made when somebody first asks for the user, or makes a
//! bucket, which must belong to one; before that there is no account of the object storage.

use serde::{Deserialize, Serialize};

use crate::{
    apis::warren::{
        account::users,
        platform::success::{Success, success},
    },
    engine::{
        Body, Context, Object, Operation, Page, PerAccount, Problem, ProblemKind, Result, RowType,
        Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 4] {
    [
        write("getStorageUser", get_or_make),
        read("listStorageKeys", list),
        write("createStorageKey", create),
        write("deleteStorageKey", delete),
    ]
}

const USERS: PerAccount<User> = PerAccount::new("warren_s3_user");
/// By the access key, as the references list them: a new key may stand anywhere.
const KEYS: Table<Key> = Table::new("warren_s3_key", "access_key");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[USERS.row_type(), KEYS.row_type()];

/// How many buckets a user can have.
const MAX_BUCKETS: u32 = 1000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    display_name: String,
    email: String,
    max_buckets: u32,
    /// 1 for one who is.
    suspended: u8,
    user_id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    access_key: String,
    secret_key: String,
    user_id: String,
}

/// What there never is.
type Nothing = [(); 0];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownUser {
    #[serde(flatten)]
    user: User,
    caps: Nothing,
    s3_credentials: Vec<Key>,
    subusers: Nothing,
    swift_credentials: Nothing,
}

#[derive(Deserialize)]
struct ByAccessKey {
    access_key: String,
}

fn get_or_make(cx: &Context) -> Result<Object<ShownUser>> {
    Ok(Object(ShownUser {
        user: of_caller_or_new(cx)?,
        caps: [],
        s3_credentials: KEYS.rows(cx, Page::ALL)?,
        subusers: [],
        swift_credentials: [],
    }))
}

/// Who owns what the caller stores.
pub(super) fn owner(cx: &Context) -> Result<String> {
    of_caller_or_new(cx).map(|user| user.user_id)
}

fn of_caller_or_new(cx: &Context) -> Result<User> {
    match of_caller(cx)? {
        Some(user) => Ok(user),
        None => make(cx),
    }
}

fn make(cx: &Context) -> Result<User> {
    let name = users::USERS.get(cx)?.profile_data.email;
    let user = User {
        display_name: name.clone(),
        email: String::new(),
        max_buckets: MAX_BUCKETS,
        suspended: 0,
        user_id: name,
    };
    USERS.put(cx, &user)?;
    add_key(cx, &user)?;
    Ok(user)
}

fn list(cx: &Context) -> Result<Rows> {
    require(cx)?;
    KEYS.page(cx, Page::ALL)
}

fn create(cx: &Context) -> Result<Rows> {
    let user = require(cx)?;
    add_key(cx, &user)?;
    KEYS.page(cx, Page::ALL)
}

fn delete(cx: &Context, Body(by): Body<ByAccessKey>) -> Result<Object<Success>> {
    require(cx)?;
    if !KEYS.has(cx, &by.access_key)? {
        return Err(Problem::not_found().because("Key not found"));
    }
    KEYS.remove(cx, &by.access_key)?;
    Ok(success())
}

fn add_key(cx: &Context, user: &User) -> Result<()> {
    let key = Key {
        access_key: cx.random_text(20)?.to_ascii_uppercase(),
        secret_key: format!("{}{}", cx.random_text(20)?, cx.random_text(20)?),
        user_id: user.user_id.clone(),
    };
    KEYS.insert(cx, &key)
}

fn require(cx: &Context) -> Result<User> {
    let unknown = || Problem::not_found().because("Storage account not found.");
    of_caller(cx)?.ok_or_else(unknown)
}

fn of_caller(cx: &Context) -> Result<Option<User>> {
    match USERS.get(cx) {
        Err(problem) if problem.kind == ProblemKind::NotFound => Ok(None),
        user => user.map(Some),
    }
}
