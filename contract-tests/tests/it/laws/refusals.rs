//! Every refusal that the contract lists has a cause that a client can bring about.
//!
//! Most causes are alike for all operations: an excluded address, a missing key, a broken form, an
//! unknown id. The others are told here, one story each.

use std::collections::BTreeSet;

use contract_tests::{
    Api, Call, Emulator, Part, Received, Request, invalid_requests, profiles::i3d_v3::PROFILE,
};
use serde_json::{Value, json};

/// An operation, and the status of a refusal that the contract lists for it.
type Pair = (&'static str, u16);

/// Every refusal that the contract lists.
fn documented() -> BTreeSet<Pair> {
    let statuses = |id: &'static str| {
        let route = openapi::i3d_v3().route(id).expect("an operation of the contract");
        (400..500).filter(|status| route.documents(*status)).map(move |status| (id, status))
    };
    PROFILE.operations().flat_map(|route| statuses(&route.id)).collect()
}

#[tokio::test]
async fn every_documented_refusal_has_a_cause() {
    let mut missing = documented();
    let emulator = Emulator::start();
    for pair in excluded(&emulator).await.into_iter().chain(malformed(&emulator).await) {
        missing.remove(&pair);
    }
    for pair in missing.clone() {
        let emulator = Emulator::start();
        if let Some(answer) = told(&emulator, pair).await {
            assert_eq!(answer.status, pair.1, "{pair:?}: {}", answer.text());
            missing.remove(&pair);
        }
    }
    assert!(
        missing.is_empty(),
        "nothing brings these refusals about; tell how, in `told` of this file, or take the status \
         from the contract: {missing:?}"
    );
}

/// Refusals of a valid key that a whitelist excludes: 403, wherever the contract lists it.
async fn excluded(emulator: &Emulator) -> BTreeSet<Pair> {
    let api = emulator.api();
    let key = api
        .call("createApiKeyForUser")
        .body(json!({ "category": 0, "assignOdpServerIps": 0 }))
        .ok()
        .await;
    let elsewhere = json!({ "ipRange": "192.0.2.0/24", "active": 1 });
    let restrict = api.call("createAccountApiKeyWhitelist").with("apiKeyId", &key[0]["id"]);
    restrict.body(elsewhere).ok().await;
    let excluded = api.with_key(key[0]["key"].as_str().expect("a key is text"));
    let mut refused = BTreeSet::new();
    for (id, status) in documented().into_iter().filter(|(_, status)| *status == 403) {
        let example = Request::example(&PROFILE, openapi::i3d_v3().route(id).expect("it exists"));
        let example = example.unwrap_or_else(|advice| panic!("{advice}"));
        if example.call(&excluded).send().await.status == status {
            refused.insert((id, status));
        }
    }
    refused
}

/// Refusals of a malformed body, parameter, range or key, and of an unknown id.
async fn malformed(emulator: &Emulator) -> BTreeSet<Pair> {
    let (api, nobody) = (emulator.api(), emulator.api().anonymous());
    let mut refused = BTreeSet::new();
    for route in PROFILE.operations() {
        let example = Request::example(&PROFILE, route).unwrap_or_else(|advice| panic!("{advice}"));
        if !route.open {
            refused.insert((route.id.as_str(), example.call(&nobody).send().await.status));
        }
        for invalid in invalid_requests(&PROFILE, &example) {
            let answer = invalid.request.call(&api).send().await;
            let no_route = answer.json()["errorCode"] == 10012;
            if !no_route {
                refused.insert((route.id.as_str(), answer.status));
            }
        }
    }
    refused
}

/// The causes that only one operation has; `None` for a refusal without a known cause.
async fn told(emulator: &Emulator, pair: Pair) -> Option<Received> {
    let api = &emulator.api();
    let answer = match pair {
        ("getUser", 404) => api.anonymous().call("getUser").send().await,
        ("login", 401) => login(&api.anonymous(), "harbour", "wrong").send().await,
        ("login", 409) => login(&logged_in(api).await, "harbour", "harbourPassword").send().await,
        ("login", 429) => {
            for _ in 0..5 {
                login(&api.anonymous(), "harbour", "wrong").refused(401, 10004).await;
            }
            login(&api.anonymous(), "harbour", "harbourPassword").send().await
        }
        ("provideOTP", 401) => {
            let asked = login(&api.anonymous(), "demo", "i3dDemoPassword").send().await;
            // Of a million one-time passwords three are right.
            with_cookie(api, &asked)
                .call("provideOTP")
                .body(json!({ "otp": "000000" }))
                .send()
                .await
        }
        ("provideOTP", 404) => {
            logged_in(api).await.call("provideOTP").body(json!({ "otp": "000000" })).send().await
        }
        ("changeAccountPassword", 429) => {
            let body = json!({ "currentPassword": "wrong", "newPassword": "a-better-password" });
            for _ in 0..5 {
                api.call("changeAccountPassword").body(body.clone()).refused(401, 10004).await;
            }
            api.call("changeAccountPassword").body(body).send().await
        }
        _ => return told_of_an_account(api, pair).await,
    };
    Some(answer)
}

/// The same for the account, its addresses, servers, keys and tickets.
async fn told_of_an_account(api: &Api, pair: Pair) -> Option<Received> {
    let answer = match pair {
        ("confirmEmail", 404) => {
            let body = json!({ "userId": 999_999, "hash": "0123456789abcdef0123456789abcdef" });
            api.call("confirmEmail").body(body).send().await
        }
        ("resendEmailConfirmation" | "resendOAuthEmailConfirmation", 404) => {
            api.call(pair.0).body(json!({ "email": "nobody@nowhere.example" })).send().await
        }
        ("updateAccountDetails", 409) => {
            let mut details = api.call("getAccountDetails").ok().await[0].take();
            // The main address of another account.
            details["emailAddressAbuse"] = json!("owen@harbour.example");
            api.call("updateAccountDetails").body(details).send().await
        }
        ("updateFlexMetalTag", 409) => {
            for tag in ["first", "second"] {
                api.call("createFlexMetalTag").body(json!({ "tag": tag })).ok().await;
            }
            api.call("updateFlexMetalTag")
                .with("tag", "first")
                .body(json!({ "tag": "second" }))
                .send()
                .await
        }
        ("getFlexMetalUsages", 422) => {
            let usages = api.call("getFlexMetalUsages").with("startDate", "2026-01-02");
            usages.with("endDate", "2026-01-01").send().await
        }
        ("getFlexMetalUsages", 405) => {
            api.call("getFlexMetalUsages").by(http::Method::POST).send().await
        }
        ("deleteSshKey", 400) => api.call("deleteSshKey").with("uuid", "no-uuid").send().await,
        ("deleteTicketsAttachment", 422) => {
            api.call("deleteTicketsAttachment").with("attachmentId", taken(api).await).send().await
        }
        ("updateSlackSetting", 409) => {
            let mut setting = api.call("getSlackSettings").ok().await[1].take();
            setting["name"] = json!("Live operations");
            api.call("updateSlackSetting").with("slackSettingId", "78").body(setting).send().await
        }
        ("openTicket", 422) => api.call("openTicket").with("ticketId", FORCE_CLOSED).send().await,
        _ => return told_of_the_shop(api, pair).await,
    };
    Some(answer)
}

/// The same for the shop, vacancies and the newsletter.
async fn told_of_the_shop(api: &Api, pair: Pair) -> Option<Received> {
    let answer = match pair {
        ("confirmNewsletterOptIn", 404) => {
            let body = json!({ "token": "00000000-0000-4000-8000-000000000000" });
            api.call("confirmNewsletterOptIn").body(body).send().await
        }
        ("createCalcOrdersQuote", 404) => {
            let empty = api.with_key("i3dVisserKey11223344");
            let body = json!({
                "firstName": "Mila", "lastName": "Visser", "email": "mila@visser.example",
                "phone": "+31655501789",
            });
            empty.call("createCalcOrdersQuote").body(body).send().await
        }
        ("uploadJobSolicitFiles", 413) => {
            let film = Part::file("files", "film.mp4", vec![b'x'; 6 * 1024 * 1024]);
            let example = Request::example(
                &PROFILE,
                openapi::i3d_v3().route("uploadJobSolicitFiles").expect("it exists"),
            );
            let example = example.unwrap_or_else(|advice| panic!("{advice}"));
            example.call(api).form(vec![film]).send().await
        }
        _ => return told_of_services(api, pair).await,
    };
    Some(answer)
}

/// The same for colocation services, cross connects and invoices.
async fn told_of_services(api: &Api, pair: Pair) -> Option<Received> {
    let call = match pair {
        ("getAccountInvoicePayPrepares", 422) => api.call(pair.0).with("invoiceIds", "1,x"),
        ("getColocationAccesses", 422) => api.call(pair.0).with("status", "gone"),
        ("updateColocationCancel", 422) => {
            api.call(pair.0).with("colocationId", CANCELLED_COLOCATION)
        }
        ("updateColocationCancelRevert", 422) => {
            api.call(pair.0).with("colocationId", RUNNING_COLOCATION)
        }
        ("getTelemetryCrossConnectUsageRaw", 422) => {
            let usage = api.call(pair.0).with("crossConnectId", 8101).with("uplinkId", 70611);
            usage.with("startTime", 2).with("endTime", 1)
        }
        _ => return None,
    };
    Some(call.send().await)
}

const RUNNING_COLOCATION: i64 = 5201;
const CANCELLED_COLOCATION: i64 = 5205;

/// A ticket that support closed for good.
const FORCE_CLOSED: i64 = 1935515;

fn login<'a>(api: &'a Api, user_name: &str, password: &str) -> Call<'a> {
    api.call("login").body(json!({ "userName": user_name, "password": password }))
}

fn with_cookie(api: &Api, answer: &Received) -> Api {
    let cookie = answer.headers["set-cookie"].to_str().expect("a cookie is ASCII");
    api.with_cookie(cookie.split(';').next().expect("a cookie has a value"))
}

async fn logged_in(api: &Api) -> Api {
    with_cookie(api, &login(&api.anonymous(), "harbour", "harbourPassword").send().await)
}

/// An attachment that belongs to a ticket.
async fn taken(api: &Api) -> Value {
    let form = vec![Part::file("attachment", "a.txt", "some text")];
    let id = api.call("createTicketsAttachment").form(form).ok().await["attachmentId"].take();
    let reply = json!({ "title": "A file", "content": "Here it is.", "attachmentIds": [id] });
    let tickets = api.call("getTicketsOpenOrUnreads").ok().await;
    api.call("createTicketReply").with("ticketId", &tickets[0]["id"]).body(reply).ok().await;
    id
}
