//! The cart of an account: orders of configurations, changed until they are right, then sent to
//! checkout or to a quote.

use openapi::Violation;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    catalogue::{catalogue, offer},
    margins_and_vat,
    pricing::{Amounts, Terms, amounts},
    products::{CalcOrderItem, Category, Coupon, Offer},
    rules,
};
use crate::{
    apis::i3d::money::rate::Rate,
    engine::{
        Body, Context, Mail, Object, Operation, Page, Params, Problem, Result, RowType, Table,
        read, write,
    },
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("getCalcOrders", list),
        write("createCalcOrder", create),
        write("createCalcOrdersQuote", create_quote),
        read("getCalcOrder", get),
        write("updateCalcOrder", update),
        write("deleteCalcOrder", delete),
        write("finalizeCalcOrder", finalize),
    ]
}

const ORDERS: Table<Order> = Table::new("calc_order", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ORDERS.row_type()];

/// How many orders a cart can hold.
const ORDERS_MAX: i64 = 100;

/// An order in the cart. What it costs is not stored: it follows from the account at the time of
/// reading.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: i64,
    finalized: bool,
    created_at: i64,
    modified_at: i64,
    quantity: i64,
    config_tag: String,
    coupon_tag: String,
    items: Vec<CalcOrderItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalcOrderMeta {
    id: i64,
    finalized: bool,
    instant_deliverable: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalcOrder {
    id: i64,
    finalized: bool,
    created_at: i64,
    modified_at: i64,
    quantity: i64,
    title: String,
    category_id: i64,
    category_name: &'static str,
    config_tag: String,
    config_name: &'static str,
    config_flags: i64,
    instant_deliverable: bool,
    #[serde(flatten)]
    amounts: Amounts,
    vat_percentage: f64,
    items: Vec<CalcOrderItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CalcOrderCreate {
    config_tag: String,
    coupon_tag: String,
    instant_finalize: bool,
}

#[derive(Deserialize)]
struct CalcOrderUpdate {
    quantity: i64,
    items: Vec<CalcOrderItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CalcOrderQuote {
    user_id: Option<i64>,
    first_name: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    order_id: i64,
}

fn list(cx: &Context) -> Result<Vec<CalcOrderMeta>> {
    let meta = |order: Order| {
        let (_, offer) = order.offer()?;
        let instant_deliverable = order.is_instant(offer);
        Ok(CalcOrderMeta { id: order.id, finalized: order.finalized, instant_deliverable })
    };
    ORDERS.rows(cx, Page::ALL)?.into_iter().map(meta).collect()
}

fn create(cx: &Context, Body(new): Body<CalcOrderCreate>) -> Result<Object<CalcOrder>> {
    if ORDERS.count(cx, "TRUE", &[])? >= ORDERS_MAX {
        return Err(Problem::invalid_form(format!("The cart holds {ORDERS_MAX} orders at most")));
    }
    let Some((category, offer)) = offer(&new.config_tag) else {
        return Err(Problem::invalid("configTag", "is the tag of no configuration"));
    };
    Problem::refuse(coupon_errors(&new.coupon_tag, category, cx.now))?;
    let order = Order {
        id: ORDERS.next_id(cx)?,
        finalized: new.instant_finalize,
        created_at: cx.now,
        modified_at: cx.now,
        quantity: 1,
        config_tag: new.config_tag,
        coupon_tag: new.coupon_tag,
        items: offer.config.defaults(),
    };
    ORDERS.insert(cx, &order)?;
    shown(cx, order)
}

/// Requests a quote for all orders of the cart, which stays as it is.
fn create_quote(cx: &Context, Body(new): Body<CalcOrderQuote>) -> Result<()> {
    let orders = ORDERS.rows(cx, Page::ALL)?;
    if orders.is_empty() {
        return Err(Problem::not_found().because("The cart is empty"));
    }
    let account = cx.account()?;
    if new.user_id.is_some_and(|user| user != account) {
        return Err(Problem::invalid("userId", "is the id of another user"));
    }
    let orders =
        orders.into_iter().map(|order| Ok(shown(cx, order)?.0)).collect::<Result<Vec<_>>>()?;
    let sum: Amounts = orders.iter().map(|order| order.amounts).sum();
    let ids: Vec<i64> = orders.iter().map(|order| order.id).collect();
    cx.send(&Mail {
        to: &new.email,
        kind: "calc-quote-request",
        subject: "Your request for a quote",
        text: quote_text(&new.first_name, &orders),
        values: json!({ "orderIds": ids, "price": sum.price, "setup": sum.setup, "vat": sum.vat }),
    })
}

fn quote_text(first_name: &str, orders: &[CalcOrder]) -> String {
    let lines: String =
        orders.iter().map(|it| format!("- {} x {}\n", it.quantity, it.title)).collect();
    format!(
        "Dear {first_name},\n\nThank you for your request. \
         Our sales department will send you a quote for:\n\n{lines}"
    )
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Object<CalcOrder>> {
    shown(cx, ORDERS.find(cx, by.order_id)?)
}

/// Changes an order, also one that was sent to checkout.
fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<CalcOrderUpdate>,
) -> Result<Object<CalcOrder>> {
    let order = ORDERS.change(cx, by.order_id, |order| {
        let (_, offer) = order.offer()?;
        Problem::refuse(rules::violations(&offer.config, new.quantity, &new.items))?;
        order.quantity = new.quantity;
        order.items = new.items;
        order.modified_at = cx.now;
        Ok(())
    })?;
    shown(cx, order)
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    ORDERS.remove(cx, by.order_id)
}

/// Sends an order to checkout; a second time changes nothing.
fn finalize(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    let finalized = ORDERS.change(cx, by.order_id, |order| {
        if !order.finalized {
            order.finalized = true;
            order.modified_at = cx.now;
        }
        Ok(())
    });
    finalized.map(drop)
}

impl Order {
    fn offer(&self) -> Result<(&'static Category, &'static Offer)> {
        let gone = || {
            Problem::internal(format_args!(
                "order {}: nothing is sold as {}",
                self.id, self.config_tag
            ))
        };
        offer(&self.config_tag).ok_or_else(gone)
    }

    /// Only an unchanged configuration of the catalogue can be delivered at once.
    fn is_instant(&self, offer: &Offer) -> bool {
        let defaults = offer.config.defaults();
        let as_is =
            self.items.len() == defaults.len() && self.items.iter().all(|it| defaults.contains(it));
        offer.config.instant_deliverable && as_is
    }
}

fn shown(cx: &Context, order: Order) -> Result<Object<CalcOrder>> {
    let (category, offer) = order.offer()?;
    let terms = terms(cx, category, &order.coupon_tag)?;
    Ok(Object(CalcOrder {
        id: order.id,
        finalized: order.finalized,
        created_at: order.created_at,
        modified_at: order.modified_at,
        quantity: order.quantity,
        title: format!("{}, {}", offer.name, offer.city),
        category_id: category.id,
        category_name: &category.name,
        config_name: &offer.name,
        config_flags: offer.config.flags,
        instant_deliverable: order.is_instant(offer),
        amounts: amounts(&offer.config, &order.items, order.quantity, &terms),
        vat_percentage: terms.vat.percent(),
        config_tag: order.config_tag,
        items: order.items,
    }))
}

/// A coupon that an order has redeemed counts, also after it has expired.
fn terms(cx: &Context, category: &Category, coupon_tag: &str) -> Result<Terms> {
    let coupon = coupon(coupon_tag);
    let off = |share: fn(&Coupon) -> Rate| coupon.map_or(Rate::NOTHING, share);
    Ok(Terms {
        margin_factor: margins_and_vat::margin_factor(cx, category.id)?,
        price_off: off(|it| it.price_off),
        setup_off: off(|it| it.setup_off),
        vat: margins_and_vat::vat(cx)?,
    })
}

fn coupon(tag: &str) -> Option<&'static Coupon> {
    catalogue().coupons.iter().find(|coupon| coupon.tag == tag)
}

/// Why this coupon cannot be redeemed; without a tag there is none.
fn coupon_errors(tag: &str, category: &Category, now: i64) -> Vec<Violation> {
    let message = match coupon(tag) {
        None if tag.is_empty() => return Vec::new(),
        None => "is the tag of no coupon".to_owned(),
        Some(coupon) if coupon.until.is_some_and(|until| until <= now) => "has expired".to_owned(),
        Some(coupon)
            if coupon.category_ids.as_ref().is_some_and(|ids| !ids.contains(&category.id)) =>
        {
            format!("is no coupon for {}", category.name)
        }
        Some(_) => return Vec::new(),
    };
    vec![Violation::new("couponTag", message)]
}
