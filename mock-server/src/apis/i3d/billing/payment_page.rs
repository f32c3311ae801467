//! The page of the payment provider: it shows what is to be paid, and takes the decision of the
//! customer.

use http::header;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use super::{
    bill::Bill,
    parties::COMPANY,
    payment::{Decision, Payment, Status},
    payment_methods, payments,
};
use crate::{
    apis::i3d::reference::currencies::{Currency, currency},
    engine::{Content, Context, File, Params, Reply, Result, SeeOther, WebPage, read, write},
};

/// The page is also shown for a POST, because the site of the provider sends the customer here with
/// a form. Its links are relative, because a world may stand below another path.
pub(in crate::apis::i3d) fn pages() -> Vec<WebPage> {
    vec![
        WebPage::get("/pay/{token}", read("paymentPage", show)),
        WebPage::post("/pay/{token}", read("paymentPage", show)),
        WebPage::post("/pay/{token}/{decision}", write("decidePayment", decide)),
    ]
}

#[derive(Deserialize)]
struct ByToken {
    token: String,
}

#[derive(Deserialize)]
struct ByDecision {
    token: String,
    decision: Decision,
}

fn show(cx: &Context, Params(by): Params<ByToken>) -> Result<Reply> {
    let (cx, payment) = payments::by_token(cx, &by.token)?;
    let bills = payments::bills(&cx, &payment)?;
    let bytes = page(&payment, &bills, payment.status(cx.now)).into_string().into_bytes();
    let page = Content::File(File { media: "text/html; charset=utf-8", bytes });
    // The URL of the page is a secret, and its content changes soon.
    Ok(Reply::from(page)
        .with_header(header::CACHE_CONTROL, "no-store".to_owned())
        .with_header(header::REFERRER_POLICY, "no-referrer".to_owned())
        .with_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
             frame-ancestors 'none'"
                .to_owned(),
        ))
}

fn decide(cx: &Context, Params(by): Params<ByDecision>) -> Result<SeeOther> {
    let (cx, payment) = payments::by_token(cx, &by.token)?;
    payments::decide(&cx, payment, by.decision)?;
    Ok(SeeOther(format!("../{}", by.token)))
}

fn page(payment: &Payment, bills: &[Bill], status: Status) -> Markup {
    let currency = currency(payment.currency_id);
    let amount = payment.amount().with_sign(&currency.sign);
    let (class, title) = headline(status);
    let client = bills.first().map_or("", |bill| bill.client.name());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) ": " (amount) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header { (COMPANY.name) }
                    h1 { (amount) }
                    p { (client) ", by " (method_and_issuer(payment)) }
                    table {
                        thead { tr { th { "Invoice" } th { "For" } th { "Amount" } } }
                        tbody { (rows(payment, bills, currency)) }
                    }
                    section class=(class) role="status" {
                        strong { (title) }
                        p { (status.message()) }
                    }
                    @if status == Status::Open {
                        (buttons(&payment.token))
                    }
                    footer { "A payment page of an emulator, for tests. No money moves." }
                }
            }
        }
    }
}

fn headline(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Open => ("open", "To be paid"),
        Status::Paid => ("good", "Paid"),
        Status::Declined => ("bad", "Declined"),
        Status::Failed => ("bad", "Failed"),
        Status::Expired => ("bad", "Expired"),
    }
}

/// The method and the issuer, by name.
fn method_and_issuer(payment: &Payment) -> String {
    let Some(method) = payment_methods::method(payment.method_id) else { return String::new() };
    match method.issuer(&payment.issuer_id) {
        Some(issuer) => format!("{} ({})", method.name, issuer.name),
        None => method.name.clone(),
    }
}

fn rows(payment: &Payment, bills: &[Bill], currency: &Currency) -> Markup {
    html! {
        @for (part, bill) in payment.parts.iter().zip(bills) {
            tr {
                td { (bill.number()) }
                td { (bill.description) }
                td { (part.amount.with_sign(&currency.sign)) }
            }
        }
    }
}

fn buttons(token: &str) -> Markup {
    html! {
        div class="buttons" {
            form method="post" action={ (token) "/pay" } {
                button class="pay" { "Pay" }
            }
            form method="post" action={ (token) "/decline" } {
                button { "Decline" }
            }
        }
    }
}

const STYLE: &str = "
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1c2129;
  background: #eef2f6 }
body { margin: 0; padding: 6vh 1rem }
main { max-width: 34rem; margin: auto; padding: 2rem; background: #fff; border-radius: 12px;
  box-shadow: 0 2px 16px #0f23371f }
header { color: #00528a; font-weight: 700 }
h1 { margin: 1.25rem 0 0; font-size: 2.5rem; line-height: 1.1; font-variant-numeric: tabular-nums }
h1 + p { margin: .25rem 0 1.5rem; color: #5c6470 }
table { width: 100%; border-collapse: collapse; font-size: .9rem }
th { text-align: left; color: #5c6470; font-weight: 600 }
th, td { padding: .5rem .5rem .5rem 0; border-bottom: 1px solid #e3e8ee; vertical-align: top }
th:last-child, td:last-child { padding-right: 0; text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums }
section { margin: 1.5rem 0 0; padding: .75rem 1rem; border-left: 4px solid #00528a;
  background: #f3f7fb; border-radius: 4px }
section p { margin: 0 }
.good { border-color: #1a7f4b; background: #edf8f2 }
.bad { border-color: #b3372f; background: #fcf1f0 }
.buttons { display: flex; gap: .75rem; margin-top: 1.5rem }
form { flex: 1 }
button { width: 100%; padding: .75rem; font: inherit; font-weight: 600; color: #1c2129;
  background: #fff; border: 1px solid #b8c1cc; border-radius: 8px; cursor: pointer }
button:hover { background: #f3f7fb }
button:focus-visible { outline: 3px solid #7ab8e6; outline-offset: 2px }
.pay { color: #fff; background: #00528a; border-color: #00528a }
.pay:hover { background: #003f6b }
footer { margin-top: 2rem; color: #5c6470; font-size: .8rem }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_no_markup() {
        let form = buttons(r#"<b onclick="x('&')">"#).into_string();
        assert!(form.contains(r#""&lt;b onclick=&quot;x('&amp;')&quot;&gt;/pay""#), "{form}");
    }
}
