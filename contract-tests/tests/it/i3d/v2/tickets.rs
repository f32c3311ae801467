use contract_tests::{Api, Call, Emulator, profiles::i3d_v2::PROFILE};
use serde_json::{Value, json};

use super::{both, customers, data, refused};

/// A ticket of the demo world that is closed.
const CLOSED: i64 = 1_935_510;
/// A ticket that support closed for good.
const FORCIBLY_CLOSED: i64 = 1_935_515;
/// A ticket that is open and has a file.
const WITH_FILE: i64 = 1_935_518;
const FILE: i64 = 481_102;

fn of<'a>(api: &'a Api, action: &str, ticket: i64) -> Call<'a> {
    api.call(action).body(json!({ "ticketId": ticket }))
}

async fn created(api: &Api) -> i64 {
    let new = json!({ "title": "A question", "reference": "PO-17", "content": "How?" });
    let made = data(api.call("createTicket").body(new)).await;
    made["ticketId"].as_i64().unwrap()
}

async fn replied(api: &Api, ticket: i64, content: &str) -> Value {
    let reply = json!({ "ticketId": ticket, "content": content });
    data(api.call("replyTicket").body(reply)).await
}

async fn overview(api: &Api, status: i64) -> Vec<Value> {
    let call = api.call("getTicketOverview").body(json!({ "status": status }));
    data(call).await["tickets"].as_array().unwrap().clone()
}

async fn ticket(api: &Api, id: i64) -> Value {
    data(of(api, "getTicket", id)).await
}

async fn newest_in_the_log(v3: &Api) -> [Value; 2] {
    let mut log = v3.call("getAccountLogs").ok().await;
    [log[0]["title"].take(), log[0]["description"].take()]
}

#[tokio::test]
async fn a_ticket_of_version_2_is_seen_in_version_3_at_once() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let id = created(&v2).await;
    let logged = ["Create a new ticket thread", "POST /api/rest/v2/administration"];
    assert_eq!(newest_in_the_log(&v3).await, logged);
    assert_eq!(v3.call("getTickets").ok().await[0]["id"], id);
    let shown = v3.call("getTicket").with("ticketId", id).ok().await;
    assert_eq!(
        (&shown["title"], &shown["status"], &shown["priorityName"]),
        (&json!("A question"), &json!("open"), &json!("Normal Priority"))
    );
    assert_eq!(shown["replies"][0]["content"], "How?");
    assert_eq!(shown["replies"][0]["fullUserName"], "Lighthouse Games B.V.");
    assert_eq!(shown["categoryName"], "Other");

    v3.advance(60).await;
    assert_eq!(replied(&v2, id, "And when?").await, json!({ "ticketId": id }));
    assert_eq!(newest_in_the_log(&v3).await[0], "Reply to an existing ticket thread");
    let shown = v3.call("getTicket").with("ticketId", id).ok().await;
    assert_eq!(shown["replies"][1]["content"], "And when?");
    assert_eq!(shown["replies"][1]["title"], "A question", "a reply has no title of its own");
    assert_eq!(shown["numUserReplies"], 2);

    data(of(&v2, "closeTicket", id)).await;
    assert_eq!(newest_in_the_log(&v3).await[0], "Close a ticket thread");
    assert_eq!(v3.call("getTicket").with("ticketId", id).ok().await["status"], "closed");
    data(of(&v2, "reopenTicket", id)).await;
    assert_eq!(newest_in_the_log(&v3).await[0], "Open a ticket thread again");
    assert_eq!(v3.call("getTicket").with("ticketId", id).ok().await["status"], "open");
}

#[tokio::test]
async fn a_ticket_of_version_3_is_seen_in_version_2_at_once() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let new = json!({
        "title": "From version 3", "content": "Hello.", "category": "Bare-metal",
        "department": "Service Desk", "emailCc": "", "emailTo": "",
    });
    let made = v3.call("createTicket").body(new).ok().await;
    let id = made["id"].as_i64().unwrap();
    let at = &made["createdAt"];
    let thread = json!({
        "userId": 100_123, "ticketId": id, "ticketCode": code(&made["hash"]), "created": at,
        "title": "From version 3", "reference": "", "status": 1, "statusUpdateTime": at,
        "timeLastUpdated": at, "priorityId": 2,
    });
    assert_eq!(overview(&v2, 1).await.last(), Some(&thread), "the oldest first");
    let first = json!({
        "by": "Lighthouse Games B.V.", "userId": 100_123, "created": at,
        "title": "From version 3", "content": "Hello.", "attachments": [],
    });
    assert_eq!(ticket(&v2, id).await, json!({ "thread": thread, "replies": [first] }));

    v3.call("closeTicket").with("ticketId", id).ok().await;
    assert_eq!(ticket(&v2, id).await["thread"]["status"], 0);
    v3.call("openTicket").with("ticketId", id).ok().await;
    assert_eq!(ticket(&v2, id).await["thread"]["status"], 1);
    let reply = json!({ "title": "Re", "content": "More." });
    v3.call("createTicketReply").with("ticketId", id).body(reply).ok().await;
    assert_eq!(ticket(&v2, id).await["replies"][1]["content"], "More.");
}

/// The letters of a code as digits of base 26.
fn code(hash: &Value) -> i64 {
    let letters = hash.as_str().unwrap().bytes();
    letters.fold(0, |code, letter| code * 26 + i64::from(letter - b'A'))
}

#[tokio::test]
async fn every_ticket_says_the_same_in_both_versions() {
    let emulator = Emulator::start();
    let mut messages = 0;
    for (v2, v3) in customers(&emulator) {
        let mut listed = v3.call("getTickets").range("results=1000").ok().await;
        listed.as_array_mut().unwrap().reverse();
        let all = overview(&v2, -1).await;
        assert_eq!(all.len(), listed.as_array().unwrap().len());
        for (shown, expected) in all.iter().zip(listed.as_array().unwrap()) {
            let id = expected["id"].as_i64().unwrap();
            assert_eq!((&shown["ticketId"], &shown["title"]), (&json!(id), &expected["title"]));
            let status = match (expected["status"].as_str().unwrap(), id) {
                ("open", _) => 1,
                (_, FORCIBLY_CLOSED) => 2,
                _ => 0,
            };
            assert_eq!(shown["status"], status, "{expected}");
            let times = [&expected["createdAt"], &expected["updatedAt"]];
            assert_eq!([&shown["created"], &shown["timeLastUpdated"]], times);
            let thread = ticket(&v2, id).await;
            assert_eq!(thread["thread"], *shown);
            let of_v3 = v3.call("getTicket").with("ticketId", id).ok().await;
            let replies = of_v3["replies"].as_array().unwrap();
            assert_eq!(thread["replies"].as_array().unwrap().len(), replies.len());
            for (index, reply) in replies.iter().enumerate() {
                let of_v2 = &thread["replies"][index];
                assert_eq!(
                    (&of_v2["by"], &of_v2["content"], &of_v2["created"]),
                    (&reply["fullUserName"], &reply["content"], &reply["createdAt"])
                );
                let user = if reply["replyByI3d"] == 1 { &json!(0) } else { &shown["userId"] };
                assert_eq!(of_v2["userId"], *user, "support belongs to no customer");
                messages += 1;
            }
        }
    }
    assert!(messages > 20, "{messages}");
}

#[tokio::test]
async fn an_overview_is_of_one_status_or_of_all() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let all = overview(&v2, -1).await;
    for status in [0, 1, 2] {
        let expected: Vec<Value> =
            all.iter().filter(|it| it["status"] == status).cloned().collect();
        assert!((1..all.len()).contains(&expected.len()), "{status}");
        assert_eq!(overview(&v2, status).await, expected);
    }
    let told = refused(v2.call("getTicketOverview").body(json!({ "status": 3 }))).await;
    assert!(told.starts_with("status: "), "{told}");
    assert_eq!(refused(v2.call("getTicketOverview").body(json!({}))).await, "status: is required");
}

#[tokio::test]
async fn a_ticket_is_closed_and_opened_again_by_action_and_by_reply() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let id = created(&v2).await;
    let state = async || {
        let mut thread = ticket(&v2, id).await["thread"].take();
        assert_eq!(thread["reference"], "PO-17");
        let begun = thread["created"].as_i64().unwrap();
        let after = |name: &str| thread[name].as_i64().unwrap() - begun;
        let times = (after("statusUpdateTime"), after("timeLastUpdated"));
        (thread["status"].take().as_i64().unwrap(), times)
    };
    assert_eq!(state().await, (1, (0, 0)));
    v3.advance(10).await;
    let closed = json!({ "ticket": format!("Ticket thread {id} has been closed") });
    assert_eq!(data(of(&v2, "closeTicket", id)).await, closed);
    assert_eq!(state().await, (0, (10, 0)));
    v3.advance(10).await;
    assert_eq!(data(of(&v2, "closeTicket", id)).await, closed, "it may be closed already");
    assert_eq!(state().await, (0, (10, 0)), "its status did not change");
    let reopened = json!({ "ticket": format!("Ticket thread {id} has been reopend") });
    assert_eq!(data(of(&v2, "reopenTicket", id)).await, reopened);
    assert_eq!(state().await, (1, (20, 0)));
    v3.advance(10).await;
    assert_eq!(data(of(&v2, "reopenTicket", id)).await, reopened, "it may be open already");
    assert_eq!(state().await, (1, (20, 0)));
    replied(&v2, id, "One more thing.").await;
    assert_eq!(state().await, (1, (20, 30)), "a reply to an open ticket leaves its status");
    v3.advance(10).await;
    data(of(&v2, "closeTicket", id)).await;
    v3.advance(10).await;
    replied(&v2, id, "And another.").await;
    assert_eq!(state().await, (1, (50, 50)));
}

#[tokio::test]
async fn a_ticket_that_support_closed_for_good_stays_closed() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let before = ticket(&v2, FORCIBLY_CLOSED).await;
    assert_eq!(before["thread"]["status"], 2);
    v3.advance(60).await;
    let reply = json!({ "ticketId": FORCIBLY_CLOSED, "content": "Please." });
    for call in [of(&v2, "reopenTicket", FORCIBLY_CLOSED), v2.call("replyTicket").body(reply)] {
        assert_eq!(refused(call).await, "Support has closed this ticket for good");
    }
    data(of(&v2, "closeTicket", FORCIBLY_CLOSED)).await;
    assert_eq!(ticket(&v2, FORCIBLY_CLOSED).await, before);
}

#[tokio::test]
async fn reading_a_ticket_marks_it_as_read() {
    let emulator = Emulator::start();
    let (v2, v3) = both(&emulator);
    let id = created(&v2).await;
    v3.advance(60).await;
    let listed = v3.call("getTickets").ok().await[0].take();
    assert_eq!((&listed["id"], &listed["clientLastReadAt"]), (&json!(id), &json!(0)));
    ticket(&v2, id).await;
    let read = v3.call("getTickets").ok().await[0]["clientLastReadAt"].take();
    assert_eq!(read, listed["createdAt"].as_i64().unwrap() + 60);
}

#[tokio::test]
async fn texts_are_as_long_as_the_reference_says() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let with = |name: &str, length: usize| {
        let mut new = json!({ "title": "t", "reference": "r", "content": "c" });
        new[name] = "é".repeat(length).into();
        v2.call("createTicket").body(new)
    };
    for (name, longest) in [("title", 255), ("reference", 64), ("content", 65_535)] {
        data(with(name, longest)).await;
        let told = refused(with(name, longest + 1)).await;
        assert!(told.starts_with(&format!("{name}: ")), "{told}");
    }
    let told = refused(v2.call("createTicket").body(json!({}))).await;
    assert_eq!(told, "title: is required; content: is required");
}

#[tokio::test]
async fn a_ticket_of_another_customer_does_not_exist() {
    let emulator = Emulator::start();
    let (v2, _) = both(&emulator);
    let before = ticket(&v2, WITH_FILE).await;
    let other = v2.with_key(PROFILE.demo_keys.other);
    let mine = created(&other).await;
    for action in ["getTicket", "replyTicket", "reopenTicket", "closeTicket", "getTicketAttachment"]
    {
        let ask = |ticket: i64, file: i64| {
            let body = json!({ "ticketId": ticket, "content": "?", "attachmentId": file });
            other.call(action).body(body)
        };
        for (ticket, file) in [(WITH_FILE, FILE), (CLOSED, FILE), (1, FILE), (0, 0)] {
            let told = refused(ask(ticket, file)).await;
            assert_eq!(told, "There is nothing with this ID", "{action} {ticket}");
        }
    }
    let own = json!({ "ticketId": mine, "attachmentId": FILE });
    let told = refused(other.call("getTicketAttachment").body(own)).await;
    assert_eq!(told, "There is nothing with this ID", "a foreign file of an own ticket");
    assert_eq!(ticket(&v2, WITH_FILE).await, before, "nothing came of it");
    let foreign = overview(&other, -1).await;
    assert!(foreign.iter().all(|it| it["userId"] == 100_456 && it["ticketId"] != WITH_FILE));
}
