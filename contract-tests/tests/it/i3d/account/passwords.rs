use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

use super::{
    email_confirmations::last_mail,
    session::{browser, login},
};

const NEW: &str = "another-good-secret";

fn change<'a>(api: &'a Api, current: &str, new: &str) -> Call<'a> {
    api.call("changeAccountPassword")
        .body(json!({ "currentPassword": current, "newPassword": new }))
}

fn ask<'a>(api: &'a Api, email_address: &str) -> Call<'a> {
    api.call("resetAccountPassword").body(json!({ "emailAddress": email_address }))
}

fn reset<'a>(api: &'a Api, hash: &Value, password: &str) -> Call<'a> {
    api.call("validateAccountPasswordReset")
        .body(json!({ "newPassword": password, "resetHash": hash }))
}

/// The hash of a mail to the second customer, who forgot the password.
async fn forgotten(emulator: &Emulator) -> Value {
    ask(&emulator.api().anonymous(), "owen@harbour.example").ok().await;
    last_mail(emulator).await["values"]["resetHash"].take()
}

#[tokio::test]
async fn who_changes_a_password_stays_logged_in_and_all_others_do_not() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let mine = browser(&nobody, &login(&nobody, "harbour", "harbourPassword").send().await);
    let other = browser(&nobody, &login(&nobody, "harbour", "harbourPassword").send().await);
    let visser = browser(&nobody, &login(&nobody, "visser", "visserPassword").send().await);
    change(&mine, "harbourPassword", NEW).ok().await;
    mine.call("getSshKeys").ok().await;
    other.call("getSshKeys").refused(401, 10004).await;
    visser.call("getSshKeys").ok().await;
    emulator.other_customer().call("getSshKeys").ok().await;

    login(&nobody, "harbour", "harbourPassword").refused(401, 10004).await;
    login(&nobody, "harbour", NEW).ok().await;
    change(&emulator.other_customer(), NEW, "one-more-good-secret").ok().await;
    mine.call("getSshKeys").refused(401, 10004).await;
}

#[tokio::test]
async fn the_current_password_must_be_right_and_not_guessed() {
    let emulator = Emulator::start();
    let api = emulator.other_customer();
    assert_eq!(
        change(&api, "harbourPassword", "short").refused(422, 11001).await[0].0,
        "newPassword"
    );
    for _ in 0..5 {
        change(&api, "wrong", NEW).refused(401, 10004).await;
    }
    change(&api, "harbourPassword", NEW).refused(429, 10000).await;
    login(&api.anonymous(), "harbour", "harbourPassword").refused(429, 10000).await;
    api.advance(15 * 60).await;
    change(&api, "harbourPassword", NEW).ok().await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let open = browser(&nobody, &login(&nobody, "harbour", "harbourPassword").send().await);
    for _ in 0..5 {
        login(&nobody, "harbour", "forgotten").refused(401, 10004).await;
    }
    let hash = forgotten(&emulator).await;
    assert_eq!(reset(&nobody, &hash, "short").refused(422, 11001).await[0].0, "newPassword");
    reset(&nobody, &hash, NEW).ok().await;
    open.call("getSshKeys").refused(401, 10004).await;
    login(&nobody, "harbour", NEW).ok().await;
    assert_eq!(reset(&nobody, &hash, NEW).refused(422, 11001).await[0].0, "resetHash");
}

#[tokio::test]
async fn the_hash_of_a_mail_counts_for_an_hour_and_until_the_next_mail_or_password() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let expired = forgotten(&emulator).await;
    nobody.advance(60 * 60).await;
    reset(&nobody, &expired, NEW).refused(422, 11001).await;
    let outdated = forgotten(&emulator).await;
    let remembered = forgotten(&emulator).await;
    reset(&nobody, &outdated, NEW).refused(422, 11001).await;
    change(&emulator.other_customer(), "harbourPassword", NEW).ok().await;
    reset(&nobody, &remembered, NEW).refused(422, 11001).await;
    nobody.advance(60 * 60 - 1).await;
    let last = forgotten(&emulator).await;
    nobody.advance(60 * 60 - 1).await;
    reset(&nobody, &last, "one-more-good-secret").ok().await;
}

#[tokio::test]
async fn nobody_learns_who_is_a_customer() {
    let emulator = Emulator::start();
    ask(&emulator.api().anonymous(), "nobody@elsewhere.example").ok().await;
    assert_eq!(emulator.outbox().await.len(), 0);
}

#[tokio::test]
async fn who_is_logged_in_has_not_forgotten_the_password() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let user = browser(&nobody, &login(&nobody, "harbour", "harbourPassword").send().await);
    ask(&user, "owen@harbour.example").refused(422, 11001).await;
    let waiting = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    ask(&waiting, "sanne@lighthouse.example").ok().await;
    let hash = last_mail(&emulator).await["values"]["resetHash"].take();
    reset(&waiting, &hash, NEW).ok().await;
    let otp = waiting.call("provideOTP").body(json!({ "otp": "123456" }));
    otp.refused(404, 10001).await;
}

#[tokio::test]
async fn a_password_is_reset_only_from_where_the_account_may_be_used() {
    let emulator = Emulator::start();
    let hash = forgotten(&emulator).await;
    let entry = json!({ "ipRange": "10.0.0.0/8", "active": 1 });
    emulator.other_customer().call("createAccountWhitelist").body(entry).ok().await;
    reset(&emulator.api().anonymous(), &hash, NEW).refused(403, 10003).await;
}
