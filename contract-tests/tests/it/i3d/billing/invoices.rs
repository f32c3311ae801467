use std::collections::{BTreeMap, BTreeSet};

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

const DAY: i64 = 86_400;
/// The midnight at which the world of the tests begins, which is that of a new year.
const BEGINNING: i64 = 1_767_225_600;
/// On more than one page.
const LONG: i64 = 610_036;
const CREDIT: i64 = 610_029;

async fn list(api: &Api, operation: &str, filter: &str) -> Vec<Value> {
    let call = api.call(operation).with("filter", filter).range("results=1000");
    call.ok().await.as_array().unwrap().clone()
}

async fn all(api: &Api) -> Vec<Value> {
    list(api, "getAccountInvoices", "").await
}

async fn details(api: &Api, id: impl ToString) -> Value {
    api.call("getAccountInvoice").with("invoiceId", id).ok().await[0].take()
}

fn id(invoice: &Value) -> String {
    invoice["id"].as_str().unwrap().to_owned()
}

fn cents(value: &Value) -> i64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text of cents")).parse().unwrap()
}

/// All customers, each with the number of its invoices.
fn customers(emulator: &Emulator) -> [(Api, usize); 3] {
    let consumer = emulator.api().with_key("i3dVisserKey11223344");
    [(emulator.api(), 40), (emulator.other_customer(), 6), (consumer, 2)]
}

#[tokio::test]
async fn the_invoices_of_three_years_are_listed_newest_first() {
    let emulator = Emulator::start();
    let mut ids = BTreeSet::new();
    for (api, count) in customers(&emulator) {
        let invoices = all(&api).await;
        assert_eq!(invoices.len(), count);
        assert!(invoices.is_sorted_by_key(|invoice| -cents(&invoice["id"])));
        assert!(invoices.is_sorted_by_key(|invoice| -invoice["creationDate"].as_i64().unwrap()));
        ids.extend(invoices.iter().map(id));
    }
    assert_eq!(ids.len(), 48, "no id stands twice");
    let first = all(&emulator.api()).await;
    let oldest = first.last().unwrap()["creationDate"].as_i64().unwrap();
    assert_eq!((BEGINNING - oldest) / DAY, 3 * 365 + 1, "one of the years was a leap year");
    let credits = first.iter().filter(|it| it["isCredit"] == 1).count();
    let overdue =
        |it: &&Value| it["paymentStatus"] == 0 && it["dueDate"].as_i64().unwrap() < BEGINNING;
    let partly = |it: &&Value| it["paymentStatus"] == 0 && cents(&it["totalPaidAmount"]) != 0;
    assert!(
        credits >= 3
            && first.iter().filter(overdue).count() >= 3
            && first.iter().filter(partly).count() >= 2
    );
}

#[tokio::test]
async fn sums_and_status_follow_from_the_items() {
    let emulator = Emulator::start();
    for (api, _) in customers(&emulator) {
        for invoice in all(&api).await {
            let details = details(&api, id(&invoice)).await;
            let (mut excl, mut vat) = (0, 0);
            for item in details["items"].as_array().unwrap() {
                let net = cents(&item["setupCosts"])
                    + item["quantity"].as_i64().unwrap() * cents(&item["unitPrice"]);
                let percentage = item["vatPercentage"].as_i64().unwrap();
                // Half a cent is rounded away from zero, so that a credit takes back what was
                // billed.
                let tax = (2 * net.abs() * percentage + 100) / 200 * net.signum();
                assert_eq!(cents(&item["amountExclVat"]), net, "{item}");
                assert_eq!(cents(&item["vatAmount"]), tax, "{item}");
                assert_eq!(cents(&item["amountIncVat"]), net + tax, "{item}");
                assert_eq!(details["vatPercentage"], percentage);
                excl += net;
                vat += tax;
            }
            assert_eq!(cents(&details["amountExclVat"]), excl);
            assert_eq!(cents(&details["vatAmount"]), vat);
            assert_eq!(cents(&details["amountIncVat"]), excl + vat);
            assert_eq!(cents(&invoice["amountIncVAT"]), excl + vat);
            assert_eq!(cents(&invoice["amountExclVAT"]), excl);
            let remaining = excl + vat - cents(&invoice["totalPaidAmount"]);
            assert_eq!(cents(&invoice["remainingAmount"]), remaining);
            assert_eq!(invoice["paymentStatus"] == 1, remaining == 0);
            assert_eq!(invoice["paymentDate"] != 0, remaining == 0);
            assert_eq!(invoice["isCredit"] == 1, excl < 0);
            for same in [
                "invoiceNumber",
                "invoiceHash",
                "currency",
                "currencySign",
                "paymentStatus",
                "isCredit",
            ] {
                assert_eq!(invoice[same], details[same], "{same}");
            }
        }
    }
}

/// What an invoice charges of a service is what the service says it costs.
#[tokio::test]
async fn what_is_billed_is_what_the_services_cost() {
    let emulator = Emulator::start();
    for (api, _) in customers(&emulator) {
        let currencies = api.call("getCurrencies").ok().await;
        let mut prices = BTreeMap::new();
        for (operation, prefix, price) in [
            ("getDedicatedServers", "DS", "pricePerMonth"),
            ("getColocations", "COLO", "pricePerMonth"),
            ("getCrossConnects", "XC", "monthlyFee"),
        ] {
            let services = api.call(operation).range("results=1000").ok().await;
            for service in services.as_array().unwrap() {
                let currency = currencies
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|it| it["id"] == service["currencyId"]);
                let terms = (service[price].clone(), currency.unwrap()["name"].clone());
                prices.insert(format!("{prefix}-{}", service["id"]), terms);
            }
        }
        let mut billed = BTreeSet::new();
        for invoice in all(&api).await {
            for item in details(&api, id(&invoice)).await["items"].as_array().unwrap() {
                let order = item["orderId"].as_str().unwrap();
                if let Some((price, currency)) = prices.get(order) {
                    assert_eq!(
                        (&item["unitPrice"], &invoice["currency"]),
                        (price, currency),
                        "{order}"
                    );
                    billed.insert(order.to_owned());
                }
            }
        }
        assert_eq!(billed, prices.into_keys().collect(), "every service is billed");
    }
}

/// No month of a service is billed twice, and none is left out.
#[tokio::test]
async fn the_periods_of_a_service_follow_each_other() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut ends: BTreeMap<String, String> = BTreeMap::new();
    for invoice in all(&api).await.iter().rev().filter(|it| it["isCredit"] == 0) {
        for item in details(&api, id(invoice)).await["items"].as_array().unwrap() {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            if let Some(end) = ends.insert(text("orderId"), text("periodTo")) {
                assert_eq!(next_day(&end), text("periodFrom"), "{}", item["orderId"]);
                assert_eq!(
                    item["setupCosts"], "0",
                    "what began before is set up: {}",
                    item["orderId"]
                );
            }
        }
    }
    assert!(ends.len() > 70);
}

/// The day after the last day of a month.
fn next_day(last: &str) -> String {
    let part = |range: std::ops::Range<usize>| last[range].parse::<u32>().unwrap();
    match (part(0..4), part(5..7)) {
        (year, 12) => format!("{}-01-01", year + 1),
        (year, month) => format!("{year}-{:02}-01", month + 1),
    }
}

#[tokio::test]
async fn a_filter_finds_a_part_of_the_description_in_either_case() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let whole = all(&api).await;
    for filter in
        ["Colocation", "cOLOCATION", "servers, july", "%", "_", "'", "\u{e9}", "no such thing"]
    {
        let expected: Vec<&Value> = whole
            .iter()
            .filter(|it| {
                it["description"].as_str().unwrap().to_lowercase().contains(&filter.to_lowercase())
            })
            .collect();
        assert_eq!(
            list(&api, "getAccountInvoices", filter).await.iter().collect::<Vec<_>>(),
            expected,
            "{filter}"
        );
    }
    assert_eq!(list(&api, "getAccountInvoices", "Colocation").await.len(), 9);
}

#[tokio::test]
async fn unpaid_are_those_of_which_something_remains_without_credits() {
    let emulator = Emulator::start();
    for (api, _) in customers(&emulator) {
        let whole = all(&api).await;
        let expected: Vec<&Value> =
            whole.iter().filter(|it| it["paymentStatus"] == 0 && it["isCredit"] == 0).collect();
        assert!(!expected.is_empty());
        assert_eq!(
            list(&api, "getAccountInvoiceUnpaids", "").await.iter().collect::<Vec<_>>(),
            expected
        );
    }
    let cross = list(&emulator.api(), "getAccountInvoiceUnpaids", "cross").await;
    assert_eq!(cross.len(), 2);
}

#[tokio::test]
async fn an_invoice_is_found_by_id_and_by_number() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for invoice in all(&api).await {
        let by_id = details(&api, id(&invoice)).await;
        let number = invoice["invoiceNumber"].as_str().unwrap();
        let by_number =
            api.call("getAccountInvoiceNumber").with("invoiceNumber", number).ok().await;
        assert_eq!(by_number, json!([by_id]));
    }
    let shown = details(&api, LONG).await;
    assert_eq!(
        (&shown["creationDate"], &shown["dueDate"]),
        (&json!("2026-01-01"), &json!("2026-01-15"))
    );
    assert_eq!(shown["clientDetails"]["companyName"], "Lighthouse Games B.V.");
    assert_eq!(shown["clientDetails"]["country"], "Netherlands");
    for number in
        ["610036", "INV0610036", "INV610036 ", "INV", "inv610036", "INV999999", "INV610034"]
    {
        api.call("getAccountInvoiceNumber").with("invoiceNumber", number).refused(404, 10001).await;
    }
}

/// An invoice is a document: it names the customer as they were.
#[tokio::test]
async fn an_invoice_stays_as_it_was_when_the_customer_moves() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = details(&api, LONG).await;
    let mut billing = api.call("getAccountBillingDetails").ok().await[0].take();
    billing["city"] = "Delft".into();
    api.call("updateAccountBillingDetails").body(billing).ok().await;
    assert_eq!(details(&api, LONG).await, before);
}

async fn pdf(api: &Api, id: impl ToString) -> lopdf::Document {
    let answer = api.call("getAccountInvoicePdfs").with("invoiceId", id).send().await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (200, "application/pdf")
    );
    lopdf::Document::load_mem(&answer.body).expect("a PDF that others can read")
}

/// What stands on the pages, one piece of text after the other.
fn texts(document: &lopdf::Document) -> Vec<String> {
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

/// Cents as people write them: `1,234.50`.
fn written(cents: i64) -> String {
    let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.abs());
    let mut units = (cents / 100).to_string();
    let mut at = units.len();
    while at > 3 {
        at -= 3;
        units.insert(at, ',');
    }
    format!("{sign}{units}.{:02}", cents % 100)
}

#[tokio::test]
async fn the_pdf_says_what_the_invoice_says() {
    let emulator = Emulator::start();
    for (api, _) in customers(&emulator) {
        for invoice in all(&api).await {
            let details = details(&api, id(&invoice)).await;
            let texts = texts(&pdf(&api, id(&invoice)).await);
            let has = |text: &str| {
                assert!(texts.iter().any(|it| it == text), "{text:?} is in {texts:#?}")
            };
            let says =
                |text: &str| assert!(texts.join(" ").contains(text), "{text:?} is in {texts:#?}");
            for name in ["invoiceNumber", "clientNumber", "creationDate", "dueDate"] {
                has(details[name].as_str().unwrap());
            }
            for name in [
                "fullName",
                "companyName",
                "email",
                "address",
                "zip",
                "city",
                "country",
                "vatNumber",
            ] {
                says(details["clientDetails"][name].as_str().unwrap());
            }
            for name in [
                "name", "address", "zip", "city", "country", "phone", "email", "url", "iban", "bic",
            ] {
                says(details["companyDetails"][name].as_str().unwrap());
            }
            has(invoice["description"].as_str().unwrap());
            let sign = invoice["currencySign"].as_str().unwrap();
            for amount in [
                &details["amountExclVat"],
                &details["vatAmount"],
                &details["amountIncVat"],
                &invoice["totalPaidAmount"],
                &invoice["remainingAmount"],
            ] {
                has(&format!("{sign} {}", written(cents(amount))));
            }
            has(&format!("VAT {}%", details["vatPercentage"]));
            for item in details["items"].as_array().unwrap() {
                says(item["description"].as_str().unwrap());
                says(item["remarks"].as_str().unwrap());
                let text = |name: &str| item[name].as_str().unwrap();
                has(&format!(
                    "{}  •  {} to {}",
                    text("orderId"),
                    text("periodFrom"),
                    text("periodTo")
                ));
                has(&item["quantity"].to_string());
                for amount in
                    ["unitPrice", "setupCosts", "amountExclVat", "vatAmount", "amountIncVat"]
                {
                    has(&written(cents(&item[amount])));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_long_invoice_has_more_than_one_page_and_a_credit_says_that_it_is_one() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let long = pdf(&api, LONG).await;
    assert_eq!(long.get_pages().len(), 2);
    for page in ["Page 1 of 2", "Page 2 of 2"] {
        assert!(texts(&long).iter().any(|it| it == page));
    }
    let credit = pdf(&api, CREDIT).await;
    assert_eq!(credit.get_pages().len(), 1);
    assert!(texts(&credit).iter().any(|it| it == "Credit invoice"));
    assert!(!texts(&long).iter().any(|it| it == "Credit invoice"));
}

#[tokio::test]
async fn the_invoices_of_a_colocation_are_those_on_which_it_stands() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for colocation in [5201, 5202, 5203, 5204, 5205] {
        let mut expected = Vec::new();
        for invoice in all(&api).await {
            let details = details(&api, id(&invoice)).await;
            let mut items = details["items"].as_array().unwrap().iter();
            if items.any(|item| item["orderId"] == format!("COLO-{colocation}")) {
                expected.push(invoice);
            }
        }
        assert!(!expected.is_empty());
        let call = api.call("getColocationInvoices").with("colocationId", colocation);
        assert_eq!(call.ok().await, json!(expected));
    }
    for unknown in [5206, 1] {
        api.call("getColocationInvoices").with("colocationId", unknown).refused(404, 10001).await;
    }
}
