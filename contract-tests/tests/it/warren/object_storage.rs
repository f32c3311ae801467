//! Object storage: buckets, the S3 user and their keys.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{BOUND, customer, empty, of_3nv, of_brand};

async fn names(api: &Api) -> Vec<String> {
    let buckets = api.call("listBuckets").ok().await;
    let buckets = buckets.as_array().cloned().unwrap_or_default();
    buckets.iter().filter_map(|bucket| bucket["name"].as_str().map(str::to_owned)).collect()
}

/// The keys in an answer.
fn keys(answer: &Value) -> Vec<&str> {
    let keys = answer.as_array().expect("keys");
    keys.iter().filter_map(|key| key["accessKey"].as_str()).collect()
}

#[tokio::test]
async fn the_address_is_that_of_the_brand() {
    let emulator = Emulator::start();
    let url = |url: &str| json!({ "url": url });
    let mine = customer(&emulator).call("getS3Info").ok().await;
    assert_eq!(mine, url("https://s3.idcloudhost.com:8080/"));
    let of_3nv = of_3nv(&emulator).call("getS3Info").ok().await;
    assert_eq!(of_3nv, url("https://s3.3nv.io:8080/"));
    let emulator = of_brand("3nv");
    assert_eq!(empty(&emulator).call("getS3Info").ok().await, url("https://s3.3nv.io:8080/"));
}

#[tokio::test]
async fn a_bucket_is_made_paid_for_and_deleted() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let new = json!({ "name": "pang1", "billing_account_id": 129_072 });
    let bucket = api.call("createBucket").body(new).ok().await;
    let expected = json!({
        "name": "pang1",
        "size_bytes": 0,
        "billing_account_id": 129_072,
        "num_objects": 0,
        "created_at": "2026-01-01T00:00:00.000+0000",
        "modified_at": "2026-01-01T00:00:00.000+0000",
        "is_suspended": false,
        "user_id": 8,
        "owner": "cloudia@example.com",
    });
    assert_eq!(bucket, expected);
    assert_eq!(api.call("getBucket").with("name", "pang1").ok().await, bucket);
    // It stands at no location.
    let there = api.raw("GET", "/v1/jkt02/storage/bucket?name=pang1", None).await;
    assert_eq!(there.json(), bucket);

    let change = json!({ "name": "pang1", "billing_account_id": 129_188 });
    let changed = api.call("modifyBucket").body(change).ok().await;
    assert_eq!(changed["billing_account_id"], 129_188);
    let of_other = api.call("listBuckets").with("billing_account_id", 129_188).ok().await;
    assert!(of_other.as_array().is_some_and(|it| it.contains(&changed)));
    let of_first = api.call("listBuckets").with("billing_account_id", 129_072).ok().await;
    assert!(of_first.as_array().is_some_and(|it| it.iter().all(|it| it["name"] != "pang1")));

    let gone = api.call("deleteBucket").with("name", "pang1").response().await;
    assert_eq!((gone.status, gone.text()), (204, String::new()));
    for request in [api.call("getBucket"), api.call("deleteBucket")] {
        let unknown = request.with("name", "pang1").response().await;
        let words = r#"{"message":"Bucket not found"}"#.to_owned();
        assert_eq!((unknown.status, unknown.text()), (404, words));
    }
}

#[tokio::test]
async fn clients_name_a_bucket_in_the_query_in_a_form_or_in_json() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let form = ("application/x-www-form-urlencoded", "name=NAME&billing_account_id=129072");
    let json = ("application/json", r#"{"name":"NAME","billing_account_id":"129072"}"#);
    for (media, text) in [form, json] {
        for name in ["one", "two"] {
            let text = text.replace("NAME", name);
            let create = api.call("createBucket").text(&text).header("content-type", media);
            assert_eq!(create.ok().await["name"], name);
            let delete = api.call("deleteBucket").text(&text).header("content-type", media);
            delete.expect(204).await;
        }
    }
    let query = "/v1/storage/bucket?name=three&billing_account_id=129072";
    assert_eq!(api.raw("PUT", query, None).await.status, 200);
    assert_eq!(api.raw("DELETE", query, None).await.status, 204);
}

#[tokio::test]
async fn a_name_is_taken_for_all_users_and_a_full_bucket_stays() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for taken in ["bima-data", "cloudia-web"] {
        let new = json!({ "name": taken, "billing_account_id": 129_072 });
        let refused = api.call("createBucket").body(new).response().await;
        let words = format!("{{\"message\":\"Bucket '{taken}' already exists.\"}}");
        assert_eq!((refused.status, refused.text()), (409, words));
    }
    for bad in ["Pang1", "a", "a..b", "192.0.2.1", "-ab", "a_b"] {
        let new = json!({ "name": bad, "billing_account_id": 129_072 });
        let refused = api.call("createBucket").body(new).response().await;
        assert_eq!((refused.status, refused.json()["errors"]["name"].is_string()), (400, true));
    }
    let full = api.call("deleteBucket").with("name", "cloudia-web").response().await;
    let words = r#"{"message":"Bucket 'cloudia-web' is not empty."}"#.to_owned();
    assert_eq!((full.status, full.text()), (409, words));
    assert_eq!(names(&api).await, ["cloudia-backups", "cloudia-spare", "cloudia-web"]);
    // The bucket of another user is none of mine.
    let foreign = api.call("getBucket").with("name", "bima-data").response().await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test]
async fn a_token_of_no_billing_account_must_name_one() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let refused = api.call("createBucket").body(json!({ "name": "pang1" })).response().await;
    let words =
        r#"{"message":"'billing_account_id' is required if using a global API token"}"#.to_owned();
    assert_eq!((refused.status, refused.text()), (400, words));
    let wrong = json!({ "name": "pang1", "billing_account_id": 129_552 });
    let refused = api.call("createBucket").body(wrong).response().await;
    let words = r#"{"errors":{"Error":"Provided billing account is incorrect."}}"#.to_owned();
    assert_eq!((refused.status, refused.text()), (400, words));
    let wrong = json!({ "name": "pang1", "billing_account_id": "many" });
    let refused = api.call("createBucket").body(wrong).response().await;
    let words = r#"{"errors":{"billing_account_id":"Invalid whole number provided"}}"#.to_owned();
    assert_eq!((refused.status, refused.text()), (400, words));
    let refused = api.call("createBucket").body(json!({})).response().await;
    let words = r#"{"errors":{"name":"Required parameter 'name' not supplied"}}"#.to_owned();
    assert_eq!((refused.status, refused.text()), (400, words));

    // A token of one billing account need not, and cannot name another.
    let bound = api.with_key(BOUND);
    let bucket = bound.call("createBucket").body(json!({ "name": "pang1" })).ok().await;
    assert_eq!(bucket["billing_account_id"], 129_072);
    let other = json!({ "name": "pang1", "billing_account_id": 129_188 });
    let refused = bound.call("modifyBucket").body(other).response().await;
    let forbidden = "consumer::resource_forbidden";
    assert_eq!(
        (refused.status, &refused.json()["errors"][forbidden]["type"]),
        (403, &json!("consumer"))
    );
}

#[tokio::test]
async fn user_and_keys_are_made_when_somebody_asks_for_the_user() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    assert_eq!(api.call("listBuckets").ok().await, json!([]));
    let unused = json!({ "access_key": "NOTHING" });
    for request in [
        api.call("listStorageKeys"),
        api.call("createStorageKey"),
        api.call("deleteStorageKey").body(unused),
    ] {
        let refused = request.response().await;
        let words = r#"{"message":"Storage account not found."}"#.to_owned();
        assert_eq!((refused.status, refused.text()), (404, words));
    }
    let user = api.call("getStorageUser").ok().await;
    assert_eq!((&user["userId"], &user["maxBuckets"]), (&json!("meow@example.com"), &json!(1000)));
    assert_eq!(user["displayName"], "meow@example.com");
    assert_eq!(user["s3Credentials"].as_array().map(Vec::len), Some(1));
    assert_eq!(api.call("getStorageUser").ok().await, user);
    assert_eq!(api.call("listStorageKeys").ok().await, user["s3Credentials"]);
}

#[tokio::test]
async fn a_first_bucket_makes_the_user_who_owns_it() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let new = json!({ "name": "my-first", "billing_account_id": 6 });
    let bucket = api.call("createBucket").body(new).ok().await;
    let all = api.call("createStorageKey").ok().await;
    assert_eq!(keys(&all).len(), 2, "one that came with the user, and the new one");
    let user = api.call("getStorageUser").ok().await;
    assert_eq!((&user["userId"], &user["s3Credentials"]), (&bucket["owner"], &all));
}

#[tokio::test]
async fn a_new_key_stands_among_all_keys_until_it_is_deleted() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let before = api.call("listStorageKeys").ok().await;
    let all = api.call("createStorageKey").ok().await;
    assert_eq!(api.call("listStorageKeys").ok().await, all);
    assert!(keys(&all).is_sorted() && keys(&all).len() == keys(&before).len() + 1);
    let new = keys(&all).into_iter().find(|key| !keys(&before).contains(key)).expect("a new one");
    let form = format!("access_key={new}");
    let gone = api.call("deleteStorageKey").text(&form);
    let gone = gone.header("content-type", "application/x-www-form-urlencoded").ok().await;
    assert_eq!(gone, json!({ "success": true }));
    assert_eq!(api.call("listStorageKeys").ok().await, before);
    let again = api.call("deleteStorageKey").body(json!({ "access_key": new })).response().await;
    let words = r#"{"message":"Key not found"}"#.to_owned();
    assert_eq!((again.status, again.text()), (404, words));
    // Another client names the key in the query.
    let query = format!("/v1/storage/user/keys?access_key={}", keys(&before)[0]);
    assert_eq!(api.raw("DELETE", &query, None).await.json(), json!({ "success": true }));
}
