//! Who an account belongs to, and how to reach them.

use openapi::Violation;
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    contact_details,
    email_confirmations::{self, EmailType},
    sign_up::NewCustomer,
    users,
};
use crate::engine::{Body, Context, Kind, Operation, PerAccount, Problem, Result, read, write};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("getAccountDetails", get),
        write("updateAccountDetails", update),
        write("updateEmailAction", change_email),
    ]
}

/// What is stored; [`shown`] is what a customer sees of it.
pub(in crate::apis::i3d) const DETAILS: PerAccount<Value> = PerAccount::new("account_details");

/// What a customer decides beside name and address.
const CHOICES: [&str; 3] = ["language", "emailAddressAbuse", "newsletter"];
/// What a customer agrees to, and stays with.
const AGREEMENTS: [&str; 3] = ["agreeToc", "agreeAup", "agreeDpa"];
/// What only i3D.net changes.
const BY_TICKET: [&str; 5] =
    ["accountType", "companyName", "vatNumber", "cocNumber", "isAllowedFlexMetal"];

const CONSUMER: i64 = 1;
const ENGLISH: i64 = 0;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmailChange {
    email_address: String,
    password: String,
}

fn get(cx: &Context) -> Result<[Value; 1]> {
    Ok([shown(cx)?])
}

fn update(cx: &Context, Body(mut new): Body<Value>) -> Result<[Value; 1]> {
    let before = DETAILS.get(cx)?;
    let mut errors = contact_details::errors(&new);
    errors.extend(fixed_errors(&before, &new));
    Problem::refuse(errors)?;
    refuse_foreign_address(cx, new["emailAddressAbuse"].as_str())?;
    let after = DETAILS.change(cx, |details| {
        contact_details::replace(details, &mut new);
        for name in CHOICES {
            details[name] = new[name].take();
        }
        for name in AGREEMENTS.into_iter().filter(|name| new[name] == 1) {
            details[name] = 1.into();
        }
        Ok(())
    })?;
    let addresses = [before, after].map(|mut details| details["emailAddressAbuse"].take());
    email_confirmations::follow(cx, EmailType::Abuse, addresses)?;
    get(cx)
}

/// The password is asked again: an open session alone must not be enough to take an account over.
fn change_email(cx: &Context, Body(new): Body<EmailChange>) -> Result<()> {
    if let Some(owner) = by_email(cx, &new.email_address)? {
        let whose = if owner == cx.account()? { "this" } else { "another" };
        return Err(Problem::invalid("emailAddress", format!("is the address of {whose} account")));
    }
    let user = users::by_account(cx, cx.account()?)?.ok_or_else(Problem::forbidden)?;
    // A wrong password is 403 here, and so is one too many: the operation documents nothing else.
    user.check_password(cx, &new.password).map_err(|problem| match problem.kind {
        Kind::Unauthenticated => {
            Problem { kind: Kind::Forbidden, ..problem }.because("The password is wrong")
        }
        Kind::TooManyRequests => Problem::forbidden().because("Too many wrong passwords"),
        _ => problem,
    })?;
    email_confirmations::ask(cx, EmailType::Main, &new.email_address)
}

/// Why a form changes what it may not change.
fn fixed_errors(details: &Value, form: &Value) -> Vec<Violation> {
    let none = |value: &Value| value.is_null() || value == "";
    let changes = |name: &&str| {
        let given = form.get(*name);
        given.is_some_and(|it| *it != details[*name] && !(none(it) && none(&details[*name])))
    };
    let by_ticket = BY_TICKET.into_iter().filter(changes);
    let withdrawn = AGREEMENTS.into_iter().filter(|name| details[*name] == 1 && form[*name] == 0);
    by_ticket
        .map(|name| Violation::new(name, "changes only through a ticket"))
        .chain(withdrawn.map(|name| Violation::new(name, "cannot be withdrawn")))
        .collect()
}

/// Reports of abuse are the business of the account alone, so they do not go to another customer.
fn refuse_foreign_address(cx: &Context, email_address: Option<&str>) -> Result<()> {
    let Some(email_address) = email_address else { return Ok(()) };
    match by_email(cx, email_address)? {
        Some(owner) if owner != cx.account()? => {
            Err(Problem::conflict(format!("{email_address} is the address of another account")))
        }
        _ => Ok(()),
    }
}

/// The details with the address that is not confirmed yet.
pub(super) fn shown(cx: &Context) -> Result<Value> {
    let mut details = DETAILS.get(cx)?;
    // Of a new account it is the main address itself that is unconfirmed.
    let other = email_confirmations::unconfirmed_main_email(cx)?
        .filter(|unconfirmed| details["emailAddress"] != unconfirmed.email);
    details["unconfirmedEmail"] = serde_json::to_value(other)?;
    Ok(details)
}

/// Gives a new account its details: there are no address and telephone numbers yet.
pub(super) fn create(cx: &Context, new: &NewCustomer, country_code: &str) -> Result<()> {
    let details = json!({
        "accountType": CONSUMER,
        "companyName": null,
        "vatNumber": null,
        "cocNumber": null,
        "firstName": new.first_name,
        "lastName": new.last_name,
        "address": "",
        "streetNumber": "",
        "zipCode": "",
        "city": "",
        "countryCode": country_code,
        "emailAddress": new.email_address,
        "unconfirmedEmail": null,
        "emailAddressValidated": 0,
        "phoneNumber": null,
        "phoneNumberMobile": null,
        "language": ENGLISH,
        "emailAddressAbuse": null,
        "newsletter": new.newsletter,
        "agreeToc": new.agree_toc,
        "agreeAup": new.agree_aup,
        "agreeDpa": new.agree_dpa,
        "isAllowedFlexMetal": 0,
    });
    DETAILS.put(cx, &details)
}

/// Makes an address that was confirmed the main one.
pub(super) fn confirm_main_email(cx: &Context, email_address: &str) -> Result<()> {
    if by_email(cx, email_address)?.is_some_and(|owner| cx.caller.account != Some(owner)) {
        return Err(Problem::invalid("hash", "is of an address that another account has by now"));
    }
    let confirm = |details: &mut Value| {
        details["emailAddress"] = email_address.into();
        details["emailAddressValidated"] = 1.into();
        Ok(())
    };
    DETAILS.change(cx, confirm).map(drop)
}

/// The account that has this main address, among all.
pub(super) fn by_email(cx: &Context, email_address: &str) -> Result<Option<i64>> {
    let sql = "SELECT account FROM account_details WHERE email_address = lower(?1)";
    Ok(cx.db.prepare_cached(sql)?.query_row([email_address], |row| row.get(0)).optional()?)
}

/// Whether this is the main address of the account, and confirmed.
pub(super) fn is_confirmed(cx: &Context, email_address: &str) -> Result<bool> {
    let details = DETAILS.get(cx)?;
    let same = |main: &str| main.eq_ignore_ascii_case(email_address);
    Ok(details["emailAddressValidated"] == 1 && details["emailAddress"].as_str().is_some_and(same))
}

/// Whether whoever signed up for the account has shown that the address is theirs.
pub(super) fn has_confirmed_email(cx: &Context) -> Result<bool> {
    Ok(DETAILS.get(cx)?["emailAddressValidated"] == 1)
}

/// Whether the account may order FlexMetal servers.
pub(in crate::apis::i3d) fn allows_flex_metal(cx: &Context) -> Result<bool> {
    Ok(DETAILS.get(cx)?["isAllowedFlexMetal"] == 1)
}

/// The name under which others see the account: the company, or the person where there is none.
pub(in crate::apis::i3d) fn name(cx: &Context) -> Result<String> {
    let details = DETAILS.get(cx)?;
    let text = |name: &str| details[name].as_str().unwrap_or_default();
    Ok(match text("companyName") {
        "" => format!("{} {}", text("firstName"), text("lastName")),
        company => company.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_i3d_changes_may_be_repeated_or_left_out() {
        let details = json!({
            "accountType": 2, "companyName": "Lighthouse Games B.V.", "vatNumber": null, "agreeToc": 1, "agreeAup": 0,
        });
        let at_fault = |form: Value| {
            let errors = fixed_errors(&details, &form).into_iter();
            errors.map(|error| error.property).collect::<Vec<_>>()
        };
        assert!(at_fault(json!({})).is_empty());
        assert!(at_fault(details.clone()).is_empty());
        assert!(at_fault(json!({ "vatNumber": "", "agreeToc": null, "agreeAup": 1 })).is_empty());
        let changed =
            json!({ "accountType": 1, "companyName": null, "vatNumber": "NL1", "agreeToc": 0 });
        assert_eq!(at_fault(changed), ["accountType", "companyName", "vatNumber", "agreeToc"]);
    }
}
