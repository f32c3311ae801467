//! Payment methods.

use std::sync::LazyLock;

use openapi::Violation;
use serde::{Deserialize, Serialize};

use crate::apis::i3d::{money::cents::Cents, reference::data::data};

/// A payment method.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Method {
    id: i64,
    pub name: String,
    payment_provider_id: i64,
    /// The ids of the currencies that it accepts.
    currencies: Vec<i64>,
    issuers: Vec<PaymentMethodIssuers>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PaymentMethodIssuers {
    id: String,
    pub name: String,
}

/// A payment method as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentMethod {
    id: i64,
    name: &'static str,
    is_selectable: u8,
    payment_provider_id: i64,
    issuers: &'static [PaymentMethodIssuers],
}

static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    serde_json::from_str(data!("billing/payment_methods")).expect("the payment methods")
});

/// All methods; those that can pay this amount are selectable.
pub(super) fn offered(amount: Cents, currency_id: i64) -> Vec<PaymentMethod> {
    METHODS.iter().map(|method| method.shown(amount, currency_id)).collect()
}

/// The method with this id.
pub(super) fn method(id: i64) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.id == id)
}

impl Method {
    pub(super) fn shown(&'static self, amount: Cents, currency_id: i64) -> PaymentMethod {
        PaymentMethod {
            id: self.id,
            name: &self.name,
            is_selectable: self.is_selectable(amount, currency_id).into(),
            payment_provider_id: self.payment_provider_id,
            issuers: &self.issuers,
        }
    }

    /// Whether it can pay this amount.
    fn is_selectable(&self, amount: Cents, currency_id: i64) -> bool {
        amount > Cents::ZERO && self.currencies.contains(&currency_id)
    }

    /// The issuer with this id.
    pub(super) fn issuer(&self, id: &str) -> Option<&PaymentMethodIssuers> {
        self.issuers.iter().find(|issuer| issuer.id == id)
    }
}

/// What is wrong with the choice of a method and one of its issuers; a method without issuers is
/// chosen with an empty id.
pub(super) fn errors(
    method_id: i64,
    issuer_id: &str,
    amount: Cents,
    currency_id: i64,
) -> Vec<Violation> {
    let Some(method) = method(method_id) else {
        return vec![Violation::new("paymentMethodId", "is not the id of a payment method")];
    };
    let name = &method.name;
    let unselectable = (!method.is_selectable(amount, currency_id))
        .then(|| Violation::new("paymentMethodId", format!("{name} cannot pay these invoices")));
    let knows_issuer = match &*method.issuers {
        [] => issuer_id.is_empty(),
        _ => method.issuer(issuer_id).is_some(),
    };
    let issuer = (!knows_issuer).then(|| match &*method.issuers {
        [] => Violation::new("issuerId", format!("must be empty for {name}, which has no issuers")),
        _ => Violation::new("issuerId", format!("is not an issuer of {name}")),
    });
    unselectable.into_iter().chain(issuer).collect()
}
