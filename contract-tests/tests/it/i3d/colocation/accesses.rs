use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

/// Visitors of the demo world.
const GRANTED: i64 = 6101;
const PENDING: i64 = 6102;
const DENIED: i64 = 6103;
const REVOKED: i64 = 6104;
const SUSPENDED: i64 = 6105;
/// A visitor and a colocation service of the other customer.
const THEIRS: i64 = 6106;
const THEIR_COLOCATION: i64 = 5206;

/// How long a check takes, and temporary access lasts.
const CHECK: u32 = 60;
const WEEK: u32 = 7 * 24 * 3600;

fn new_visitor() -> Value {
    json!({
        "email": "eva.smit@lighthouse.example", "mobile": "+31655550111", "firstName": "Eva",
        "lastName": "Smit", "birthDate": "1990-06-15", "companyName": "Lighthouse Games B.V.",
        "colocatedAccessServer": [{ "coloserverId": 5201, "rackname": "NLRTM1-R14" }],
    })
}

fn with(property: &str, value: impl Into<Value>) -> Value {
    let mut body = new_visitor();
    body[property] = value.into();
    body
}

async fn created(api: &Api, body: Value) -> Value {
    api.call("createColocationAccess").body(body).ok().await[0].take()
}

async fn visitor(api: &Api, id: impl ToString) -> Value {
    api.call("getColocationAccess").with("accessId", id).ok().await[0].take()
}

async fn status(api: &Api, id: impl ToString) -> String {
    visitor(api, id).await["status"].as_str().unwrap().to_owned()
}

fn revoke(api: &Api, id: impl ToString) -> Call<'_> {
    api.call("updateColocationAccessRevoke").with("accessId", id)
}

fn reactivate(api: &Api, id: impl ToString) -> Call<'_> {
    api.call("reactivateColocationAccess").with("accessId", id)
}

fn update(api: &Api, id: impl ToString, body: Value) -> Call<'_> {
    api.call("updateColocationAccess").with("accessId", id).body(body)
}

async fn ids(api: &Api, status: &str) -> Vec<i64> {
    let listed = api.call("getColocationAccesses").with("status", status).ok().await;
    listed.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn access_is_requested_granted_revoked_and_given_back() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let created = created(&api, new_visitor()).await;
    let id = created["id"].as_i64().unwrap();
    assert_eq!((&created["status"], &created["newEntry"]), (&json!("pending"), &json!(1)));
    assert_eq!(created["colocatedAccessServers"], new_visitor()["colocatedAccessServer"]);
    assert_eq!((&created["visitorId"], &created["datacenterId"]), (&json!(id), &json!(6)));
    assert_eq!((&created["dateverified"], &created["dateonlist"]), (&json!(null), &json!(null)));
    assert_eq!(
        (&created["countryEn"], &created["createdBy"]),
        (&json!("Netherlands"), &json!(100_123))
    );
    assert_eq!(created["accountDocument"], json!([]));
    assert_eq!(visitor(&api, id).await, created);
    assert_eq!(ids(&api, "pending").await, [PENDING, id]);

    api.advance(CHECK - 1).await;
    assert_eq!(status(&api, id).await, "pending");
    api.advance(1).await;
    let granted = visitor(&api, id).await;
    assert_eq!((&granted["status"], &granted["newEntry"]), (&json!("granted"), &json!(0)));
    assert!(
        granted["dateverified"].is_string() && granted["dateverified"] == granted["dateonlist"]
    );
    assert_eq!((&granted["checked"], &granted["dateofflist"]), (&json!("yes"), &json!(null)));

    for _ in 0..2 {
        revoke(&api, id).ok().await;
        let revoked = visitor(&api, id).await;
        assert_eq!(
            (&revoked["status"], &revoked["dateofflist"]),
            (&json!("revoked"), &granted["dateonlist"])
        );
    }
    for _ in 0..2 {
        reactivate(&api, id).ok().await;
        assert_eq!(visitor(&api, id).await, granted);
    }

    api.call("deleteColocationAccess").with("accessId", id).ok().await;
    api.call("getColocationAccess").with("accessId", id).refused(404, 10001).await;
    api.call("deleteColocationAccess").with("accessId", id).refused(404, 10001).await;
    assert!(
        self::created(&api, new_visitor()).await["id"].as_i64().unwrap() > id,
        "no id is given twice"
    );
}

#[tokio::test]
async fn the_demo_world_has_a_visitor_in_every_state() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let states = [
        ("granted", GRANTED),
        ("pending", PENDING),
        ("denied", DENIED),
        ("revoked", REVOKED),
        ("suspended", SUSPENDED),
    ];
    for (name, id) in states {
        assert_eq!(status(&api, id).await, name);
        assert_eq!(ids(&api, name).await, [id]);
    }
    let all = api.call("getColocationAccesses").ok().await;
    assert_eq!(all.as_array().unwrap().len(), states.len());
    assert_eq!(visitor(&api, DENIED).await["adminNotesReadOnly"], "The passport had expired");

    let errors = api.call("getColocationAccesses").with("status", "gone").refused(422, 11001).await;
    assert_eq!(errors[0].0, "status");
}

#[tokio::test]
async fn a_name_that_begins_with_fail_is_denied_and_another_is_checked_anew() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = created(&api, with("lastName", "fail-Smit")).await["id"].clone();
    api.advance(CHECK).await;
    let denied = visitor(&api, &id).await;
    assert_eq!(denied["status"], "denied");
    assert!(denied["adminNotesReadOnly"].is_string() && denied["dateverified"].is_null());
    revoke(&api, &id).refused(403, 10003).await;
    reactivate(&api, &id).refused(403, 10003).await;

    let renamed = update(&api, &id, new_visitor()).ok().await;
    assert_eq!(
        (&renamed[0]["status"], &renamed[0]["lastName"]),
        (&json!("pending"), &json!("Smit"))
    );
    api.advance(CHECK).await;
    assert_eq!(status(&api, &id).await, "granted");

    let mobile = update(&api, &id, with("mobile", "+31655550199")).ok().await;
    assert_eq!(
        (&mobile[0]["status"], &mobile[0]["mobile"]),
        (&json!("granted"), &json!("+31655550199"))
    );
    let born = update(&api, &id, with("birthDate", "1991-06-15")).ok().await;
    assert_eq!(born[0]["status"], "pending", "it is somebody else");
}

#[tokio::test]
async fn temporary_access_is_suspended_after_a_week_and_can_be_renewed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = created(&api, with("temporaryAccess", 1)).await["id"].clone();
    api.advance(CHECK + WEEK - 1).await;
    assert_eq!(status(&api, &id).await, "granted");
    api.advance(1).await;
    let suspended = visitor(&api, &id).await;
    assert_eq!(suspended["status"], "suspended");
    assert!(suspended["dateofflist"].is_string());

    for visitor in [id.as_i64().unwrap(), SUSPENDED] {
        reactivate(&api, visitor).ok().await;
        assert_eq!(status(&api, visitor).await, "granted");
    }
    api.advance(WEEK).await;
    assert_eq!(status(&api, &id).await, "suspended");
    revoke(&api, &id).ok().await;
    assert_eq!(status(&api, &id).await, "revoked");

    let renewed = update(&api, SUSPENDED, new_visitor()).ok().await;
    assert_eq!(renewed[0]["status"], "pending", "access for good is another request");
}

#[tokio::test]
async fn what_was_revoked_before_the_check_was_over_is_checked_anew() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = created(&api, new_visitor()).await["id"].clone();
    revoke(&api, &id).ok().await;
    api.advance(CHECK).await;
    let revoked = visitor(&api, &id).await;
    assert_eq!((&revoked["status"], &revoked["dateonlist"]), (&json!("revoked"), &json!(null)));
    reactivate(&api, &id).ok().await;
    assert_eq!(status(&api, &id).await, "pending");
    api.advance(CHECK).await;
    assert_eq!(status(&api, &id).await, "granted");
}

#[tokio::test]
async fn what_is_wrong_with_a_visitor_is_said_at_once() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = new_visitor();
    body["mobile"] = " ".into();
    body["lastName"] = "".into();
    body["birthDate"] = "2031-01-01".into();
    body["visitorId"] = THEIRS.into();
    body["colocatedAccessServer"] = json!([
        { "coloserverId": THEIR_COLOCATION, "rackname": "NLRTM1-R15" },
        { "coloserverId": 5201, "rackname": "" },
        { "coloserverId": 5201, "rackname": "" },
    ]);
    let expected = [
        "mobile",
        "lastName",
        "birthDate",
        "visitorId",
        "colocatedAccessServer[0].coloserverId",
        "colocatedAccessServer[2].coloserverId",
    ];
    for call in [api.call("createColocationAccess").body(body.clone()), update(&api, GRANTED, body)]
    {
        let errors = call.refused(422, 11001).await;
        let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
        assert_eq!(properties, expected);
    }
    assert_eq!(visitor(&api, GRANTED).await["lastName"], "Kuiper");
    let many = json!(vec![json!({ "coloserverId": 5201, "rackname": "" }); 101]);
    let errors = api
        .call("createColocationAccess")
        .body(with("colocatedAccessServer", many))
        .refused(422, 11001)
        .await;
    assert_eq!(errors[0].0, "colocatedAccessServer");
}

#[tokio::test]
async fn a_request_for_a_known_visitor_names_them_and_racks_are_named_as_they_are() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = with("visitorId", GRANTED);
    body["colocatedAccessServer"] = json!([{ "coloserverId": 5202, "rackname": "somewhere" }]);
    let created = created(&api, body).await;
    assert_eq!((&created["visitorId"], &created["datacenterId"]), (&json!(GRANTED), &json!(113)));
    let servers = json!([{ "coloserverId": 5202, "rackname": "DEFRA3-R02" }]);
    assert_eq!(created["colocatedAccessServers"], servers);

    let moved = update(&api, &created["id"], with("colocatedAccessServer", Value::Null)).ok().await;
    assert_eq!(
        (&moved[0]["visitorId"], &moved[0]["datacenterId"]),
        (&json!(GRANTED), &json!(null))
    );
    assert_eq!(moved[0]["colocatedAccessServers"], json!([]));
}

#[tokio::test]
async fn a_customer_lists_their_own_visitors_alone() {
    let emulator = Emulator::start();
    let theirs = emulator.other_customer();
    assert_eq!(status(&theirs, THEIRS).await, "granted");
    assert_eq!(theirs.call("getColocationAccesses").ok().await.as_array().unwrap().len(), 1);
}
