//! Billing accounts, with the sums that follow from what they pay for.

use serde::{Deserialize, Serialize};

use super::{
    account::{self, BILLING_ACCOUNTS, BillingAccount},
    amount::Amount,
    cards::{self, PrimaryCard},
    credits,
    invoice::Totals,
    statement, usage,
};
use crate::{
    apis::warren::platform::{
        brand, metering, refusals,
        success::{Success, success},
        token,
    },
    engine::{Body, Context, Object, Operation, Page, Params, Result, read, write},
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("getBillingAccount", get),
        write("updateBillingAccount", update),
        write("deleteBillingAccount", delete),
        write("configureRecurringPayment", configure),
        read("listBillingAccounts", list),
        write("setDefaultBillingAccount", set_default),
        read("getUnpaidAmount", unpaid),
    ]
}

#[derive(Serialize)]
struct ShownAccount {
    additional_data: &'static str,
    address_line1: Option<String>,
    allow_debt: bool,
    can_pay: bool,
    city: Option<String>,
    company_name: Option<String>,
    company_reg_code: Option<String>,
    company_vat_number: Option<String>,
    country: Option<String>,
    county: Option<String>,
    created: i64,
    credit_amount: Amount,
    discount_percentage: f64,
    eligible_promotions: [(); 0],
    email: String,
    id: i64,
    is_active: bool,
    is_default: bool,
    is_deleted: bool,
    is_recurring_payment_enabled: bool,
    paying_by_invoice: bool,
    post_index: Option<String>,
    primary_card: Option<PrimaryCard>,
    recurring_payment_amount: Amount,
    recurring_payment_threshold: Amount,
    referral_share_code: String,
    reseller: &'static str,
    restriction_level: &'static str,
    running_totals: RunningTotals,
    send_invoice_email: bool,
    site: String,
    suspend_reason: &'static str,
    title: Option<String>,
    unpaid_amount: Amount,
    user_id: i64,
    vat_percentage: Amount,
}

/// The sums of the current month.
#[derive(Serialize)]
struct RunningTotals {
    credit_amount: Amount,
    credit_available: Amount,
    discount_amount: Amount,
    ongoing: Amount,
    subtotal: Amount,
    total: Amount,
    vat_tax: Amount,
}

#[derive(Serialize)]
struct UnpaidAmount {
    message: Amount,
}

#[derive(Serialize)]
struct RecurringPayment {
    payment_report: PaymentReport,
    account: ShownAccount,
}

#[derive(Serialize)]
struct PaymentReport {
    triggered: bool,
    errors: Vec<&'static str>,
}

#[derive(Deserialize)]
struct ById {
    billing_account_id: i64,
}

#[derive(Deserialize)]
struct Filter {
    show_shadow: Option<String>,
}

#[derive(Deserialize)]
struct Changes {
    billing_account_id: i64,
    title: Option<String>,
    email: Option<String>,
    company_name: Option<String>,
    company_reg_code: Option<String>,
    company_vat_number: Option<String>,
    address_line1: Option<String>,
    city: Option<String>,
    county: Option<String>,
    country: Option<String>,
    post_index: Option<String>,
}

#[derive(Deserialize)]
struct Recurring {
    is_recurring_payment_enabled: bool,
    recurring_payment_amount: Amount,
    recurring_payment_threshold: Amount,
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Object<ShownAccount>> {
    shown(cx, account::find(cx, by.billing_account_id)?).map(Object)
}

/// Any value of the parameter shows deleted ones, too.
fn list(cx: &Context, Params(by): Params<Filter>) -> Result<Vec<ShownAccount>> {
    let (all, only) = (by.show_shadow.is_some(), token::bound_to(cx)?);
    let condition = "(? OR is_deleted = 0) AND (? IS NULL OR id = ?)";
    let accounts = BILLING_ACCOUNTS.rows_where(cx, Page::ALL, condition, &[&all, &only, &only])?;
    let accounts = accounts.into_iter();
    accounts.map(|account| shown(cx, account)).collect()
}

/// What is not sent is deleted, but the address for mail.
fn update(cx: &Context, Body(new): Body<Changes>) -> Result<Object<ShownAccount>> {
    account::keep(cx, account::find(cx, new.billing_account_id)?)?;
    let account = BILLING_ACCOUNTS.change(cx, new.billing_account_id, |account| {
        account.title = new.title;
        account.email = new.email.unwrap_or_else(|| account.email.clone());
        account.company_name = new.company_name;
        account.company_reg_code = new.company_reg_code;
        account.company_vat_number = new.company_vat_number;
        account.address_line1 = new.address_line1;
        account.city = new.city;
        account.county = new.county;
        account.country = new.country;
        account.post_index = new.post_index;
        Ok(())
    })?;
    shown(cx, account).map(Object)
}

/// One that pays for something, and the default one, stay.
fn delete(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success>> {
    let account = account::find(cx, by.billing_account_id)?;
    if account.is_default {
        return Err(refusals::error("Default billing account cannot be deleted."));
    }
    let now = metering::between(cx, account.id, cx.now, cx.now + 1)?;
    if now.iter().any(|metered| metered.ended_at.is_none()) {
        return Err(refusals::error("Billing account with resources cannot be deleted."));
    }
    BILLING_ACCOUNTS.change(cx, account.id, |account| {
        account.is_deleted = true;
        Ok(())
    })?;
    Ok(success())
}

fn set_default(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success>> {
    token::permit_all(cx)?;
    let chosen = account::find(cx, by.billing_account_id)?.id;
    for account in BILLING_ACCOUNTS.rows(cx, Page::ALL)? {
        BILLING_ACCOUNTS.change(cx, account.id, |account| {
            account.is_default = account.id == chosen;
            Ok(())
        })?;
    }
    Ok(success())
}

fn unpaid(cx: &Context, Params(by): Params<ById>) -> Result<Object<UnpaidAmount>> {
    let account = account::find(cx, by.billing_account_id)?;
    Ok(Object(UnpaidAmount { message: statement::of(cx, &account)?.unpaid() }))
}

/// Where less credit is left than the threshold, the primary card buys some at once.
fn configure(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<Recurring>,
) -> Result<Object<RecurringPayment>> {
    account::find(cx, by.billing_account_id)?;
    let account = BILLING_ACCOUNTS.change(cx, by.billing_account_id, |account| {
        account.is_recurring_payment_enabled = new.is_recurring_payment_enabled;
        account.recurring_payment_amount = new.recurring_payment_amount.in_cents();
        account.recurring_payment_threshold = new.recurring_payment_threshold.in_cents();
        Ok(())
    })?;
    let left = statement::of(cx, &account)?.credit() - running(cx, &account)?.ongoing;
    let wanted = new.is_recurring_payment_enabled && left < account.recurring_payment_threshold;
    let has_card = cards::primary(cx, account.id)?.is_some();
    if wanted && has_card {
        credits::add(cx, account.id, account.recurring_payment_amount, "Recurring payment")?;
    }
    let errors = match wanted && !has_card {
        true => vec!["Billing account has no verified card."],
        false => Vec::new(),
    };
    let payment_report = PaymentReport { triggered: wanted && has_card, errors };
    Ok(Object(RecurringPayment { payment_report, account: shown(cx, account)? }))
}

fn running(cx: &Context, account: &BillingAccount) -> Result<RunningTotals> {
    let credit = statement::of(cx, account)?.credit();
    let lines = usage::of_month(cx, account.id, cx.now)?.into_iter();
    let cost: Amount = lines.map(|line| line.cost).sum();
    let totals = Totals::of_cost(account, cost, credit);
    Ok(RunningTotals {
        credit_amount: totals.credit,
        credit_available: credit,
        discount_amount: totals.discount_amount,
        ongoing: totals.subtotal,
        subtotal: totals.subtotal,
        total: totals.total,
        vat_tax: totals.vat_tax,
    })
}

fn shown(cx: &Context, account: BillingAccount) -> Result<ShownAccount> {
    let statement = statement::of(cx, &account)?;
    let running_totals = running(cx, &account)?;
    let primary_card = cards::primary(cx, account.id)?.map(|(_, card)| card);
    Ok(ShownAccount {
        additional_data: "{}",
        address_line1: account.address_line1,
        allow_debt: false,
        can_pay: primary_card.is_some(),
        city: account.city,
        company_name: account.company_name,
        company_reg_code: account.company_reg_code,
        company_vat_number: account.company_vat_number,
        country: account.country,
        county: account.county,
        created: account.created,
        credit_amount: statement.credit(),
        discount_percentage: account.discount_percentage,
        eligible_promotions: [],
        email: account.email,
        id: account.id,
        is_active: !account.is_deleted,
        is_default: account.is_default,
        is_deleted: account.is_deleted,
        is_recurring_payment_enabled: account.is_recurring_payment_enabled,
        paying_by_invoice: account.paying_by_invoice,
        post_index: account.post_index,
        primary_card,
        recurring_payment_amount: account.recurring_payment_amount,
        recurring_payment_threshold: account.recurring_payment_threshold,
        referral_share_code: account.referral_share_code,
        reseller: "Warren",
        restriction_level: "CLEAR",
        running_totals,
        send_invoice_email: true,
        site: brand::of_caller(cx)?.name.clone(),
        suspend_reason: "",
        title: account.title,
        unpaid_amount: statement.unpaid(),
        user_id: cx.account()?,
        vat_percentage: Amount::of(account.vat_percentage),
    })
}
