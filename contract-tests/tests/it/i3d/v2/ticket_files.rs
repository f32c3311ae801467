use base64::{Engine, engine::general_purpose::STANDARD};
use contract_tests::{Api, Emulator, Part, Received};
use serde_json::{Value, json};

use super::{both, data, refused};

/// A picture of one pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89";
/// A ticket of the demo world that is open.
const OPEN: i64 = 1_935_518;

fn file(name: &str, bytes: &[u8]) -> Value {
    json!({
        "name": name, "content": STANDARD.encode(bytes), "contentType": "image/png",
        "size": bytes.len(),
    })
}

fn ticket(attachments: Value) -> Value {
    json!({ "title": "No link", "content": "See the picture.", "attachments": attachments })
}

fn texts(ticket: i64) -> Vec<Part> {
    vec![Part::text("ticketId", &ticket.to_string()), Part::text("content", "See the files.")]
}

async fn created(api: &Api, attachments: Value) -> i64 {
    let made = data(api.call("createTicket").body(ticket(attachments))).await;
    made["ticketId"].as_i64().unwrap()
}

/// The files of the newest message of a ticket.
async fn files(api: &Api, ticket: i64) -> Vec<Value> {
    let thread = data(api.call("getTicket").body(json!({ "ticketId": ticket }))).await;
    let newest = thread["replies"].as_array().unwrap().last().unwrap();
    newest["attachments"].as_array().unwrap().clone()
}

async fn download(api: &Api, ticket: i64, file: &Value) -> Received {
    let body = json!({ "ticketId": ticket, "attachmentId": file });
    api.call("getTicketAttachment").body(body).send().await
}

#[tokio::test]
async fn a_picture_in_base64_comes_back_to_the_byte_in_both_versions() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let id = created(&v2, json!([file("screenshot.png", PNG), file("mtr.txt", b"1 ms")])).await;
    let listed = files(&v2, id).await;
    let [picture, text] = listed.as_slice() else { panic!("{listed:?}") };
    let number = &picture["attachmentId"];
    let expected = json!({
        "attachmentId": number, "name": "screenshot.png", "contentType": "image/png",
        "size": PNG.len(),
    });
    assert_eq!(*picture, expected);
    assert_eq!(text["contentType"], "text/plain", "the name of a file says its type");

    let answer = download(&v2, id, number).await;
    assert_eq!((answer.status, &*answer.body), (200, PNG));
    assert_eq!(answer.headers["content-type"], "image/png");
    let of_v3 = v3.call("getTicketAttachment").with("ticketId", id).with("attachmentId", number);
    assert_eq!(of_v3.ok().await, STANDARD.encode(PNG));
}

#[tokio::test]
async fn a_file_of_version_3_is_downloaded() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let form = vec![Part::file("attachment", "screenshot.png", PNG)];
    let uploaded = v3.call("createTicketsAttachment").form(form).ok().await;
    let number = &uploaded["attachmentId"];
    let reply = json!({ "title": "A file", "content": "Here.", "attachmentIds": [number] });
    v3.call("createTicketReply").with("ticketId", OPEN).body(reply).ok().await;
    assert_eq!(files(&v2, OPEN).await[0]["attachmentId"], *number);
    assert_eq!(download(&v2, OPEN, number).await.body, PNG);
    let elsewhere = json!({ "ticketId": 1_935_510, "attachmentId": number });
    let told = refused(v2.call("getTicketAttachment").body(elsewhere)).await;
    assert_eq!(told, "There is nothing with this ID", "it belongs to another ticket");
}

#[tokio::test]
async fn a_reply_takes_files_as_base64_or_as_parts_of_a_form() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let body = json!({
        "ticketId": OPEN, "content": "See.", "attachments": [file("screenshot.png", PNG)],
    });
    data(v2.call("replyTicket").body(body)).await;
    let listed = files(&v2, OPEN).await;
    assert_eq!(download(&v2, OPEN, &listed[0]["attachmentId"]).await.body, PNG);

    for fields in [
        ["attachment", "attachment"],
        ["attachment[]", "attachment[]"],
        ["attachment[0]", "attachment[1]"],
    ] {
        let mut form = texts(OPEN);
        form.push(Part::file(fields[0], "screenshot.png", PNG));
        form.push(Part::file(fields[1], "mtr.txt", "1 ms"));
        data(v2.call("replyTicket").form(form)).await;
        let listed = files(&v2, OPEN).await;
        let names: Vec<&Value> = listed.iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["screenshot.png", "mtr.txt"], "{fields:?}");
        assert_eq!(download(&v2, OPEN, &listed[0]["attachmentId"]).await.body, PNG);
        assert_eq!(download(&v2, OPEN, &listed[1]["attachmentId"]).await.body, b"1 ms");
    }
    data(v2.call("replyTicket").form(texts(OPEN))).await;
    assert!(files(&v2, OPEN).await.is_empty(), "a form may be without files");
}

#[tokio::test]
async fn ten_files_are_a_message_and_eleven_are_too_many() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let many = |count: usize| Value::from(vec![file("a.txt", b"a"); count]);
    let id = created(&v2, many(10)).await;
    assert_eq!(files(&v2, id).await.len(), 10);
    let told = refused(v2.call("createTicket").body(ticket(many(11)))).await;
    assert_eq!(told, "attachments: must have at most 10 items");

    let form = |count: usize| {
        let files = (0..count).map(|_| Part::file("attachment", "a.txt", "a"));
        texts(OPEN).into_iter().chain(files).collect()
    };
    data(v2.call("replyTicket").form(form(10))).await;
    assert_eq!(files(&v2, OPEN).await.len(), 10);
    let told = refused(v2.call("replyTicket").form(form(11))).await;
    assert!(told.starts_with("attachment: must "), "{told}");
}

#[tokio::test]
async fn a_wrong_file_is_refused_by_name_and_nothing_comes_of_the_message() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let before = v3.call("getTickets").range("results=1000").ok().await;
    let good = file("mtr.txt", b"1 ms");
    let with = |name: &str, value: Value| {
        let mut file = good.clone();
        file[name] = value;
        file
    };
    let types = "png, jpeg, jpg, gif, pdf, doc, docx, xls, xlsx, rtf, txt";
    for (wrong, expected) in [
        (
            with("content", json!("no base64!")),
            "attachments[1].content: must be encoded in base64".to_owned(),
        ),
        (
            with("size", json!(5)),
            "attachments[1].size: is not that of the content, which has 4 bytes".to_owned(),
        ),
        (
            with("name", json!("run.exe")),
            format!("attachments[1]: Invalid type of file, the possible values are: {types}"),
        ),
        (
            with("name", json!("picture.png")),
            "attachments[1]: is named png, but is none".to_owned(),
        ),
    ] {
        let body = ticket(json!([good, wrong]));
        assert_eq!(refused(v2.call("createTicket").body(body)).await, expected);
        let mut body = json!({ "ticketId": OPEN, "content": "See." });
        body["attachments"] = json!([good, wrong]);
        assert_eq!(refused(v2.call("replyTicket").body(body)).await, expected);
    }
    let mut form = texts(OPEN);
    form.push(Part::file("attachment", "run.exe", "MZ"));
    let told = refused(v2.call("replyTicket").form(form)).await;
    assert!(told.starts_with("attachment: Invalid type of file"), "{told}");
    let told = refused(v2.call("createTicket").body(ticket(json!([{ "name": "a.txt" }])))).await;
    assert_eq!(told, "attachments[0].content: is required");
    assert_eq!(v3.call("getTickets").range("results=1000").ok().await, before);
}
