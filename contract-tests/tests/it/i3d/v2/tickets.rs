use base64::{Engine, engine::general_purpose::STANDARD};
use contract_tests::{Emulator, Part};
use serde_json::{Value, json};

use super::{data, refusal, v2};

const DAY: u32 = 86_400;

#[tokio::test]
async fn a_ticket_of_version_2_is_seen_in_version_3_at_once_and_the_other_way_round() {
    let emulator = Emulator::start();
    let (old, new) = (v2(&emulator), emulator.api());
    let content = b"%PDF-1.4 the page";
    let file = json!({ "name": "page.pdf", "content": STANDARD.encode(content), "size": 17 });
    let ticket = json!({
        "title": "No answer", "reference": "PO-2291", "content": "Since noon.",
        "attachments": [file],
    });
    let made = data(&old, "createTicket", ticket).await;
    let id = &made["ticketId"];
    let shown = new.call("getTicket").with("ticketId", id).ok().await;
    assert_eq!((&shown["title"], &shown["categoryName"]), (&json!("No answer"), &json!("Other")));
    assert_eq!(shown["replies"][0]["content"], "Since noon.");
    let attachment = &shown["replies"][0]["attachments"][0];
    assert_eq!(attachment["mime"], "application/pdf");
    let bytes = new.call("getTicketAttachment").with("ticketId", id);
    let bytes = bytes.with("attachmentId", &attachment["id"]).ok().await;
    assert_eq!(bytes, STANDARD.encode(content));
    let log = new.call("getAccountLogs").ok().await;
    let done = |it: &&Value| it["description"] == "POST /api/rest/v2/administration";
    let entry = log.as_array().unwrap().iter().find(done).expect("it is in the action log");
    assert_eq!(entry["title"], "Create a new ticket thread");

    let answer = json!({ "title": "Re", "content": "Still nothing." });
    new.call("createTicketReply").with("ticketId", id).body(answer).ok().await;
    let thread = data(&old, "getTicket", json!({ "ticketId": id })).await;
    assert_eq!(thread["replies"][1]["content"], "Still nothing.");
    assert_eq!(thread["thread"]["reference"], "PO-2291");
    new.call("closeTicket").with("ticketId", id).expect(204).await;
    let closed = data(&old, "getTicketOverview", json!({ "status": 0 })).await;
    assert!(closed["tickets"].as_array().unwrap().iter().any(|it| it["ticketId"] == *id));
}

#[tokio::test]
async fn a_status_has_its_own_time_and_a_reply_opens_a_closed_ticket() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let new = json!({ "title": "t", "content": "c" });
    let id = data(&api, "createTicket", new).await["ticketId"].take();
    let ticket = |body: Value| body["thread"].clone();
    let by_id = json!({ "ticketId": id });
    let first = ticket(data(&api, "getTicket", by_id.clone()).await);
    assert_eq!((&first["status"], &first["reference"]), (&json!(1), &json!("")));
    assert_eq!(first["statusUpdateTime"], first["created"]);
    api.advance(DAY).await;
    let done = data(&api, "closeTicket", by_id.clone()).await;
    assert_eq!(done["ticket"], format!("Ticket thread {id} has been closed"));
    let closed = ticket(data(&api, "getTicket", by_id.clone()).await);
    let later = first["created"].as_i64().unwrap() + i64::from(DAY);
    assert_eq!((&closed["status"], &closed["statusUpdateTime"]), (&json!(0), &json!(later)));
    assert_eq!(closed["timeLastUpdated"], first["timeLastUpdated"], "only messages update it");
    api.advance(DAY).await;
    // Closing again changes nothing.
    data(&api, "closeTicket", by_id.clone()).await;
    assert_eq!(ticket(data(&api, "getTicket", by_id.clone()).await), closed);
    let reply = json!({ "ticketId": id, "content": "and now?" });
    assert_eq!(data(&api, "replyTicket", reply).await["ticketId"], id);
    let open = ticket(data(&api, "getTicket", by_id.clone()).await);
    let later = later + i64::from(DAY);
    assert_eq!((&open["status"], &open["statusUpdateTime"]), (&json!(1), &json!(later)));
    data(&api, "closeTicket", by_id.clone()).await;
    let done = data(&api, "reopenTicket", by_id.clone()).await;
    assert_eq!(done["ticket"], format!("Ticket thread {id} has been reopend"));
}

#[tokio::test]
async fn the_overview_has_the_tickets_of_a_status_the_oldest_first() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let mut counts = Vec::new();
    for status in [-1, 0, 1, 2] {
        let body = data(&api, "getTicketOverview", json!({ "status": status })).await;
        let tickets = body["tickets"].as_array().unwrap().clone();
        let ids: Vec<i64> = tickets.iter().map(|it| it["ticketId"].as_i64().unwrap()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(status < 0 || tickets.iter().all(|it| it["status"] == status));
        counts.push(tickets.len());
    }
    assert_eq!(counts[0], counts[1..].iter().sum::<usize>());
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    let closed = data(&api, "getTicketOverview", json!({ "status": 2 })).await;
    let by_id = json!({ "ticketId": closed["tickets"][0]["ticketId"], "content": "Hello?" });
    for action in ["replyTicket", "reopenTicket"] {
        let why = refusal(&api, action, by_id.clone()).await;
        assert_eq!(why, "Support has closed this ticket for good", "{action}");
    }
}

#[tokio::test]
async fn files_come_in_base64_or_as_parts_of_a_form() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let new = json!({ "title": "t", "content": "c" });
    let id = data(&api, "createTicket", new).await["ticketId"].take();
    let png = b"\x89PNG\r\n\x1A\n a picture".to_vec();
    let parts = vec![
        Part::text("ticketId", &id.to_string()),
        Part::text("content", "two files"),
        Part::file("attachment[]", "screen.png", png.clone()),
        Part::file("attachment[]", "mtr.txt", "hop by hop"),
    ];
    api.call("replyTicket").form(parts).ok().await;
    let thread = data(&api, "getTicket", json!({ "ticketId": id })).await;
    let files = thread["replies"][1]["attachments"].as_array().unwrap().clone();
    let told = |it: &Value| (it["name"].clone(), it["contentType"].clone(), it["size"].clone());
    let expected = [
        (json!("screen.png"), json!("image/png"), json!(png.len())),
        (json!("mtr.txt"), json!("text/plain"), json!(10)),
    ];
    assert_eq!(files.iter().map(told).collect::<Vec<_>>(), expected);
    let file = json!({ "ticketId": id, "attachmentId": files[0]["attachmentId"] });
    let picture = api.call("getTicketAttachment").body(file).send().await;
    assert_eq!((picture.media(), &picture.body), (Some("image/png"), &png));
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_by_its_property_and_leaves_nothing() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let file = |name: &str, content: &str| json!({ "name": name, "content": content });
    let sized = json!({ "name": "a.txt", "content": "aGk=", "size": 3 });
    let many: Vec<Value> = (0..11).map(|_| file("a.txt", "aGk=")).collect();
    for (files, why) in [
        (
            json!([file("a.txt", "not base64!")]),
            "attachments[0].content: must be encoded in base64",
        ),
        (json!([sized]), "attachments[0].size: is not that of the content, which has 2 bytes"),
        (
            json!([file("a.txt", "aGk="), file("a.png", "aGk=")]),
            "attachments[1]: is named png, but is none",
        ),
        (json!(many), "attachments: must have at most 10 items"),
    ] {
        let new = json!({ "title": "t", "content": "c", "attachments": files });
        assert_eq!(refusal(&api, "createTicket", new).await, why);
    }
    let uploads = emulator.api().raw("GET", "/_mock/state?table=ticket_attachment", None).await;
    let names = uploads.text();
    assert!(!names.contains("a.txt"), "{names}");
}

#[tokio::test]
async fn what_belongs_to_another_customer_does_not_exist() {
    let emulator = Emulator::start();
    let own = v2(&emulator);
    let other = own.with_key("100456:i3dHarbourKey0987654");
    let mine = data(&own, "getTicketOverview", json!({ "status": 1 })).await;
    let id = &mine["tickets"][0]["ticketId"];
    let body = json!({ "ticketId": id, "attachmentId": 481_102, "content": "mine?" });
    let nothing = json!({ "ticketId": 1, "attachmentId": 1, "content": "mine?" });
    for action in ["getTicket", "getTicketAttachment", "replyTicket", "reopenTicket", "closeTicket"]
    {
        let why = refusal(&other, action, body.clone()).await;
        assert_eq!(why, refusal(&own, action, nothing.clone()).await, "{action}");
        assert_eq!(why, "There is nothing with this ID");
    }
    assert_eq!(data(&own, "getTicketOverview", json!({ "status": 1 })).await, mine);
}
