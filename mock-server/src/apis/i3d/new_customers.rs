//! Customers that a test makes, who can do at once what others sign up and wait for.

use std::sync::LazyLock;

use openapi::ObjectSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    NAME,
    account::{
        contact_details::Addressee,
        customer::{self, Details},
        opening, users,
    },
    api_keys::keys,
    flex_metal::quota,
    reference::data::data,
};
use crate::engine::{Context, Problem, Result};

/// What may be said of a new customer.
static SCHEMA: LazyLock<ObjectSchema> = LazyLock::new(|| {
    let options = serde_json::from_str(data!("new_customer")).expect("schemas by name");
    ObjectSchema::of_options(openapi::i3d_v3(), &options)
});

/// How many servers of a kind a customer may run, where nothing is said.
const QUOTA: i64 = 10;
/// How long a password is that nobody chose.
const PASSWORD_LENGTH: usize = 16;
/// Where customers are at home of whom nothing is said.
const COUNTRY_CODE: &str = "NL";

#[derive(Deserialize)]
struct Wanted {
    account: Option<i64>,
    key: Option<String>,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    login: Login,
    #[serde(default)]
    rights: Rights,
}

#[derive(Default, Deserialize)]
struct Login {
    user: Option<String>,
    password: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rights {
    flex_metal: Option<bool>,
    quota: Option<i64>,
}

/// Makes a customer, whose address is confirmed. Answers keys, login and rights.
pub(super) fn add(cx: &Context, wanted: &Value) -> Result<Value> {
    Problem::refuse(SCHEMA.check(wanted))?;
    let wanted: Wanted = serde_json::from_value(wanted.clone())?;
    let account = wanted.account.map_or_else(|| users::next_account(cx), Ok)?;
    if customer::exists(cx, account)? {
        return Err(Problem::invalid("account", "is one that another customer has"));
    }
    let user = wanted.login.user.unwrap_or_else(|| format!("customer-{account}"));
    if users::exists(cx, &user)? {
        return Err(Problem::invalid("login.user", "is the name of another user"));
    }
    let email = wanted.email.unwrap_or_else(|| format!("customer-{account}@customers.example"));
    if customer::by_email(cx, &email)?.is_some() {
        return Err(Problem::invalid("email", "is the address of another customer"));
    }
    let password = wanted.login.password.map_or_else(|| cx.random_text(PASSWORD_LENGTH), Ok)?;
    let flex_metal = wanted.rights.flex_metal.unwrap_or(true);
    let quota = wanted.rights.quota.unwrap_or(if flex_metal { QUOTA } else { 0 });
    let name = wanted.name.unwrap_or_else(|| format!("Customer {account}"));
    let details = details(name, email, flex_metal);
    opening::open(cx, account, &user, &password, &details)?;
    let cx = &cx.on_behalf_of(account);
    let taken = || Problem::invalid("key", "is one that another customer has");
    let key = keys::add(cx, wanted.key)?.ok_or_else(taken)?;
    quota::grant(cx, quota)?;
    Ok(json!({
        "provider": NAME,
        "account": account,
        "keys": { "i3d-v3": key, "i3d-v2": key },
        "login": { "user": user, "password": password },
        "rights": { "flexMetal": flex_metal, "quota": quota },
    }))
}

fn details(name: String, email: String, flex_metal: bool) -> Details {
    let addressee = Addressee::of("New", "Customer", COUNTRY_CODE);
    Details {
        company_name: Some(name),
        email_address_validated: Some(1),
        agree_toc: Some(1),
        agree_aup: Some(1),
        agree_dpa: Some(1),
        is_allowed_flex_metal: flex_metal.into(),
        ..Details::of_consumer(addressee, email)
    }
}
