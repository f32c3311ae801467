//! Who an account belongs to: what is stored of a customer, and what others ask of it.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::contact_details::{Addressee, Phones};
use crate::engine::{Context, PerAccount, Problem, Result, RowType};

pub(in crate::apis::i3d) const DETAILS: PerAccount<Details> = PerAccount::new("account_details");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[DETAILS.row_type()];

const CONSUMER: i64 = 1;
const ENGLISH: i64 = 0;

/// The details of an account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Details {
    pub account_type: i64,
    pub company_name: Option<String>,
    pub vat_number: Option<String>,
    pub coc_number: Option<String>,
    #[serde(flatten)]
    pub addressee: Addressee,
    pub email_address: String,
    /// Never stored: it is looked up when the details are shown.
    pub unconfirmed_email: Option<UnconfirmedEmail>,
    pub email_address_validated: Option<i64>,
    #[serde(flatten)]
    pub phones: Phones,
    pub language: i64,
    pub email_address_abuse: Option<String>,
    pub newsletter: Option<i64>,
    pub agree_toc: Option<i64>,
    pub agree_aup: Option<i64>,
    pub agree_dpa: Option<i64>,
    pub is_allowed_flex_metal: i64,
}

/// The address that is to become the main one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct UnconfirmedEmail {
    pub email: String,
    pub expires_at: i64,
}

impl Details {
    /// Those of a new account: there is no telephone number yet, and nothing was agreed to.
    pub(in crate::apis::i3d) fn of_consumer(
        addressee: Addressee,
        email_address: String,
    ) -> Details {
        Details {
            account_type: CONSUMER,
            company_name: None,
            vat_number: None,
            coc_number: None,
            addressee,
            email_address,
            unconfirmed_email: None,
            email_address_validated: Some(0),
            phones: Phones::default(),
            language: ENGLISH,
            email_address_abuse: None,
            newsletter: None,
            agree_toc: None,
            agree_aup: None,
            agree_dpa: None,
            is_allowed_flex_metal: 0,
        }
    }

    fn has_confirmed_email(&self) -> bool {
        self.email_address_validated == Some(1)
    }
}

/// Makes an address that was confirmed the main one.
pub(super) fn confirm_main_email(cx: &Context, email_address: &str) -> Result<()> {
    if by_email(cx, email_address)?.is_some_and(|owner| cx.caller.account != Some(owner)) {
        return Err(Problem::invalid("hash", "is of an address that another account has by now"));
    }
    let confirm = |details: &mut Details| {
        details.email_address = email_address.to_owned();
        details.email_address_validated = Some(1);
        Ok(())
    };
    DETAILS.change(cx, confirm).map(drop)
}

/// The account that has this main address, among all.
pub(in crate::apis::i3d) fn by_email(cx: &Context, email_address: &str) -> Result<Option<i64>> {
    let sql = "SELECT account FROM account_details WHERE email_address = lower(?1)";
    Ok(cx.db.prepare_cached(sql)?.query_row([email_address], |row| row.get(0)).optional()?)
}

/// Whether there is this account.
pub(in crate::apis::i3d) fn exists(cx: &Context, account: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM account_details WHERE account = ?1";
    Ok(cx.db.prepare_cached(sql)?.exists([account])?)
}

/// Whether this is the main address of the account, and confirmed.
pub(super) fn is_confirmed(cx: &Context, email_address: &str) -> Result<bool> {
    let details = DETAILS.get(cx)?;
    let same = details.email_address.eq_ignore_ascii_case(email_address);
    Ok(details.has_confirmed_email() && same)
}

/// Whether the main address of the account is confirmed.
pub(super) fn has_confirmed_email(cx: &Context) -> Result<bool> {
    Ok(DETAILS.get(cx)?.has_confirmed_email())
}

/// Whether the account may order FlexMetal servers.
pub(in crate::apis::i3d) fn allows_flex_metal(cx: &Context) -> Result<bool> {
    Ok(DETAILS.get(cx)?.is_allowed_flex_metal == 1)
}

/// The name under which others see the account: the company, or the person where there is none.
pub(in crate::apis::i3d) fn name(cx: &Context) -> Result<String> {
    let details = DETAILS.get(cx)?;
    Ok(match details.company_name.as_deref() {
        None | Some("") => details.addressee.full_name(),
        Some(company) => company.to_owned(),
    })
}

/// Sets in the details of the customer with this main address, in lower case, whether they receive
/// the newsletter.
pub(in crate::apis::i3d) fn set_newsletter(
    cx: &Context,
    email_address: &str,
    receives: bool,
) -> Result<()> {
    let sql = "UPDATE account_details SET body = json_set(body, '$.newsletter', ?2)
               WHERE email_address = ?1";
    cx.db.prepare_cached(sql)?.execute((email_address, i64::from(receives)))?;
    Ok(())
}
