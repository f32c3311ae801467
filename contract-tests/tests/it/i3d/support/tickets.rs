use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

/// A ticket of the demo world that is closed and read.
const CLOSED: i64 = 1935510;
/// A ticket that support closed for good.
const FORCE_CLOSED: i64 = 1935515;
/// A closed ticket where support wrote after the client last read it.
const CLOSED_UNREAD: i64 = 1935516;

fn new_ticket() -> Value {
    json!({
        "title": "Test Ticket", "content": "Please close this ticket.", "category": "Bare-metal",
        "department": "Service Desk", "emailCc": "", "emailTo": "",
    })
}

fn with(property: &str, value: impl Into<Value>) -> Value {
    let mut body = new_ticket();
    body[property] = value.into();
    body
}

async fn ids(api: &Api, operation: &str) -> Vec<i64> {
    let listed = api.call(operation).range("results=1000").ok().await;
    listed.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
}

fn reply_to(api: &Api, ticket: i64) -> contract_tests::Call<'_> {
    let reply = json!({ "title": "Re", "content": "One more thing." });
    api.call("createTicketReply").with("ticketId", ticket).body(reply)
}

#[tokio::test]
async fn a_ticket_is_written_read_answered_and_closed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut created = api.call("createTicket").body(new_ticket()).ok().await;
    let id = created["id"].as_i64().unwrap();
    assert!(id > 1935509, "{id}");
    let is = |name: &str, length: usize, what: fn(u8) -> bool| {
        let text = created[name].as_str().unwrap();
        assert!(text.len() == length && text.bytes().all(what), "{name}: {text}");
    };
    is("hash", 4, |it| it.is_ascii_uppercase());
    is("readHash", 40, |it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    assert_eq!(created["categoryName"], "Bare-metal");
    assert_eq!(created["priorityName"], "Normal Priority");
    assert_eq!((&created["clientLastReadAt"], &created["numUserReplies"]), (&json!(0), &json!(1)));
    let first = &created["replies"][0];
    assert!(first["id"].as_i64().unwrap() > 16204909);
    assert_eq!(
        (&first["title"], &first["content"]),
        (&created["title"], &json!("Please close this ticket."))
    );
    assert_eq!(
        (&first["fullUserName"], &first["replyByI3d"]),
        (&json!("Lighthouse Games B.V."), &json!(0))
    );

    api.advance(92).await;
    api.call("closeTicket").with("ticketId", id).ok().await;
    let read = api.call("getTicket").with("ticketId", id).ok().await;
    created["status"] = "closed".into();
    created["clientLastReadAt"] = (created["createdAt"].as_i64().unwrap() + 92).into();
    assert_eq!(read, created, "only the status and the reading mark differ");

    let replied = reply_to(&api, id).ok().await;
    assert_eq!((&replied["status"], &replied["numUserReplies"]), (&json!("open"), &json!(2)));
    assert_eq!(replied["updatedAt"], created["clientLastReadAt"]);
    assert_eq!(replied["replies"][0], created["replies"][0]);
    assert_eq!(replied["replies"][1]["content"], "One more thing.");
}

#[tokio::test]
async fn a_list_shows_the_newest_first_and_without_replies() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut created = api.call("createTicket").body(new_ticket()).ok().await;
    created.as_object_mut().unwrap().remove("replies");
    let page = api.call("getTickets").range("results=2").ok().await;
    assert_eq!(page[0], created);
    let all = ids(&api, "getTickets").await;
    assert_eq!(all.len(), 13);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
}

#[tokio::test]
async fn open_or_unread_agrees_with_what_the_tickets_say() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let all = api.call("getTickets").ok().await;
    let listed = all.as_array().unwrap().iter().filter(|it| {
        let at = |name: &str| it[name].as_i64().unwrap();
        let seen = at("clientLastReadAt").max(at("clientLastRepliedAt"));
        it["status"] == "open" || at("clientLastReadAt") == 0 || at("updatedAt") > seen
    });
    let listed: Vec<Value> = listed.cloned().collect();
    assert!((1..12).contains(&listed.len()));
    assert_eq!(api.call("getTicketsOpenOrUnreads").ok().await, Value::Array(listed));

    assert!(ids(&api, "getTicketsOpenOrUnreads").await.contains(&CLOSED_UNREAD));
    api.call("getTicket").with("ticketId", CLOSED_UNREAD).ok().await;
    assert!(!ids(&api, "getTicketsOpenOrUnreads").await.contains(&CLOSED_UNREAD));

    let id = api.call("createTicket").body(new_ticket()).ok().await["id"].as_i64().unwrap();
    api.advance(60).await;
    api.call("getTicket").with("ticketId", id).ok().await;
    assert_eq!(ids(&api, "getTicketsOpenOrUnreads").await[0], id, "it is read, but open");
    api.advance(60).await;
    reply_to(&api, id).ok().await;
    api.call("closeTicket").with("ticketId", id).ok().await;
    assert!(
        !ids(&api, "getTicketsOpenOrUnreads").await.contains(&id),
        "nobody is unread by themselves"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_ticket_is_said_at_once() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let create = |body: Value| api.call("createTicket").body(body);
    let required = |name: &str| (name.to_owned(), "is required".to_owned());
    let mut body = new_ticket();
    body.as_object_mut().unwrap().retain(|name, _| name != "title" && name != "content");
    let mut errors = create(body).refused(422, 11001).await;
    errors.sort();
    assert_eq!(errors, [required("content"), required("title")]);
    assert_eq!(create(with("title", "")).refused(422, 11001).await[0].0, "title");

    let mut body = with("category", "Weather");
    body["emailCc"] = "nobody".into();
    body["emailTo"] = "a@lighthouse.example;b@lighthouse.example".into();
    body["attachmentIds"] = json!([1]);
    let errors = create(body).refused(422, 11001).await;
    let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
    assert_eq!(properties, ["category", "emailCc", "emailTo", "attachmentIds"]);

    create(with("emailCc", "a@lighthouse.example, b@lighthouse.example")).ok().await;
}

#[tokio::test]
async fn every_category_on_the_list_is_accepted() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let categories = api.call("getTicketsCategories").ok().await;
    let categories = categories.as_array().unwrap();
    assert!(categories.contains(&json!("Bare-metal")));
    for category in categories {
        let created = api.call("createTicket").body(with("category", category.clone())).ok().await;
        assert_eq!(created["categoryName"], *category);
    }
}

#[tokio::test]
async fn a_contact_speaks_in_their_own_name() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let form = json!({
        "firstName": "Ada", "lastName": "Bakker", "email": "ada@example.org",
        "phone": "+31201234567",
        "title": "A question", "category": "Sales",
    });
    let created = api.call("contact").body(form.clone()).ok().await;
    assert_eq!(created["replies"][0]["fullUserName"], "Ada Bakker");
    assert_eq!(created["replies"][0]["content"], "");
    assert_eq!(
        ids(&api, "getTickets").await[0],
        created["id"].as_i64().unwrap(),
        "a customer can follow it"
    );

    let anonymous = api.anonymous().call("contact").body(form.clone()).ok().await;
    api.call("getTicket").with("ticketId", &anonymous["id"]).refused(404, 10001).await;

    let mut wrong = form;
    (wrong["email"], wrong["firstName"]) = ("ada".into(), "Ada".into());
    assert_eq!(api.call("contact").body(wrong.clone()).refused(422, 11001).await[0].0, "email");
    (wrong["email"], wrong["category"]) = ("ada@example.org".into(), "Weather".into());
    assert_eq!(api.call("contact").body(wrong).refused(422, 11001).await[0].0, "category");
}

#[tokio::test]
async fn a_customer_without_a_company_writes_in_their_own_name() {
    let emulator = Emulator::start();
    let visser = emulator.api().with_key("i3dVisserKey11223344");
    let created = visser.call("createTicket").body(new_ticket()).ok().await;
    assert_eq!(created["replies"][0]["fullUserName"], "Mila Visser");
}

#[tokio::test]
async fn opening_and_closing_may_be_repeated() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (operation, status) in [
        ("openTicket", "open"),
        ("openTicket", "open"),
        ("closeTicket", "closed"),
        ("closeTicket", "closed"),
    ] {
        api.call(operation).with("ticketId", CLOSED).ok().await;
        assert_eq!(api.call("getTicket").with("ticketId", CLOSED).ok().await["status"], status);
    }
}

#[tokio::test]
async fn what_support_closed_for_good_stays_closed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("openTicket").with("ticketId", FORCE_CLOSED).refused(422, 11001).await;
    reply_to(&api, FORCE_CLOSED).refused(400, 10008).await;
    api.call("closeTicket").with("ticketId", FORCE_CLOSED).ok().await;
    assert_eq!(api.call("getTicket").with("ticketId", FORCE_CLOSED).ok().await["status"], "closed");
}

#[tokio::test]
async fn a_customer_lists_their_own_tickets_alone_and_by_number() {
    let emulator = Emulator::start();
    assert_eq!(ids(&emulator.other_customer(), "getTickets").await.len(), 2);
    emulator.api().call("getTicket").with("ticketId", "OAHJ").refused(404, 10012).await;
}
