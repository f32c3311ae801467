use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::v2;

const PATH: &str = "/api/rest/v2/administration";
const KEY: &str = "i3dDemoKey0123456789";

/// The words of an answer that was asked for without any help.
async fn told(api: &Api, path: &str, body: Value) -> (u16, String) {
    let received = api.anonymous().raw("POST", path, Some(body)).await;
    let body = received.json();
    assert_ne!(body["status"], "Success", "{body}");
    (received.status, body["msg"].as_str().unwrap_or_default().to_owned())
}

fn overview(user: Value, key: &str) -> Value {
    json!({ "userId": user, "apiKey": key, "action": "getTicketOverview", "status": "1" })
}

#[tokio::test]
async fn the_path_has_several_spellings_and_texts_stand_for_numbers() {
    let emulator = Emulator::start();
    let api = v2(&emulator).anonymous();
    let body = overview(json!("100123"), KEY);
    for base in ["/api/rest/v2", "/api/rest"] {
        for ending in ["", "/", ":", ":/"] {
            let path = format!("{base}/administration{ending}");
            let answer = api.raw("POST", &path, Some(body.clone())).await;
            assert_eq!(answer.json()["status"], "Success", "{path}");
        }
    }
    assert_eq!(told(&api, "/api/rest/v2/voiceserver", body.clone()).await.0, 404);
    let read = api.raw("GET", PATH, None).await;
    assert_eq!((read.status, read.header("allow")), (405, Some("POST, OPTIONS")));
}

#[tokio::test]
async fn only_the_key_of_the_customer_opens_anything() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let wrong = (200, "The user ID or the API key is wrong".to_owned());
    for body in [
        overview(json!(100_456), KEY),
        overview(json!("K100123"), KEY),
        overview(Value::Null, KEY),
        overview(json!(100_123), "NobodyHasThisKey0000"),
        json!({ "action": "getTicketOverview", "status": 1 }),
    ] {
        assert_eq!(told(&api, PATH, body.clone()).await, wrong, "{body}");
    }
    let elsewhere = (200, "The API key may not be used from this address".to_owned());
    let office = overview(json!(100_123), "i3dOfficeKey24681357");
    assert_eq!(told(&api, PATH, office).await, elsewhere);
    // A key in the header of version 3 is looked at by nobody.
    let header = emulator.api().raw("POST", PATH, Some(json!({ "action": "getTicket" }))).await;
    assert_eq!(header.json()["msg"], wrong.1.as_str());
}

#[tokio::test]
async fn an_unknown_action_is_told_which_there_are() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let mut body = overview(json!(100_123), KEY);
    body["action"] = "getTickets".into();
    let (status, why) = told(&api, PATH, body).await;
    assert_eq!(status, 200);
    for route in &api.contract().routes {
        assert!(why.contains(&route.id), "{why} names {}", route.id);
    }
    let broken = api.call("getTicket").text("{\"action\":").response().await;
    assert_eq!((broken.status, &broken.json()["status"]), (200, &json!("Error")));
}

#[tokio::test]
async fn a_form_of_version_1_nests_in_brackets() {
    let emulator = Emulator::start();
    let api = v2(&emulator).anonymous();
    let form = "userId=100123&apiKey=i3dDemoKey0123456789&action=createTicket&title=As+a+form\
                &content=1%262&attachments%5B0%5D%5Bname%5D=a.txt&attachments[0][content]=aGk%3D";
    let made = api.call("createTicket").text(form);
    let made = made.header("content-type", "application/x-www-form-urlencoded").response().await;
    let id = &made.json()["data"]["ticketId"];
    let shown = emulator.api().call("getTicket").with("ticketId", id).ok().await;
    assert_eq!(
        (&shown["title"], &shown["replies"][0]["content"]),
        (&json!("As a form"), &json!("1&2"))
    );
    assert_eq!(shown["replies"][0]["attachments"][0]["name"], "a.txt");
}
