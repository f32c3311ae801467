use contract_tests::{Api, Call, Emulator, Part, profiles::i3d_v2::PROFILE};
use http::Method;
use serde_json::{Value, json};

use super::{both, data, refused};

const V2: &str = "/api/rest/v2/administration";
const V1: &str = "/api/rest/administration";
const URL_ENCODED: &str = "application/x-www-form-urlencoded";
const ACTIONS: [&str; 9] = [
    "getInvoiceIds",
    "getInvoiceDetails",
    "getTicketOverview",
    "getTicket",
    "getTicketAttachment",
    "createTicket",
    "replyTicket",
    "reopenTicket",
    "closeTicket",
];

fn signed() -> Value {
    json!({ "userId": 100_123, "apiKey": "i3dDemoKey0123456789", "status": 1 })
}

/// A request whose whole body the test writes, credentials and all.
fn overview(nobody: &Api, body: Value) -> Call<'_> {
    nobody.call("getTicketOverview").body(body)
}

#[tokio::test]
async fn both_addresses_take_json_and_forms_with_endings_of_the_documents() {
    let emulator = Emulator::start();
    let nobody = emulator.api_of(&PROFILE).anonymous();
    let expected = data(overview(&nobody, signed())).await;
    assert!(!expected["tickets"].as_array().unwrap().is_empty());
    let pairs = "userId=100123&apiKey=i3dDemoKey0123456789&action=getTicketOverview&status=1";
    for base in [V2, V1] {
        for ending in ["", "/", ":", ":/"] {
            let at = format!("{base}{ending}");
            let json = overview(&nobody, signed()).at(&at);
            assert_eq!(data(json).await, expected, "{at}");
            let form = overview(&nobody, signed()).at(&at).text(pairs);
            assert_eq!(data(form.header("content-type", URL_ENCODED)).await, expected, "{at}");
        }
    }
}

#[tokio::test]
async fn a_form_names_members_of_members_in_brackets() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let nobody = v2.anonymous();
    let form = "userId=100123&apiKey=i3dDemoKey0123456789&action=createTicket&title=A+form\
                &content=caf%C3%A9&attachments[0][name]=a.txt&attachments[0][content]=YQ%3D%3D\
                &attachments[0][size]=1&attachments%5B1%5D%5Bname%5D=b.txt\
                &attachments%5B1%5D%5Bcontent%5D=YmI%3D";
    let id =
        data(nobody.call("createTicket").at(V1).text(form).header("content-type", URL_ENCODED))
            .await["ticketId"]
            .take();
    let thread = data(v2.call("getTicket").body(json!({ "ticketId": id }))).await;
    let first = &thread["replies"][0];
    assert_eq!((&first["title"], &first["content"]), (&json!("A form"), &json!("café")));
    let files = first["attachments"].as_array().unwrap().iter();
    let files: Vec<(&Value, &Value)> = files.map(|it| (&it["name"], &it["size"])).collect();
    assert_eq!(files, [(&json!("a.txt"), &json!(1)), (&json!("b.txt"), &json!(2))]);
}

#[tokio::test]
async fn a_multipart_form_carries_the_credentials_too() {
    let emulator = Emulator::start();
    let nobody = emulator.api_of(&PROFILE).anonymous();
    let fields = |key: &str| {
        let fields = [
            ("userId", "100123"),
            ("apiKey", key),
            ("ticketId", "1935518"),
            ("content", "A form."),
        ];
        fields.map(|(name, text)| Part::text(name, text)).to_vec()
    };
    let good = nobody.call("replyTicket").form(fields("i3dDemoKey0123456789"));
    assert_eq!(data(good).await, json!({ "ticketId": 1_935_518 }));
    // However a client calls the files of a form, they are taken.
    for name in ["attachment", "attachments[]", "attachments[0][file]"] {
        let mut with_file = fields("i3dDemoKey0123456789");
        with_file.push(Part::file(name, "a.txt", b"1 ms"));
        data(nobody.call("replyTicket").form(with_file)).await;
        let thread =
            json!({ "userId": 100_123, "apiKey": "i3dDemoKey0123456789", "ticketId": 1_935_518 });
        let thread = data(nobody.call("getTicket").body(thread)).await;
        let newest = thread["replies"].as_array().and_then(|it| it.last()).cloned().unwrap();
        assert_eq!(newest["attachments"][0]["name"], "a.txt", "{name}");
    }
    let wrong = nobody.call("replyTicket").form(fields("NobodyHasThisKey0000"));
    assert_eq!(refused(wrong).await, "The user ID or the API key is wrong");
}

#[tokio::test]
async fn what_the_contract_does_not_know_is_noted() {
    let emulator = Emulator::start();
    let api = emulator.api_of(&PROFILE);
    let body = json!({ "title": "A", "content": "B", "shade": "dark" });
    data(api.call("createTicket").body(body)).await;
    let noted = api.raw("GET", "/_mock/violations", None).await.json();
    let expected = json!([{ "operation": "createTicket", "property": "shade", "count": 1 }]);
    assert_eq!(noted["unknownProperties"], expected);
}

#[tokio::test]
async fn numbers_may_be_texts() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let mut body = signed();
    body["userId"] = json!("100123");
    body["status"] = json!("1");
    data(overview(&v2.anonymous(), body)).await;
    data(v2.call("getInvoiceDetails").body(json!({ "invoiceId": "610036" }))).await;
    let told = refused(v2.call("getInvoiceDetails").body(json!({ "invoiceId": "many" }))).await;
    assert!(told.starts_with("invoiceId: "), "{told}");
}

#[tokio::test]
async fn an_unknown_action_is_told_which_there_are() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    for body in [
        json!({ "action": "openTicket" }),
        json!({ "action": 7 }),
        json!({ "action": "" }),
        json!({ "action": "getticket" }),
    ] {
        let told = refused(v2.call("getTicket").body(body)).await;
        assert!(told.starts_with("action: "), "{told}");
        assert!(ACTIONS.iter().all(|action| told.contains(action)), "{told}");
    }
    let told = refused(v2.anonymous().call("getTicket").text("{}")).await;
    assert!(ACTIONS.iter().all(|action| told.contains(action)), "{told}");
}

#[tokio::test]
async fn who_is_not_the_customer_of_the_key_is_refused_for_every_action() {
    let emulator = Emulator::start();
    let nobody = emulator.api_of(&PROFILE).anonymous();
    let wrong = "The user ID or the API key is wrong";
    let with = |user: Value, key: Value| json!({ "userId": user, "apiKey": key });
    let key = "i3dDemoKey0123456789";
    let bodies = [
        json!({}),
        json!({ "apiKey": key }),
        json!({ "userId": 100_123 }),
        with(json!(100_456), json!(key)),
        with(json!("K100123"), json!(key)),
        with(json!(0), json!(key)),
        with(json!(null), json!(key)),
        with(json!([100_123]), json!(key)),
        with(json!(100_123), json!("NobodyHasThisKey0000")),
        with(json!(100_123), json!("")),
        with(json!(100_123), json!(null)),
        with(json!(100_123), json!("i3dHarbourKey0987654")),
        // That its whitelist excludes this address is nobody else's business.
        with(json!(100_456), json!(PROFILE.demo_keys.excluded)),
    ];
    for action in ACTIONS {
        for body in &bodies {
            let told = refused(nobody.call(action).body(body.clone())).await;
            assert_eq!(told, wrong, "{action} {body}");
        }
    }
    let header = nobody.call("getInvoiceIds").body(json!({})).header("private-token", key);
    assert_eq!(refused(header).await, wrong, "no header is looked at");
}

#[tokio::test]
async fn a_key_is_refused_where_its_whitelist_excludes_the_address() {
    let emulator = Emulator::start();
    let excluded = emulator.api_of(&PROFILE).with_key(PROFILE.demo_keys.excluded);
    for action in ACTIONS {
        let told = refused(excluded.call(action).body(json!({}))).await;
        assert_eq!(told, "The API key may not be used from this address", "{action}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_those_there_are() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = v2.call("getInvoiceIds").by(method.clone()).send().await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.headers["allow"], "POST, OPTIONS");
        let body = json!({ "status": "Error", "msg": "Actions are sent with POST" });
        assert_eq!(answer.json(), body);
    }
}

#[tokio::test]
async fn an_unknown_category_has_no_actions() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    for path in ["/api/rest/v2/gameserver", "/api/rest/v2", "/api/rest/v2/administration/x"] {
        let answer = v2.call("getInvoiceIds").at(path).response().await;
        assert_eq!(answer.status, 404, "{path}");
        let body = json!({ "status": "Error", "msg": "There is no such category" });
        assert_eq!(answer.json(), body, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    for text in ["{\"action\":", "{", "[", "{\"action\": getTicket}"] {
        let told = refused(v2.anonymous().call("getTicket").text(text)).await;
        assert!(told.starts_with("The body is not JSON: "), "{text}: {told}");
    }
    for text in ["[]", "null", ""] {
        let told = refused(v2.anonymous().call("getTicket").text(text)).await;
        assert!(told.starts_with("action: "), "{text} has no action: {told}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let large = json!({ "ticketId": 1_935_518, "content": "a".repeat(11 << 20) });
    let body = v2.call("replyTicket").body(large).expect(413).await;
    let told = "The body is larger than 10485760 bytes";
    assert_eq!(body, json!({ "status": "Error", "msg": told }));
}
