//! The user and their profile.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    apis::warren::platform::time::Time,
    engine::{Body, Context, Object, Operation, PerAccount, Result, RowType, read, write},
};

pub(super) fn operations() -> [Operation; 2] {
    [read("getUser", get), write("modifyProfile", modify)]
}

/// What is kept of a user.
#[derive(Serialize, Deserialize)]
pub(in crate::apis::warren) struct User {
    pub(in crate::apis::warren) cookie_id: String,
    pub(in crate::apis::warren) id: i64,
    pub(in crate::apis::warren) profile_data: Profile,
}

#[derive(Serialize, Deserialize)]
pub(in crate::apis::warren) struct Profile {
    pub(in crate::apis::warren) avatar: String,
    pub(in crate::apis::warren) created_at: Time,
    pub(in crate::apis::warren) email: String,
    pub(in crate::apis::warren) first_name: String,
    pub(in crate::apis::warren) id: i64,
    pub(in crate::apis::warren) last_name: String,
    pub(in crate::apis::warren) personal_id_number: String,
    pub(in crate::apis::warren) phone_number: String,
    pub(in crate::apis::warren) updated_at: Option<Time>,
    pub(in crate::apis::warren) user_id: i64,
}

pub(in crate::apis::warren) const USERS: PerAccount<User> = PerAccount::new("warren_user");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[USERS.row_type()];

/// Gives a new account its user, of whom little is known.
pub(in crate::apis::warren) fn create(cx: &Context, name: String, email: String) -> Result<()> {
    let account = cx.account()?;
    let profile = Profile {
        avatar: String::new(),
        created_at: Time(cx.now),
        email,
        first_name: name,
        id: account,
        last_name: String::new(),
        personal_id_number: String::new(),
        phone_number: String::new(),
        updated_at: None,
        user_id: account,
    };
    let cookie_id = cx.new_uuid()?.simple().to_string();
    USERS.put(cx, &User { cookie_id, id: account, profile_data: profile })
}

#[derive(Serialize)]
struct ShownUser {
    cookie_id: String,
    id: i64,
    last_activity: Time,
    name: String,
    profile: Value,
    profile_data: Profile,
    state: State,
}

/// Nothing is known of what it holds.
#[derive(Serialize)]
struct State {}

#[derive(Deserialize)]
struct ModifyProfile {
    first_name: Option<String>,
    last_name: Option<String>,
    phone_number: Option<String>,
    personal_id_number: Option<String>,
}

/// The user is active right now.
fn get(cx: &Context) -> Result<Object<ShownUser>> {
    let User { cookie_id, id, profile_data } = USERS.get(cx)?;
    Ok(Object(ShownUser {
        cookie_id,
        id,
        last_activity: Time(cx.now),
        name: profile_data.email.clone(),
        profile: Value::Null,
        profile_data,
        state: State {},
    }))
}

fn modify(cx: &Context, Body(new): Body<ModifyProfile>) -> Result<Object<Profile>> {
    let user = USERS.change(cx, |user| {
        let profile = &mut user.profile_data;
        profile.first_name = new.first_name.unwrap_or_else(|| profile.first_name.clone());
        profile.last_name = new.last_name.unwrap_or_else(|| profile.last_name.clone());
        let given = new.personal_id_number;
        profile.personal_id_number = given.unwrap_or_else(|| profile.personal_id_number.clone());
        let given = new.phone_number.map(|text| with_plus(&text));
        profile.phone_number = given.unwrap_or_else(|| profile.phone_number.clone());
        profile.updated_at = Some(Time(cx.now));
        Ok(())
    });
    Ok(Object(user?.profile_data))
}

/// Clients write the plus of a phone number into forms as it is, where it stands for a space.
fn with_plus(phone_number: &str) -> String {
    let digits = phone_number.strip_prefix(' ').filter(|it| it.starts_with(char::is_numeric));
    digits.map_or_else(|| phone_number.to_owned(), |digits| format!("+{digits}"))
}
