//! Credit cards and other ways to pay.

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{account, payer};
use crate::{
    apis::warren::platform::{
        refusals,
        success::{Success, success},
        token,
    },
    engine::{
        Body, Context, Object, Operation, Page, Params, Problem, Result, RowType, Table, read,
        write,
    },
};

pub(super) fn operations() -> [Operation; 6] {
    [
        read("getCard", get),
        write("addCard", add),
        write("removeCard", remove),
        read("listCards", list),
        write("setPrimaryCard", set_primary),
        write("applyForInvoicePayment", apply_for_invoices),
    ]
}

const CARDS: Table<Card> = Table::new("warren_card", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[CARDS.row_type()];

/// What a billing account pays with.
#[derive(Serialize, Deserialize)]
struct Card {
    id: i64,
    billing_account_id: i64,
    created: i64,
    identifier: String,
    kind: String,
    card_type: String,
    card_holder: String,
    last4: Option<String>,
    expire_month: i8,
    expire_year: i16,
    is_primary: bool,
    is_verified: bool,
}

#[derive(Serialize)]
struct ShownCard {
    additional_data: String,
    billing_account_id: i64,
    billing_account_processor_identifier_id: i64,
    created: i64,
    id: i64,
    identifier: String,
    is_primary: bool,
    is_verified: bool,
    valid_thru: i64,
}

/// A way to pay as the answer that makes it shows it.
#[derive(Serialize)]
struct PaymentObject {
    #[serde(flatten)]
    card: ShownCard,
    is_deleted: bool,
}

/// The primary card as its billing account shows it.
#[derive(Serialize)]
pub(super) struct PrimaryCard {
    id: String,
    r#type: String,
    card_type: String,
    card_holder: String,
    last4: String,
    expire_month: i8,
    expire_year: i16,
    is_verified: bool,
}

#[derive(Deserialize)]
struct ById {
    payment_object_id: i64,
}

#[derive(Deserialize)]
struct ByBillingAccount {
    billing_account_id: i64,
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Object<ShownCard>> {
    shown(find(cx, by.payment_object_id)?).map(Object)
}

/// No token of the API may do this.
fn add(_cx: &Context) -> Result<()> {
    Err(refusals::resource_forbidden())
}

fn remove(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success>> {
    find(cx, by.payment_object_id)?;
    CARDS.remove(cx, by.payment_object_id)?;
    Ok(success())
}

fn list(cx: &Context, Params(by): Params<ByBillingAccount>) -> Result<Vec<ShownCard>> {
    payer::require(cx, by.billing_account_id)?;
    of_account(cx, by.billing_account_id)?.into_iter().map(shown).collect()
}

/// Another card of the billing account is primary no more.
fn set_primary(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success>> {
    let card = find(cx, by.payment_object_id)?;
    if !card.is_verified {
        return Err(refusals::error("Payment object is not verified."));
    }
    for other in of_account(cx, card.billing_account_id)? {
        CARDS.change(cx, other.id, |other| {
            other.is_primary = other.id == card.id;
            Ok(())
        })?;
    }
    Ok(success())
}

/// Somebody verifies it later, so that nothing is paid with it until then.
fn apply_for_invoices(
    cx: &Context,
    Body(by): Body<ByBillingAccount>,
) -> Result<Object<PaymentObject>> {
    let account = account::find(cx, by.billing_account_id)?;
    let card = Card {
        id: CARDS.next_id(cx)?,
        billing_account_id: account.id,
        created: cx.now,
        identifier: "N/A".to_owned(),
        kind: "paying_by_invoice".to_owned(),
        card_type: "By invoice".to_owned(),
        card_holder: account.email,
        last4: None,
        expire_month: 12,
        expire_year: 2099,
        is_primary: of_account(cx, account.id)?.is_empty(),
        is_verified: false,
    };
    CARDS.insert(cx, &card)?;
    Ok(Object(PaymentObject { card: shown(card)?, is_deleted: false }))
}

fn find(cx: &Context, id: i64) -> Result<Card> {
    if !CARDS.has(cx, id)? {
        return Err(refusals::error("Provided payment object is incorrect."));
    }
    let card = CARDS.find(cx, id)?;
    token::permit(cx, card.billing_account_id)?;
    Ok(card)
}

fn of_account(cx: &Context, billing_account: i64) -> Result<Vec<Card>> {
    CARDS.rows_where(cx, Page::ALL, "billing_account = ?", &[&billing_account])
}

/// Refuses what no verified card of the billing account is.
pub(super) fn require_verified(cx: &Context, billing_account: i64, id: i64) -> Result<()> {
    let card = find(cx, id)?;
    if card.billing_account_id == billing_account && card.is_verified {
        return Ok(());
    }
    Err(refusals::error("Provided payment object is incorrect."))
}

/// The verified card that a billing account pays with: its id, and how it is shown.
pub(super) fn primary(cx: &Context, billing_account: i64) -> Result<Option<(i64, PrimaryCard)>> {
    let mut cards = of_account(cx, billing_account)?.into_iter();
    let primary = cards.find(|card| card.is_primary && card.is_verified);
    Ok(primary.map(|card| {
        let shown = PrimaryCard {
            id: card.identifier,
            r#type: card.kind,
            card_type: card.card_type,
            card_holder: card.card_holder,
            last4: card.last4.unwrap_or_default(),
            expire_month: card.expire_month,
            expire_year: card.expire_year,
            is_verified: card.is_verified,
        };
        (card.id, shown)
    }))
}

fn shown(card: Card) -> Result<ShownCard> {
    let expires = Date::new(card.expire_year, card.expire_month, 1).map_err(Problem::internal)?;
    let expires = expires.last_of_month().to_zoned(TimeZone::UTC).map_err(Problem::internal)?;
    let additional_data = json!({
        "id": card.identifier,
        "type": card.kind,
        "card_type": card.card_type,
        "card_holder": card.card_holder,
        "last4": card.last4,
        "expire_month": card.expire_month.to_string(),
        "expire_year": card.expire_year.to_string(),
    });
    Ok(ShownCard {
        additional_data: additional_data.to_string(),
        billing_account_id: card.billing_account_id,
        billing_account_processor_identifier_id: card.id,
        created: card.created,
        id: card.id,
        identifier: card.identifier,
        is_primary: card.is_primary,
        is_verified: card.is_verified,
        valid_thru: expires.timestamp().as_second(),
    })
}
