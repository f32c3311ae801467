//! Signing up: a new account, which cannot be logged in to before its email address is confirmed.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use super::{
    action_log,
    blank_texts::blank_errors,
    contact_details::Addressee,
    customer::{self, Details},
    email_confirmations::{self, EmailType},
    opening, users,
};
use crate::engine::{Body, Context, Operation, Problem, Result, write};

pub(super) fn operations() -> [Operation; 1] {
    [write("signUp", sign_up)]
}

/// The form does not ask for a country; this is the one of i3D.net.
const COUNTRY_CODE: &str = "NL";

/// The form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewCustomer {
    email_address: String,
    password: String,
    first_name: String,
    last_name: String,
    newsletter: i64,
    agree_toc: i64,
    agree_aup: i64,
    agree_dpa: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitialAccount {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    newsletter: i64,
    agree_toc: i64,
    agree_aup: i64,
    agree_dpa: i64,
}

fn sign_up(cx: &Context, Body(new): Body<NewCustomer>) -> Result<[InitialAccount; 1]> {
    Problem::refuse(errors(cx, &new)?)?;
    let account = users::next_account(cx)?;
    let cx = &cx.on_behalf_of(account);
    let username = user_name(&new.email_address, account);
    let addressee = Addressee::of(&new.first_name, &new.last_name, COUNTRY_CODE);
    let details = Details {
        newsletter: Some(new.newsletter),
        agree_toc: Some(new.agree_toc),
        agree_aup: Some(new.agree_aup),
        agree_dpa: Some(new.agree_dpa),
        ..Details::of_consumer(addressee, new.email_address.clone())
    };
    opening::open(cx, account, &username, &new.password, &details)?;
    action_log::add(cx, "Sign up", "The account was opened")?;
    email_confirmations::request(cx, EmailType::Main, &new.email_address)?;
    Ok([InitialAccount {
        id: account,
        username,
        email: new.email_address,
        first_name: new.first_name,
        last_name: new.last_name,
        newsletter: new.newsletter,
        agree_toc: new.agree_toc,
        agree_aup: new.agree_aup,
        agree_dpa: new.agree_dpa,
    }])
}

fn errors(cx: &Context, new: &NewCustomer) -> Result<Vec<Violation>> {
    let mut errors = Vec::new();
    if customer::by_email(cx, &new.email_address)?.is_some() {
        errors.push(Violation::new("emailAddress", "has an account already"));
    }
    let names = [("firstName", &new.first_name), ("lastName", &new.last_name)];
    errors.extend(blank_errors(names));
    let agreements =
        [("agreeToc", new.agree_toc), ("agreeAup", new.agree_aup), ("agreeDpa", new.agree_dpa)];
    let missing = agreements.into_iter().filter(|(_, agreed)| *agreed != 1);
    errors.extend(missing.map(|(name, _)| Violation::new(name, "must be agreed to")));
    Ok(errors)
}

/// A name to log in with, unique because it ends in the number of the account.
fn user_name(email_address: &str, account: i64) -> String {
    let name = email_address.split('@').next().unwrap_or_default();
    format!("{}-{account}", name.to_ascii_lowercase())
}
