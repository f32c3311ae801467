use contract_tests::{Api, Emulator, Part};
use serde_json::{Value, json};

/// A picture of one pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89";
const PNG_BASE64: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ";

fn file(name: &str, bytes: &[u8]) -> Vec<Part> {
    vec![Part::file("attachment", name, bytes)]
}

async fn upload(api: &Api) -> i64 {
    let uploaded = api.call("createTicketsAttachment").form(file("screenshot.png", PNG)).ok().await;
    uploaded["attachmentId"].as_i64().unwrap()
}

fn ticket(attachments: &[i64]) -> Value {
    json!({
        "title": "No link", "content": "See the picture.", "category": "Bare-metal",
        "department": "Service Desk", "attachmentIds": attachments,
    })
}

#[tokio::test]
async fn a_picture_goes_from_upload_through_a_ticket_to_download() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = upload(&api).await;

    let created = api.call("createTicket").body(ticket(&[id])).ok().await;
    let attachment = &created["replies"][0]["attachments"][0];
    assert_eq!(attachment["id"], id);
    assert_eq!(attachment["name"], "screenshot.png");
    assert_eq!(attachment["mime"], "image/png");
    assert_eq!(attachment["size"], PNG.len());

    let on = created["id"].as_i64().unwrap();
    api.call("createTicketReply")
        .with("ticketId", on)
        .body(json!({ "title": "No link", "content": "Any news?" }))
        .ok()
        .await;
    api.call("closeTicket").with("ticketId", on).ok().await;
    let errors =
        api.call("deleteTicketsAttachment").with("attachmentId", id).refused(422, 11001).await;
    assert_eq!(errors[0].0, "attachmentId");
    let content =
        api.call("getTicketAttachment").with("ticketId", on).with("attachmentId", id).ok().await;
    assert_eq!(content, PNG_BASE64);
}

#[tokio::test]
async fn a_reply_takes_up_files_in_the_order_it_names_them() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (first, second) = (upload(&api).await, upload(&api).await);
    let created = api.call("createTicket").body(ticket(&[])).ok().await;
    let reply = json!({ "title": "No link", "content": "More", "attachmentIds": [second, first] });
    let on = created["id"].as_i64().unwrap();
    let replied = api.call("createTicketReply").with("ticketId", on).body(reply).ok().await;
    let attachments = replied["replies"][1]["attachments"].as_array().unwrap();
    let ids: Vec<i64> = attachments.iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [second, first]);
}

#[tokio::test]
async fn a_message_takes_up_only_free_files_of_its_own_account() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let foreign = upload(&emulator.other_customer()).await;
    let taken = upload(&api).await;
    let free = upload(&api).await;
    let created = api.call("createTicket").body(ticket(&[taken])).ok().await;
    let on = created["id"].as_i64().unwrap();

    for ids in [vec![foreign], vec![taken], vec![7], vec![free, free]] {
        let errors = api.call("createTicket").body(ticket(&ids)).refused(422, 11001).await;
        assert_eq!(errors.len(), 1, "{ids:?}: {errors:?}");
        assert_eq!(errors[0].0, "attachmentIds");
        let reply = json!({ "title": "No link", "content": "More", "attachmentIds": ids });
        let errors = api
            .call("createTicketReply")
            .with("ticketId", on)
            .body(reply)
            .refused(422, 11001)
            .await;
        assert_eq!(errors[0].0, "attachmentIds");
    }
    let many: Vec<i64> = upload_many(&api, 11).await;
    let errors = api.call("createTicket").body(ticket(&many)).refused(422, 11001).await;
    assert_eq!(errors, [("attachmentIds".to_owned(), "must have at most 10 items".to_owned())]);
    api.call("createTicket").body(ticket(&many[..10])).ok().await;
}

async fn upload_many(api: &Api, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(upload(api).await);
    }
    ids
}

#[tokio::test]
async fn a_file_must_be_what_its_name_says() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let refused = |form| api.call("createTicketsAttachment").form(form);
    for (name, bytes) in [("fake.png", &b"GIF89a"[..]), ("tool.exe", b"MZ"), ("noname", PNG)] {
        let errors = refused(file(name, bytes)).refused(422, 11001).await;
        assert_eq!(errors[0].0, "attachment", "{name}");
    }
    refused(file("empty.txt", b"")).refused(422, 11002).await;
    refused(vec![Part::text("attachment", "a text, not a file")]).refused(422, 11002).await;
    let two = [file("a.txt", b"a"), file("b.txt", b"b")];
    refused(two.concat()).refused(422, 11001).await;
    let elsewhere = vec![Part::file("file", "a.png", PNG)];
    let errors = refused(elsewhere).refused(422, 11001).await;
    assert_eq!(errors, [("attachment".to_owned(), "is required".to_owned())]);
    api.call("createTicketsAttachment").text("raw bytes").refused(400, 10008).await;
}

#[tokio::test]
async fn a_free_file_can_be_deleted_once() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = upload(&api).await;
    let delete = |api: &Api| {
        let api = api.clone();
        async move {
            let call = api.call("deleteTicketsAttachment").with("attachmentId", id);
            call.send().await.status
        }
    };
    assert_eq!(delete(&emulator.other_customer()).await, 404);
    assert_eq!(delete(&api).await, 204);
    assert_eq!(delete(&api).await, 404);
    let errors = api.call("createTicket").body(ticket(&[id])).refused(422, 11001).await;
    assert_eq!(errors[0].0, "attachmentIds");
}

#[tokio::test]
async fn a_file_is_found_only_at_its_own_ticket() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let get = |api: &Api, ticket: i64, attachment: i64| {
        let api = api.clone();
        async move {
            let call = api.call("getTicketAttachment").with("ticketId", ticket);
            call.with("attachmentId", attachment).send().await.status
        }
    };
    let free = upload(&api).await;
    let taken = upload(&api).await;
    let on = api.call("createTicket").body(ticket(&[taken])).ok().await["id"].as_i64().unwrap();
    let other = api.call("createTicket").body(ticket(&[])).ok().await["id"].as_i64().unwrap();
    assert_eq!(get(&api, on, taken).await, 200);
    assert_eq!(get(&api, other, taken).await, 404);
    assert_eq!(get(&api, on, free).await, 404);
    assert_eq!(get(&emulator.other_customer(), on, taken).await, 404);
}
