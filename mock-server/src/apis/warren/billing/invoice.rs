//! An invoice, as answers show it.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::{account::BillingAccount, amount::Amount};

const UNPAID: u8 = 5;
const PAID: u8 = 10;

/// How many seconds there are to pay.
const DUE_SECONDS: i64 = 14 * 86_400;

#[derive(Serialize)]
pub(super) struct Invoice {
    #[serde(serialize_with = "as_text")]
    pub(super) account_snapshot: Snapshot,
    billing_account_id: i64,
    pub(super) created: i64,
    discount_percentage: f64,
    due_date: i64,
    pub(super) id: i64,
    padded_id: String,
    period_end: i64,
    period_start: i64,
    pub(super) records_list: Vec<Record>,
    status: u8,
    pub(super) totals: Totals,
    pub(super) transaction_list: Vec<Transaction>,
    vat_percentage: Amount,
}

/// The billing account as it was.
pub(super) struct Snapshot {
    account: BillingAccount,
    user_id: i64,
    /// What credit there was before it.
    pub(super) credit_amount: Amount,
}

#[derive(Serialize)]
pub(super) struct Record {
    amount: Amount,
    created: i64,
    descr: &'static str,
    id: i64,
    invoice_id: i64,
    item_price: Amount,
    location_slug: String,
    name: String,
    qty: i64,
    qty_unit: &'static str,
}

#[derive(Serialize)]
pub(super) struct Totals {
    pub(super) subtotal: Amount,
    pub(super) discount_amount: Amount,
    pub(super) credit: Amount,
    pub(super) vat_tax: Amount,
    pub(super) total: Amount,
}

/// A payment.
#[derive(Serialize, Deserialize)]
pub(super) struct Transaction {
    pub(super) additional_data: String,
    pub(super) amount: Amount,
    pub(super) created: i64,
    pub(super) id: i64,
    pub(super) identifier: String,
    pub(super) payment_object_id: Option<i64>,
}

/// What an invoice is about.
pub(super) struct Subject {
    pub(super) id: i64,
    pub(super) user_id: i64,
    pub(super) created: i64,
    pub(super) period: std::ops::Range<i64>,
    pub(super) items: Vec<Item>,
}

pub(super) struct Item {
    pub(super) name: String,
    pub(super) location: String,
    pub(super) quantity: i64,
    pub(super) unit: &'static str,
    pub(super) price: Amount,
    pub(super) amount: Amount,
}

impl Totals {
    /// The sums of an amount. Credit pays as much of it as there is; VAT is due for the rest.
    pub(super) fn of(account: &BillingAccount, items: &[Item], credit: Amount) -> Totals {
        Totals::of_cost(account, items.iter().map(|item| item.amount).sum(), credit)
    }

    /// The same of a sum.
    pub(super) fn of_cost(account: &BillingAccount, cost: Amount, credit: Amount) -> Totals {
        let subtotal = cost.in_cents();
        let discount_amount = subtotal.percent(account.discount_percentage).in_cents();
        let credit = (subtotal - discount_amount).min(credit).max(Amount::ZERO);
        let net = subtotal - discount_amount - credit;
        let vat_tax = net.percent(account.vat_percentage).in_cents();
        Totals { subtotal, discount_amount, credit: -credit, vat_tax, total: net + vat_tax }
    }
}

impl Invoice {
    pub(super) fn new(
        account: &BillingAccount,
        subject: Subject,
        totals: Totals,
        transactions: Vec<Transaction>,
    ) -> Invoice {
        let Subject { id, user_id, created, period, items } = subject;
        let record = |(index, item): (usize, Item)| Record {
            amount: item.amount,
            created,
            descr: "",
            id: id * 1000 + index as i64,
            invoice_id: id,
            item_price: item.price,
            location_slug: item.location,
            name: item.name,
            qty: item.quantity,
            qty_unit: item.unit,
        };
        let mut invoice = Invoice {
            account_snapshot: Snapshot {
                account: account.clone(),
                user_id,
                credit_amount: Amount::ZERO,
            },
            billing_account_id: account.id,
            created,
            discount_percentage: account.discount_percentage,
            due_date: created + DUE_SECONDS,
            id,
            padded_id: format!("00{id}"),
            period_end: period.end,
            period_start: period.start,
            records_list: items.into_iter().enumerate().map(record).collect(),
            status: PAID,
            totals,
            transaction_list: transactions,
            vat_percentage: Amount::of(account.vat_percentage),
        };
        if invoice.unpaid() > Amount::ZERO {
            invoice.status = UNPAID;
        }
        invoice
    }

    /// What is left to pay.
    pub(super) fn unpaid(&self) -> Amount {
        let paid: Amount = self.transaction_list.iter().map(|it| it.amount).sum();
        (self.totals.total - paid).max(Amount::ZERO)
    }
}

/// In JSON, which is a text of its own in an answer.
fn as_text<S: Serializer>(snapshot: &Snapshot, serializer: S) -> Result<S::Ok, S::Error> {
    let Snapshot { account, user_id, credit_amount } = snapshot;
    let shown = json!({
        "address_line1": account.address_line1,
        "address_line2": null,
        "city": account.city,
        "company_name": account.company_name,
        "company_reg_code": account.company_reg_code,
        "company_vat_number": account.company_vat_number,
        "country": account.country,
        "county": account.county,
        "created": account.created,
        "credit_amount": credit_amount,
        "email": account.email,
        "id": account.id,
        "is_deleted": account.is_deleted,
        "post_index": account.post_index,
        "title": account.title,
        "user_id": user_id,
    });
    serializer.serialize_str(&shown.to_string())
}
