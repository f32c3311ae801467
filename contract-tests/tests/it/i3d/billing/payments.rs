use std::collections::BTreeMap;

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

/// Unpaid invoices of the first customer in euros, the second of them partly paid.
const UNPAID: i64 = 610_036;
const PARTLY: i64 = 610_030;
pub const SMALL: i64 = 610_040;
/// A credit invoice in euros.
const CREDIT: i64 = 610_029;
const PAID: i64 = 610_025;
const IN_DOLLARS: i64 = 610_037;
const THEIRS: i64 = 610_034;

const IDEAL: i64 = 1;
pub const CARD: i64 = 2;
const PAYPAL: i64 = 3;
const DIRECT_DEBIT: i64 = 4;
const ING: &str = "ideal_INGBNL2A";

pub const HOUR: u32 = 3600;

fn ids(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

pub fn cents(value: &Value) -> i64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text of cents")).parse().unwrap()
}

pub async fn invoices(api: &Api) -> BTreeMap<i64, Value> {
    let invoices = api.call("getAccountInvoices").range("results=1000").ok().await;
    let invoices = invoices.as_array().unwrap().iter();
    invoices.map(|it| (it["id"].as_str().unwrap().parse().unwrap(), it.clone())).collect()
}

async fn invoice(api: &Api, id: i64) -> Value {
    invoices(api).await.remove(&id).unwrap()
}

pub async fn prepared(api: &Api, chosen: &[i64]) -> Value {
    api.call("getAccountInvoicePayPrepares").with("invoiceIds", ids(chosen)).ok().await[0].take()
}

pub fn registration(chosen: &[i64], method: i64, issuer: &str) -> Value {
    json!({ "invoiceIds": ids(chosen), "paymentMethodId": method, "issuerId": issuer })
}

/// Registers a payment and returns the path of its page.
pub async fn registered(api: &Api, chosen: &[i64]) -> String {
    let body = registration(chosen, CARD, "visa");
    let url =
        api.call("createAccountInvoicePayRegister").body(body).ok().await["requestUrl"].take();
    path(url.as_str().unwrap())
}

fn path(url: &str) -> String {
    url[url.find("/pay/").expect("the page of a payment")..].to_owned()
}

async fn page(api: &Api, path: &str) -> String {
    let answer = api.anonymous().raw("GET", path, None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    answer.text()
}

/// Presses a button of the page, as somebody who only knows its address.
pub async fn decide(api: &Api, path: &str, decision: &str) {
    let answer = api.anonymous().raw("POST", &format!("{path}/{decision}"), None).await;
    let back = path.replace("/pay/", "../");
    assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, &*back));
}

pub async fn landing(api: &Api) -> Value {
    api.call("getAccountInvoicePayPaymentLandings").ok().await
}

#[tokio::test]
async fn invoices_are_paid_and_a_credit_is_settled_with_them() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let chosen = [UNPAID, PARTLY, CREDIT];
    let before = invoices(&api).await;
    let prepared = prepared(&api, &chosen).await;
    let body = registration(&chosen, IDEAL, ING);
    let registered = api.call("createAccountInvoicePayRegister").body(body).ok().await;
    let total: i64 = chosen.iter().map(|id| cents(&before[id]["remainingAmount"])).sum();
    assert_eq!(
        (cents(&prepared["totalAmount"]), cents(&registered["totalAmount"])),
        (total, total)
    );
    let url = registered["requestUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/pay/", emulator.url())), "{url} is absolute");
    let inputs = registered["postFormInputs"].as_array().unwrap();
    assert!(inputs.contains(&json!({ "name": "amount", "value": total.to_string() })));
    assert_eq!(registered["paymentMethod"]["name"], "iDEAL");
    assert_eq!(registered["invoicesForPay"], json!([before[&UNPAID], before[&PARTLY]]));
    assert_eq!(landing(&api).await["status"], "open");
    assert_eq!(invoices(&api).await, before, "nothing is paid yet");

    api.advance(90).await;
    decide(&api, &path(url), "pay").await;
    let after = invoices(&api).await;
    let now = before[&UNPAID]["creationDate"].as_i64().unwrap() + 90;
    for (id, invoice) in &after {
        if chosen.contains(id) {
            assert_eq!(
                (&invoice["paymentStatus"], &invoice["remainingAmount"]),
                (&json!(1), &json!("0"))
            );
            assert_eq!(invoice["totalPaidAmount"], invoice["amountIncVAT"]);
            assert_eq!(invoice["paymentDate"], now);
        } else {
            assert_eq!(*invoice, before[id]);
        }
    }
    let landing = landing(&api).await;
    assert_eq!((&landing["status"], &landing["paymentMethod"]), (&json!("paid"), &json!("iDEAL")));
    assert_eq!(landing["invoices"], json!(chosen.map(|id| &after[&id])));
    let unpaid = api.call("getAccountInvoiceUnpaids").ok().await;
    assert!(!unpaid.as_array().unwrap().contains(&after[&UNPAID]));
    let details = api.call("getAccountInvoice").with("invoiceId", UNPAID).ok().await;
    assert_eq!(
        (&details[0]["paymentStatus"], &details[0]["paymentDate"]),
        (&json!(1), &json!(now))
    );
}

#[tokio::test]
async fn a_payment_is_confirmed_by_mail_and_stands_in_the_account_log() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let payment = registered(&api, &[SMALL]).await;
    assert!(emulator.outbox().await.is_empty());
    decide(&api, &payment, "pay").await;
    let mails = emulator.outbox().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (&mails[0]["to"], &mails[0]["kind"]),
        (&json!("billing@lighthouse.example"), &json!("payment-confirmation"))
    );
    assert_eq!(mails[0]["values"], json!({ "amount": "1873", "invoiceNumbers": ["INV610040"] }));
    assert_eq!(api.call("getAccountLogs").ok().await[0]["title"], "Decide on a payment");

    let mut billing = api.call("getAccountBillingDetails").ok().await[0].take();
    billing["receivePaymentConfirmationsViaEmail"] = 0.into();
    api.call("updateAccountBillingDetails").body(billing).ok().await;
    decide(&api, &registered(&api, &[PARTLY]).await, "pay").await;
    assert_eq!(emulator.outbox().await.len(), 1);
}

#[tokio::test]
async fn a_declined_payment_leaves_everything_and_can_be_tried_again() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = invoices(&api).await;
    let payment = registered(&api, &[UNPAID, CREDIT]).await;
    decide(&api, &payment, "decline").await;
    assert_eq!(landing(&api).await["status"], "declined");
    decide(&api, &payment, "pay").await;
    assert_eq!(landing(&api).await["status"], "declined");
    assert_eq!(invoices(&api).await, before);

    decide(&api, &registered(&api, &[UNPAID, CREDIT]).await, "pay").await;
    assert_eq!(landing(&api).await["status"], "paid");
    assert_eq!(invoice(&api, UNPAID).await["paymentStatus"], 1);
}

#[tokio::test]
async fn nothing_is_paid_twice() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (one, other) =
        (registered(&api, &[UNPAID, SMALL]).await, registered(&api, &[UNPAID, PARTLY]).await);
    decide(&api, &one, "pay").await;
    let paid = invoices(&api).await;
    assert_eq!(landing(&api).await["status"], "open", "the last payment is the other one");
    decide(&api, &one, "pay").await;
    decide(&api, &one, "decline").await;
    assert_eq!(invoices(&api).await, paid);
    decide(&api, &other, "pay").await;
    assert_eq!(landing(&api).await["status"], "failed");
    assert_eq!(invoices(&api).await, paid, "also what nobody else paid is left");
    decide(&api, &registered(&api, &[PARTLY]).await, "pay").await;
    assert_eq!(invoice(&api, PARTLY).await["paymentStatus"], 1);
}

#[tokio::test]
async fn a_payment_is_open_for_an_hour() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (early, late) = (registered(&api, &[SMALL]).await, registered(&api, &[UNPAID]).await);
    api.advance(HOUR - 1).await;
    decide(&api, &early, "pay").await;
    assert_eq!(invoice(&api, SMALL).await["paymentStatus"], 1);
    api.advance(1).await;
    decide(&api, &late, "pay").await;
    assert_eq!(invoice(&api, UNPAID).await["paymentStatus"], 0);
    assert_eq!(landing(&api).await["status"], "expired");
    assert!(!page(&api, &late).await.contains("<form"));
}

#[tokio::test]
async fn what_cannot_be_paid_is_refused_by_name() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for bad in [
        "",
        ",",
        "x",
        "610036;610040",
        "610036,",
        "610036,610036",
        "-1",
        "1",
        &ids(&[PAID]),
        &ids(&[THEIRS]),
    ] {
        let prepare = api.call("getAccountInvoicePayPrepares").with("invoiceIds", bad);
        let errors = prepare.refused(422, 11001).await;
        assert!(
            !errors.is_empty() && errors.iter().all(|(property, _)| property == "invoiceIds"),
            "{bad:?}"
        );
        let body = json!({ "invoiceIds": bad, "paymentMethodId": CARD, "issuerId": "visa" });
        let register = api.call("createAccountInvoicePayRegister").body(body);
        assert_eq!(register.refused(422, 11001).await, errors);
    }
    let several = format!("{UNPAID},{PAID},{THEIRS},1");
    let refused = api
        .call("getAccountInvoicePayPrepares")
        .with("invoiceIds", several)
        .refused(422, 11001)
        .await;
    let messages: Vec<&str> = refused.iter().map(|(_, message)| message.as_str()).collect();
    let expected = [
        "610025 is paid already",
        "610034 is not an invoice of this account",
        "1 is not an invoice of this account",
    ];
    assert_eq!(messages, expected);
    let mixed =
        api.call("getAccountInvoicePayPrepares").with("invoiceIds", ids(&[UNPAID, IN_DOLLARS]));
    assert_eq!(mixed.refused(422, 11001).await[0].1, "must be invoices of one currency");
}

#[tokio::test]
async fn a_method_and_one_of_its_issuers_are_chosen() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (chosen, method, issuer, at_fault) in [
        (UNPAID, 99, ING, &["paymentMethodId"][..]),
        (UNPAID, IDEAL, "visa", &["issuerId"]),
        (UNPAID, IDEAL, "", &["issuerId"]),
        (UNPAID, PAYPAL, "visa", &["issuerId"]),
        (UNPAID, DIRECT_DEBIT, "", &["paymentMethodId"]),
        (IN_DOLLARS, IDEAL, ING, &["paymentMethodId"]),
        (IN_DOLLARS, IDEAL, "visa", &["paymentMethodId", "issuerId"]),
    ] {
        let body = registration(&[chosen], method, issuer);
        let errors =
            api.call("createAccountInvoicePayRegister").body(body).refused(422, 11001).await;
        let properties: Vec<&str> = errors.iter().map(|(property, _)| property.as_str()).collect();
        assert_eq!(properties, at_fault, "{method} {issuer:?}");
    }
    for (chosen, method, issuer) in
        [(UNPAID, PAYPAL, ""), (IN_DOLLARS, CARD, "mastercard"), (UNPAID, IDEAL, ING)]
    {
        let body = registration(&[chosen], method, issuer);
        api.call("createAccountInvoicePayRegister").body(body).ok().await;
    }
}

#[tokio::test]
async fn methods_can_be_selected_where_they_can_pay() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let selectable = |prepared: &Value| -> Vec<i64> {
        let methods = prepared["paymentMethod"].as_array().unwrap().iter();
        methods.filter(|it| it["isSelectable"] == 1).map(|it| it["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(selectable(&prepared(&api, &[UNPAID]).await), [IDEAL, CARD, PAYPAL]);
    assert_eq!(selectable(&prepared(&api, &[IN_DOLLARS]).await), [CARD, PAYPAL]);
    // The credit is more than the invoice.
    let nothing = prepared(&api, &[SMALL, CREDIT]).await;
    assert_eq!((selectable(&nothing), cents(&nothing["totalAmount"])), (vec![], 1873 - 60_258));
    let body = registration(&[SMALL, CREDIT], CARD, "visa");
    let refused = api.call("createAccountInvoicePayRegister").body(body).refused(422, 11001).await;
    assert_eq!(refused[0].0, "invoiceIds");
}

#[tokio::test]
async fn who_never_paid_lands_on_nothing_and_nobody_lands_on_the_payment_of_another() {
    let emulator = Emulator::start();
    let (first, second) = (emulator.api(), emulator.other_customer());
    decide(&first, &registered(&first, &[SMALL]).await, "pay").await;
    let nothing = landing(&second).await;
    assert_eq!((&nothing["status"], &nothing["invoices"]), (&json!("none"), &json!([])));
}

#[tokio::test]
async fn the_page_shows_what_is_to_be_paid_and_then_what_came_of_it() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let payment = registered(&api, &[UNPAID, CREDIT]).await;
    let open = page(&api, &payment).await;
    for text in
        ["€ 38,058.13", "INV610036", "€ -602.58", "Lighthouse Games B.V.", "Credit card (Visa)"]
    {
        assert!(open.contains(text), "{text} is on {open}");
    }
    for button in ["pay", "decline"] {
        let action = format!("{}/{button}", payment.trim_start_matches("/pay/"));
        assert!(open.contains(&format!("method=\"post\" action=\"{action}\"")));
    }
    // The form of the site that sends the customer here may be posted.
    let posted = api.anonymous().raw("POST", &payment, None).await;
    assert_eq!((posted.status, posted.text()), (200, open));
    decide(&api, &payment, "pay").await;
    let paid = page(&api, &payment).await;
    assert!(paid.contains("The payment was received.") && !paid.contains("<form"));
}

#[tokio::test]
async fn a_page_of_nothing_is_not_found() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let payment = registered(&api, &[SMALL]).await;
    for (method, path) in [
        ("GET", "/pay/nothing".to_owned()),
        ("POST", "/pay/nothing".to_owned()),
        ("POST", "/pay/nothing/pay".to_owned()),
        ("POST", format!("{payment}/steal")),
    ] {
        assert_eq!(api.raw(method, &path, None).await.status, 404, "{method} {path}");
    }
    assert_eq!(invoice(&api, SMALL).await["paymentStatus"], 0);
}
