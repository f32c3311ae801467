//! Customers that a test makes, who need not sign up.

use std::sync::LazyLock;

use openapi::ObjectSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    account::users,
    billing,
    platform::{NAME, brand, data::data, token},
};
use crate::engine::{Context, Problem, Result};

/// What may be said of a new customer.
static SCHEMA: LazyLock<ObjectSchema> = LazyLock::new(|| {
    let options = serde_json::from_str(data!("new_customer")).expect("schemas by name");
    ObjectSchema::of_options(openapi::warren_v1(), &options)
});

#[derive(Deserialize)]
struct Wanted {
    account: Option<i64>,
    key: Option<String>,
    name: Option<String>,
    email: Option<String>,
    brand: Option<String>,
}

/// Makes a customer with a token and a billing account. Answers keys, brand and billing account.
pub(super) fn add(cx: &Context, wanted: &Value) -> Result<Value> {
    Problem::refuse(SCHEMA.check(wanted))?;
    let wanted: Wanted = serde_json::from_value(wanted.clone())?;
    if let Some(name) = &wanted.brand
        && !brand::all().any(|brand| brand == name)
    {
        let brands: Vec<&str> = brand::all().collect();
        return Err(Problem::invalid("brand", format!("must be one of {}", brands.join(", "))));
    }
    let account = wanted.account.map_or_else(|| brand::next_account(cx), Ok)?;
    if brand::has_customer(cx, account)? {
        return Err(Problem::invalid("account", "is one that another customer has"));
    }
    let cx = &cx.on_behalf_of(account);
    let email = wanted.email.unwrap_or_else(|| format!("customer-{account}@customers.example"));
    let name = wanted.name.unwrap_or_else(|| format!("Customer {account}"));
    brand::enrol(cx, wanted.brand)?;
    users::create(cx, name, email.clone())?;
    let taken = || Problem::invalid("key", "is one that another customer has");
    let key = token::add_first(cx, wanted.key)?.ok_or_else(taken)?;
    let billing_account = billing::account::open_first(cx, email)?;
    Ok(json!({
        "provider": NAME,
        "account": account,
        "keys": { "warren-v1": key },
        "brand": brand::of_caller(cx)?.name,
        "billing_account_id": billing_account,
    }))
}
