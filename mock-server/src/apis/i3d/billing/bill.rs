//! An invoice: what is stored of it, and the amounts and the status that follow from that.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::parties::{COMPANY, InvoiceClientDetails, InvoiceCompanyDetails};
use crate::apis::i3d::{
    money::{cents::Cents, contract_term::day, rate::Rate},
    reference::currencies::{Currency, currency},
};

const DAY: i64 = 86_400;

/// What every invoice number begins with; the rest is the id.
const NUMBER_PREFIX: &str = "INV";

const UNPAID: u8 = 0;
const PAID: u8 = 1;

/// What is stored of an invoice: what was billed to whom, and what was paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bill {
    pub id: i64,
    pub description: String,
    pub created_at: i64,
    /// In days.
    pub payment_term: i64,
    pub currency_id: i64,
    pub vat: Rate,
    pub items: Vec<Item>,
    /// The customer at the time of the invoice.
    pub client: InvoiceClientDetails,
    pub payments: Vec<PartPayment>,
}

/// An item of an invoice: what was billed for one service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    /// The service that is billed, see [`order_id`].
    pub order_id: String,
    pub description: String,
    pub period_from: String,
    pub period_to: String,
    pub remarks: String,
    /// Negative on a credit invoice.
    pub quantity: i64,
    pub setup_costs: Cents,
    pub unit_price: Cents,
}

/// A payment of a part of an invoice, or a settlement of a part of a credit invoice.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct PartPayment {
    pub at: i64,
    pub amount: Cents,
}

/// The kinds of services that an invoice bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ServiceKind {
    DedicatedServer,
    Colocation,
    CrossConnect,
    FlexMetal,
    Hosting,
}

/// An invoice in a list, as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invoice {
    #[serde(serialize_with = "as_text")]
    pub id: i64,
    pub creation_date: i64,
    pub due_date: i64,
    pub invoice_number: String,
    invoice_hash: String,
    pub description: String,
    currency: &'static str,
    currency_sign: &'static str,
    #[serde(rename = "amountIncVAT")]
    amount_inc_vat: Cents,
    #[serde(rename = "amountExclVAT")]
    amount_excl_vat: Cents,
    payment_status: u8,
    payment_date: i64,
    is_credit: u8,
    pub remaining_amount: Cents,
    total_paid_amount: Cents,
}

/// An invoice with its items, as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvoiceDetails {
    id: i64,
    pub invoice_number: String,
    invoice_hash: String,
    pub client_number: String,
    pub creation_date: String,
    pub due_date: String,
    payment_status: u8,
    payment_date: i64,
    pub is_credit: u8,
    pub payment_term: i64,
    currency: &'static str,
    currency_sign: &'static str,
    pub vat_percentage: u32,
    pub vat_amount: Cents,
    pub amount_inc_vat: Cents,
    pub amount_excl_vat: Cents,
    pub items: Vec<InvoiceItem>,
    pub client_details: InvoiceClientDetails,
    pub company_details: InvoiceCompanyDetails,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvoiceItem {
    #[serde(flatten)]
    pub item: Item,
    pub vat_percentage: u32,
    #[serde(flatten)]
    pub amounts: Amounts,
}

/// A price without VAT, its VAT, and both together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Amounts {
    pub vat_amount: Cents,
    pub amount_inc_vat: Cents,
    pub amount_excl_vat: Cents,
}

impl Bill {
    /// The sums over the items; VAT is rounded for each item.
    pub(super) fn amounts(&self) -> Amounts {
        self.items.iter().map(|item| item.amounts(self.vat)).fold(Amounts::default(), Amounts::plus)
    }

    pub(super) fn currency(&self) -> &'static Currency {
        currency(self.currency_id)
    }

    /// Whether it is a credit invoice, which gives money back.
    pub(super) fn is_credit(&self) -> bool {
        self.amounts().amount_inc_vat < Cents::ZERO
    }

    pub(super) fn paid(&self) -> Cents {
        self.payments.iter().map(|part| part.amount).sum()
    }

    /// What is still to be paid, or of a credit invoice to be settled.
    pub(super) fn remaining(&self) -> Cents {
        self.amounts().amount_inc_vat - self.paid()
    }

    pub(super) fn is_paid(&self) -> bool {
        self.remaining() == Cents::ZERO
    }

    /// The number that stands on the invoice.
    pub(super) fn number(&self) -> String {
        number(self.id)
    }

    /// The invoice as a list shows it.
    pub(super) fn invoice(self) -> Invoice {
        let (amounts, remaining) = (self.amounts(), self.remaining());
        Invoice {
            id: self.id,
            creation_date: self.created_at,
            due_date: self.due_at(),
            invoice_number: self.number(),
            invoice_hash: self.hash(),
            currency: &self.currency().name,
            currency_sign: &self.currency().sign,
            amount_inc_vat: amounts.amount_inc_vat,
            amount_excl_vat: amounts.amount_excl_vat,
            payment_status: self.payment_status(),
            payment_date: self.payment_date(),
            is_credit: self.is_credit().into(),
            remaining_amount: remaining,
            total_paid_amount: self.paid(),
            description: self.description,
        }
    }

    /// The invoice as it is shown by itself, to the account that it belongs to.
    pub(super) fn details(self, account: i64) -> InvoiceDetails {
        let (vat, amounts) = (self.vat, self.amounts());
        InvoiceDetails {
            id: self.id,
            invoice_number: self.number(),
            invoice_hash: self.hash(),
            client_number: account.to_string(),
            creation_date: day(self.created_at).to_string(),
            due_date: day(self.due_at()).to_string(),
            payment_status: self.payment_status(),
            payment_date: self.payment_date(),
            is_credit: self.is_credit().into(),
            payment_term: self.payment_term,
            currency: &self.currency().name,
            currency_sign: &self.currency().sign,
            vat_percentage: vat.whole_percent(),
            vat_amount: amounts.vat_amount,
            amount_inc_vat: amounts.amount_inc_vat,
            amount_excl_vat: amounts.amount_excl_vat,
            items: self.items.into_iter().map(|item| item.shown(vat)).collect(),
            client_details: self.client,
            company_details: COMPANY,
        }
    }

    pub(super) fn due_at(&self) -> i64 {
        self.created_at + self.payment_term * DAY
    }

    fn payment_status(&self) -> u8 {
        if self.is_paid() { PAID } else { UNPAID }
    }

    /// When the last part was paid; 0 before that.
    fn payment_date(&self) -> i64 {
        self.payments.last().filter(|_| self.is_paid()).map_or(0, |part| part.at)
    }

    fn hash(&self) -> String {
        let hash = Sha256::new().chain_update("invoice ").chain_update(self.number()).finalize();
        hex::encode(&hash[..20])
    }
}

impl Item {
    pub(super) fn amounts(&self, vat: Rate) -> Amounts {
        let amount_excl_vat = self.setup_costs + self.unit_price * self.quantity;
        let vat_amount = amount_excl_vat.vat(vat);
        Amounts { vat_amount, amount_inc_vat: amount_excl_vat + vat_amount, amount_excl_vat }
    }

    fn shown(self, vat: Rate) -> InvoiceItem {
        InvoiceItem { amounts: self.amounts(vat), vat_percentage: vat.whole_percent(), item: self }
    }
}

impl Amounts {
    fn plus(self, other: Amounts) -> Amounts {
        Amounts {
            vat_amount: self.vat_amount + other.vat_amount,
            amount_inc_vat: self.amount_inc_vat + other.amount_inc_vat,
            amount_excl_vat: self.amount_excl_vat + other.amount_excl_vat,
        }
    }
}

/// The id by which an invoice names a service.
pub(super) fn order_id(kind: ServiceKind, id: i64) -> String {
    let prefix = match kind {
        ServiceKind::DedicatedServer => "DS",
        ServiceKind::Colocation => "COLO",
        ServiceKind::CrossConnect => "XC",
        ServiceKind::FlexMetal => "FM",
        ServiceKind::Hosting => "WH",
    };
    format!("{prefix}-{id}")
}

fn number(id: i64) -> String {
    format!("{NUMBER_PREFIX}{id}")
}

/// The id of the invoice with this number, whether or not the invoice exists.
pub(super) fn id_of(invoice_number: &str) -> Option<i64> {
    let id = invoice_number.strip_prefix(NUMBER_PREFIX)?.parse().ok()?;
    (number(id) == invoice_number).then_some(id)
}

fn as_text<S: serde::Serializer>(id: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
