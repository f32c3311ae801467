//! The details of an account: shown to the customer, and changed by them.

use openapi::Violation;
use serde::{Deserialize, Deserializer};

use super::{
    contact_details::{self, Addressee, Phones},
    customer::{DETAILS, Details, by_email},
    email_confirmations::{self, EmailType},
    users,
};
use crate::engine::{Body, Context, Operation, Problem, ProblemKind, Result, read, write};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("getAccountDetails", get),
        write("updateAccountDetails", update),
        write("updateEmailAction", change_email),
    ]
}

/// The form that changes the details.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    #[serde(flatten)]
    addressee: Addressee,
    #[serde(flatten)]
    phones: Phones,
    #[serde(flatten)]
    fixed: Fixed,
    language: i64,
    email_address_abuse: Option<String>,
    newsletter: Option<i64>,
}

/// What only i3D.net changes, and agreements that cannot be withdrawn; each where the form gives
/// it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fixed {
    account_type: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    company_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    vat_number: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    coc_number: Option<Option<String>>,
    is_allowed_flex_metal: Option<i64>,
    agree_toc: Option<i64>,
    agree_aup: Option<i64>,
    agree_dpa: Option<i64>,
}

/// Tells `null` from what is left out.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmailChange {
    email_address: String,
    password: String,
}

fn get(cx: &Context) -> Result<[Details; 1]> {
    Ok([shown(cx)?])
}

fn update(cx: &Context, Body(new): Body<Change>) -> Result<[Details; 1]> {
    let before = DETAILS.get(cx)?;
    let mut errors = contact_details::errors(&new.addressee, &new.phones);
    errors.extend(new.fixed.errors(&before));
    Problem::refuse(errors)?;
    refuse_foreign_address(cx, new.email_address_abuse.as_deref())?;
    let after = DETAILS.change(cx, |details| {
        details.addressee = new.addressee.stored();
        details.phones = new.phones.stored();
        details.language = new.language;
        details.email_address_abuse = new.email_address_abuse;
        details.newsletter = new.newsletter;
        for (agreed, given) in [
            (&mut details.agree_toc, new.fixed.agree_toc),
            (&mut details.agree_aup, new.fixed.agree_aup),
            (&mut details.agree_dpa, new.fixed.agree_dpa),
        ] {
            *agreed = given.filter(|it| *it == 1).or(*agreed);
        }
        Ok(())
    })?;
    let addresses = [&before, &after].map(|details| details.email_address_abuse.as_deref());
    email_confirmations::address_changed(cx, EmailType::Abuse, addresses)?;
    get(cx)
}

/// The password is asked again: an open session alone must not be enough to take an account over.
fn change_email(cx: &Context, Body(new): Body<EmailChange>) -> Result<()> {
    if let Some(owner) = by_email(cx, &new.email_address)? {
        let whose = if owner == cx.account()? { "this" } else { "another" };
        return Err(Problem::invalid("emailAddress", format!("is the address of {whose} account")));
    }
    let user = users::by_account(cx, cx.account()?)?.ok_or_else(Problem::forbidden)?;
    // 403 for a wrong password and for one too many: the operation documents nothing else.
    user.check_password(cx, &new.password).map_err(|problem| match problem.kind {
        ProblemKind::Unauthenticated => {
            Problem { kind: ProblemKind::Forbidden, ..problem }.because("The password is wrong")
        }
        ProblemKind::TooManyRequests => Problem::forbidden().because("Too many wrong passwords"),
        _ => problem,
    })?;
    email_confirmations::request(cx, EmailType::Main, &new.email_address)
}

impl Fixed {
    /// Why a form changes what it may not change.
    fn errors(&self, details: &Details) -> Vec<Violation> {
        let number = |given: Option<i64>, stored: i64| given.is_some_and(|it| it != stored);
        // No text and an empty text are the same.
        let text = |given: &Option<Option<String>>, stored: &Option<String>| {
            let of = |text: &Option<String>| text.clone().unwrap_or_default();
            given.as_ref().is_some_and(|it| of(it) != of(stored))
        };
        let by_ticket = [
            ("accountType", number(self.account_type, details.account_type)),
            ("companyName", text(&self.company_name, &details.company_name)),
            ("vatNumber", text(&self.vat_number, &details.vat_number)),
            ("cocNumber", text(&self.coc_number, &details.coc_number)),
            (
                "isAllowedFlexMetal",
                number(self.is_allowed_flex_metal, details.is_allowed_flex_metal),
            ),
        ];
        let withdrawn = [
            ("agreeToc", details.agree_toc, self.agree_toc),
            ("agreeAup", details.agree_aup, self.agree_aup),
            ("agreeDpa", details.agree_dpa, self.agree_dpa),
        ]
        .map(|(name, stored, given)| (name, stored == Some(1) && given == Some(0)));
        let at_fault = |(name, wrong): (&'static str, bool), message: &str| {
            wrong.then(|| Violation::new(name, message))
        };
        by_ticket
            .into_iter()
            .filter_map(|it| at_fault(it, "changes only through a ticket"))
            .chain(withdrawn.into_iter().filter_map(|it| at_fault(it, "cannot be withdrawn")))
            .collect()
    }
}

/// Refuses the main address of another customer, who must not get the reports of abuse of this one.
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
pub(super) fn shown(cx: &Context) -> Result<Details> {
    let mut details = DETAILS.get(cx)?;
    // Not shown for a new account, whose main address itself is the unconfirmed one.
    details.unconfirmed_email = email_confirmations::unconfirmed_main_email(cx)?
        .filter(|unconfirmed| details.email_address != unconfirmed.email);
    Ok(details)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_only_i3d_changes_may_be_repeated_or_left_out() {
        let fixed = json!({
            "accountType": 2, "companyName": "Lighthouse Games B.V.", "vatNumber": null,
            "agreeToc": 1, "agreeAup": 0,
        });
        let addressee = Addressee::of("Sanne", "de Wit", "NL");
        let details = Details {
            account_type: 2,
            company_name: Some("Lighthouse Games B.V.".to_owned()),
            agree_toc: Some(1),
            agree_aup: Some(0),
            ..Details::of_consumer(addressee, "sanne@lighthouse.example".to_owned())
        };
        let at_fault = |form: Value| {
            let form: Fixed = serde_json::from_value(form).unwrap();
            let errors = form.errors(&details).into_iter();
            errors.map(|error| error.property).collect::<Vec<_>>()
        };
        assert!(at_fault(json!({})).is_empty());
        assert!(at_fault(fixed).is_empty());
        assert!(at_fault(json!({ "vatNumber": "", "agreeToc": null, "agreeAup": 1 })).is_empty());
        let changed =
            json!({ "accountType": 1, "companyName": null, "vatNumber": "NL1", "agreeToc": 0 });
        assert_eq!(at_fault(changed), ["accountType", "companyName", "vatNumber", "agreeToc"]);
    }
}
