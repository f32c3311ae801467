use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{both, customers, data, refused};
use crate::i3d::billing::payments::{decide, registered};

const DAY: u32 = 86_400;
/// The midnight at which the world of the tests begins, which is that of a new year.
const BEGINNING: i64 = 1_767_225_600;
const UNPAID: i64 = 610_036;
/// An invoice of the second customer.
const THEIRS: i64 = 610_034;

async fn ids(api: &Api, selection: Value) -> Vec<i64> {
    let mut found = data(api.call("getInvoiceIds").body(selection)).await;
    serde_json::from_value(found["invoiceIds"].take()).unwrap()
}

async fn details(api: &Api, id: i64) -> Value {
    let call = api.call("getInvoiceDetails").body(json!({ "invoiceId": id }));
    data(call).await["invoices"][0].take()
}

/// The invoices as version 3 lists them, the oldest first.
async fn invoices(v3: &Api) -> Vec<Value> {
    let listed = v3.call("getAccountInvoices").range("results=1000").ok().await;
    listed.as_array().unwrap().iter().rev().cloned().collect()
}

fn id(invoice: &Value) -> i64 {
    invoice["id"].as_str().unwrap().parse().unwrap()
}

fn made(invoice: &Value) -> i64 {
    invoice["creationDate"].as_i64().unwrap()
}

/// The ids of the invoices of version 3 like this.
fn ids_of(invoices: &[Value], is: impl Fn(&Value) -> bool) -> Vec<i64> {
    invoices.iter().filter(|it| is(it)).map(id).collect()
}

#[tokio::test]
async fn every_invoice_says_the_same_in_both_versions() {
    let emulator = Emulator::start();
    let mut count = 0;
    for (v2, v3) in customers(&emulator) {
        let expected = invoices(&v3).await;
        let all = ids(&v2, json!({ "dateStart": "01-01-2020" })).await;
        assert_eq!(all, ids_of(&expected, |_| true), "the oldest first");
        for invoice in expected {
            let shown = details(&v2, id(&invoice)).await;
            let hundredths = |value: &Value| (value.as_f64().unwrap() * 100.0).round() as i64;
            let cents = |name: &str| invoice[name].as_str().unwrap().parse::<i64>().unwrap();
            assert_eq!(hundredths(&shown["amountNet"]), cents("amountIncVAT"), "{invoice}");
            let vat = cents("amountIncVAT") - cents("amountExclVAT");
            assert_eq!(hundredths(&shown["vat"]), vat, "{invoice}");
            assert_eq!(shown["number"], invoice["invoiceNumber"]);
            assert_eq!(shown["title"], invoice["description"]);
            let paid = if invoice["paymentStatus"] == 1 { "paid" } else { "unpaid" };
            assert_eq!(shown["status"], paid);
            let day = |at: &Value| {
                let at = jiff::Timestamp::from_second(at.as_i64().unwrap()).unwrap();
                at.to_zoned(jiff::tz::TimeZone::UTC).date()
            };
            assert_eq!(shown["createdOn"], day(&invoice["creationDate"]).to_string());
            let due = day(&invoice["dueDate"]);
            let due = format!("{}-{:02}-{}", due.year(), due.month(), due.day());
            assert_eq!(shown["payBefore"], due, "the day has no leading zero");
            count += 1;
        }
    }
    assert_eq!(count, 48);
}

#[tokio::test]
async fn the_amounts_of_an_invoice_are_numbers_of_units() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let invoice = v3.call("getAccountInvoice").with("invoiceId", UNPAID).ok().await[0].take();
    let shown = details(&v2, UNPAID).await;
    let percentage = &invoice["items"][0]["vatPercentage"];
    assert_eq!(shown["vatPerc"], *percentage);
    let lines = shown["description"].as_str().unwrap();
    for item in invoice["items"].as_array().unwrap() {
        assert!(lines.contains(item["description"].as_str().unwrap()), "{lines}");
    }
}

#[tokio::test]
async fn a_selection_is_of_thirty_days_by_the_clock_unless_it_says_otherwise() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let all = invoices(&v3).await;
    let since = |days: u32, now: i64| {
        let from = now - i64::from(days * DAY);
        ids_of(&all, |it| (from..=now).contains(&made(it)))
    };
    let recent = since(30, BEGINNING);
    assert_eq!(ids(&v2, json!({})).await, recent);
    let empty = json!({ "dateStart": "", "dateEnd": "" });
    assert_eq!(ids(&v2, empty).await, recent, "an empty date says nothing");
    assert!((1..all.len()).contains(&recent.len()), "{recent:?}");
    v3.advance(20 * DAY).await;
    assert_eq!(ids(&v2, json!({})).await, since(30, BEGINNING + i64::from(20 * DAY)));
    v3.advance(11 * DAY).await;
    assert_eq!(ids(&v2, json!({})).await, Vec::<i64>::new(), "they are older now");
}

#[tokio::test]
async fn both_days_and_the_status_choose_the_invoices() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let all = invoices(&v3).await;
    let start = "01-01-2020";
    let is_paid = |it: &Value| it["paymentStatus"] == 1;
    let paid = ids(&v2, json!({ "dateStart": start, "status": 1 })).await;
    let unpaid = ids(&v2, json!({ "dateStart": start, "status": 0 })).await;
    assert_eq!(paid, ids_of(&all, is_paid));
    assert_eq!(unpaid, ids_of(&all, |it| !is_paid(it)));
    assert!(!paid.is_empty() && !unpaid.is_empty());
    assert_eq!(ids(&v2, json!({ "dateStart": start, "status": -1 })).await.len(), all.len());

    // The oldest invoices were made on the first day of January, three years ago.
    let oldest = ids_of(&all, |it| made(it) == made(&all[0]));
    let of = |from: &str, to: &str| json!({ "dateStart": from, "dateEnd": to });
    assert_eq!(ids(&v2, of("01-01-2023", "01-01-2023")).await, oldest);
    assert_eq!(ids(&v2, of("01-01-2020", "31-12-2022")).await, Vec::<i64>::new());
    assert_eq!(ids(&v2, of("02-01-2023", "03-01-2023")).await, Vec::<i64>::new());
    assert_eq!(ids(&v2, of("03-01-2023", "01-01-2023")).await, Vec::<i64>::new());
}

#[tokio::test]
async fn a_wrong_selection_is_refused_by_name() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let call = |body: Value| v2.call("getInvoiceIds").body(body);
    for date in ["2023-01-01", "1-1-2023", "today"] {
        let told = refused(call(json!({ "dateStart": date }))).await;
        assert!(told.starts_with("dateStart: "), "{date}: {told}");
    }
    assert_eq!(
        refused(call(json!({ "dateEnd": "31-02-2023" }))).await,
        "dateEnd: is no date of the form DD-MM-YYYY"
    );
    let told = refused(call(json!({ "status": 2 }))).await;
    assert!(told.starts_with("status: "), "{told}");
    let told = refused(v2.call("getInvoiceDetails").body(json!({}))).await;
    assert_eq!(told, "invoiceId: is required");
}

#[tokio::test]
async fn an_invoice_that_is_paid_through_version_3_is_paid() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let start = json!({ "dateStart": "01-01-2020", "status": 0 });
    assert_eq!(details(&v2, UNPAID).await["status"], "unpaid");
    assert!(ids(&v2, start.clone()).await.contains(&UNPAID));
    let page = registered(&v3, &[UNPAID]).await;
    decide(&v3, &page, "pay").await;
    assert_eq!(details(&v2, UNPAID).await["status"], "paid");
    assert!(!ids(&v2, start).await.contains(&UNPAID));
}

#[tokio::test]
async fn an_invoice_of_another_customer_does_not_exist() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    for id in [THEIRS, 1, 0, -1] {
        let call = v2.call("getInvoiceDetails").body(json!({ "invoiceId": id }));
        assert_eq!(refused(call).await, "There is nothing with this ID");
    }
}
