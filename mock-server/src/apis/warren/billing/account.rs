//! What is kept of a billing account.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use crate::{
    apis::warren::platform::{refusals, token},
    engine::{Context, Page, ProblemKind, Result, RowType, Table},
};

/// A billing account, without the sums that follow from it.
#[derive(Serialize, Deserialize, Clone)]
pub(super) struct BillingAccount {
    pub(super) id: i64,
    pub(super) is_default: bool,
    pub(super) is_deleted: bool,
    pub(super) title: Option<String>,
    pub(super) company_name: Option<String>,
    pub(super) company_reg_code: Option<String>,
    pub(super) company_vat_number: Option<String>,
    pub(super) address_line1: Option<String>,
    pub(super) city: Option<String>,
    pub(super) county: Option<String>,
    pub(super) country: Option<String>,
    pub(super) post_index: Option<String>,
    pub(super) email: String,
    pub(super) created: i64,
    pub(super) discount_percentage: f64,
    pub(super) vat_percentage: f64,
    pub(super) is_recurring_payment_enabled: bool,
    pub(super) recurring_payment_amount: Amount,
    pub(super) recurring_payment_threshold: Amount,
    pub(super) paying_by_invoice: bool,
    pub(super) referral_share_code: String,
}

pub(super) const BILLING_ACCOUNTS: Table<BillingAccount> =
    Table::new("warren_billing_account", "id");

/// Gives a new account its billing account.
pub(in crate::apis::warren) fn open_first(cx: &Context, email: String) -> Result<i64> {
    let id = BILLING_ACCOUNTS.next_id(cx)?;
    let account = BillingAccount {
        id,
        is_default: true,
        is_deleted: false,
        title: None,
        company_name: None,
        company_reg_code: None,
        company_vat_number: None,
        address_line1: None,
        city: None,
        county: None,
        country: None,
        post_index: None,
        email,
        created: cx.now,
        discount_percentage: 0.0,
        vat_percentage: 0.0,
        is_recurring_payment_enabled: false,
        recurring_payment_amount: Amount::ZERO,
        recurring_payment_threshold: Amount::ZERO,
        paying_by_invoice: false,
        referral_share_code: format!("C{id}"),
    };
    BILLING_ACCOUNTS.insert(cx, &account)?;
    Ok(id)
}

/// How a billing account was until it was changed.
#[derive(Serialize, Deserialize)]
pub(super) struct Past {
    pub(super) account: BillingAccount,
    pub(super) until: i64,
}

const PAST: Table<Past> = Table::new("warren_billing_account_past", "id").sorted_by("until");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[BILLING_ACCOUNTS.row_type(), PAST.row_type()];

/// How a billing account was before, the oldest first.
pub(super) fn past(cx: &Context, id: i64) -> Result<Vec<Past>> {
    PAST.rows_where(cx, Page::ALL, "id = ?", &[&id])
}

/// Keeps how a billing account was until now.
pub(super) fn keep(cx: &Context, account: BillingAccount) -> Result<()> {
    PAST.insert(cx, &Past { account, until: cx.now })
}

/// The billing account of this id, unless it is deleted.
pub(super) fn find(cx: &Context, id: i64) -> Result<BillingAccount> {
    let incorrect = || refusals::error("Provided billing account is incorrect.");
    let account = BILLING_ACCOUNTS.find(cx, id).map_err(|problem| match problem.kind {
        ProblemKind::NotFound => incorrect(),
        _ => problem,
    })?;
    if account.is_deleted {
        return Err(incorrect());
    }
    token::permit(cx, id)?;
    Ok(account)
}

/// Until when all of its invoices are settled.
pub(super) fn settled_until(cx: &Context, id: i64) -> Result<i64> {
    let sql = "SELECT settled_until FROM warren_billing_account WHERE account = ?1 AND id = ?2";
    Ok(cx.db.prepare_cached(sql)?.query_row((cx.account()?, id), |row| row.get(0))?)
}
