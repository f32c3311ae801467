use contract_tests::{Api, Call, Emulator, Received};
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

pub fn login<'a>(api: &'a Api, user_name: &str, password: &str) -> Call<'a> {
    api.call("login").body(json!({ "userName": user_name, "password": password }))
}

/// The API as the browser calls it that got this answer.
pub fn browser(api: &Api, answer: &Received) -> Api {
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    api.with_cookie(cookie.split(';').next().unwrap())
}

async fn now(api: &Api) -> i64 {
    let clock = api.raw("GET", "/_mock/clock", None).await.json();
    clock["now"].as_i64().unwrap()
}

/// What the authenticator of the demo user shows.
pub async fn otp(api: &Api) -> Value {
    let secret = Secret::Encoded("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).unwrap();
    json!({ "otp": totp.generate(now(api).await.try_into().unwrap()) })
}

fn wrong(otp: &Value) -> Value {
    let last = otp["otp"].as_str().unwrap();
    let digit = if last.ends_with('0') { "1" } else { "0" };
    json!({ "otp": format!("{}{digit}", &last[..5]) })
}

#[tokio::test]
async fn a_login_with_a_second_factor_goes_from_password_to_logout() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let answer = login(&nobody, "demo", "i3dDemoPassword").send().await;
    let until = now(&nobody).await + 300;
    let expected = json!({ "requiresOtp": true, "expiresAt": until, "otpSessionExpiresAt": until });
    assert_eq!(answer.json(), expected);
    let waiting = browser(&nobody, &answer);
    waiting.call("getSshKeys").refused(401, 10004).await;
    waiting.call("getUser").refused(404, 10001).await;

    let otp = otp(&nobody).await;
    waiting.call("provideOTP").body(wrong(&otp)).refused(401, 10004).await;
    let answer = waiting.call("provideOTP").body(otp.clone()).send().await;
    assert_eq!(answer.status, 204);
    let user = browser(&nobody, &answer);
    user.call("getSshKeys").ok().await;
    assert_eq!(user.call("getUser").ok().await["userName"], "demo");
    waiting.call("getSshKeys").refused(401, 10004).await;

    user.call("provideOTP").body(otp).refused(404, 10001).await;
    login(&user, "demo", "i3dDemoPassword").refused(409, 10005).await;
    user.call("logout").ok().await;
    user.call("getUser").refused(404, 10001).await;
    user.call("getSshKeys").refused(401, 10004).await;
}

#[tokio::test]
async fn a_user_without_a_second_factor_is_in_at_once() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let answer = login(&nobody, "harbour", "harbourPassword").send().await;
    assert_eq!(
        answer.json(),
        json!({ "requiresOtp": false, "expiresAt": 0, "otpSessionExpiresAt": 0 })
    );
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("session=") && cookie.ends_with("; Max-Age=7200; Path=/; HttpOnly"),
        "{cookie}"
    );
    let user = browser(&nobody, &answer);
    assert_eq!(user.call("getUser").ok().await["userName"], "harbour");
}

#[tokio::test]
async fn the_sixth_wrong_password_is_one_too_many() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    for _ in 0..5 {
        login(&nobody, "harbour", "wrong").refused(401, 10004).await;
    }
    login(&nobody, "harbour", "wrong").refused(429, 10000).await;
    login(&nobody, "harbour", "harbourPassword").refused(429, 10000).await;
    login(&nobody, "demo", "i3dDemoPassword").ok().await;
    nobody.advance(15 * 60).await;
    login(&nobody, "harbour", "harbourPassword").ok().await;
}

#[tokio::test]
async fn a_right_password_forgives_the_wrong_ones() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    for _ in 0..3 {
        for _ in 0..4 {
            login(&nobody, "harbour", "wrong").refused(401, 10004).await;
        }
        login(&nobody, "harbour", "harbourPassword").ok().await;
    }
    login(&nobody, "nobody", "harbourPassword").refused(401, 10004).await;
}

#[tokio::test]
async fn a_one_time_password_must_arrive_in_time_and_after_a_password() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    nobody.call("provideOTP").body(otp(&nobody).await).refused(404, 10001).await;
    emulator.api().call("provideOTP").body(otp(&nobody).await).refused(404, 10001).await;

    let waiting = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    let stale = otp(&nobody).await;
    nobody.advance(299).await;
    waiting.call("provideOTP").body(stale).refused(401, 10004).await;
    nobody.advance(1).await;
    waiting.call("provideOTP").body(otp(&nobody).await).refused(404, 10001).await;

    let waiting = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    let again = browser(&nobody, &login(&waiting, "demo", "i3dDemoPassword").send().await);
    waiting.call("provideOTP").body(otp(&nobody).await).refused(404, 10001).await;
    again.call("provideOTP").body(otp(&nobody).await).ok().await;
}

#[tokio::test]
async fn the_fifth_wrong_one_time_password_ends_the_login() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let right = otp(&nobody).await;
    let waiting = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    for _ in 0..5 {
        waiting.call("provideOTP").body(wrong(&right)).refused(401, 10004).await;
    }
    waiting.call("provideOTP").body(right.clone()).refused(404, 10001).await;
    waiting.call("getSshKeys").refused(401, 10004).await;

    let waiting = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    for _ in 0..4 {
        waiting.call("provideOTP").body(wrong(&right)).refused(401, 10004).await;
    }
    waiting.call("getSshKeys").refused(401, 10004).await;
    let user = browser(&nobody, &waiting.call("provideOTP").body(right).send().await);
    user.call("getSshKeys").ok().await;
}

#[tokio::test]
async fn a_one_time_password_is_accepted_once() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let earlier = otp(&nobody).await;
    nobody.advance(30).await;
    let used = otp(&nobody).await;
    let first = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    first.call("provideOTP").body(used.clone()).ok().await;

    let second = browser(&nobody, &login(&nobody, "demo", "i3dDemoPassword").send().await);
    second.call("provideOTP").body(used.clone()).refused(401, 10004).await;
    second.call("provideOTP").body(earlier).refused(401, 10004).await;
    nobody.advance(30).await;
    second.call("provideOTP").body(used).refused(401, 10004).await;
    let user = browser(&nobody, &second.call("provideOTP").body(otp(&nobody).await).send().await);
    let shown = user.call("getUser").ok().await;
    assert_eq!(shown["userName"], "demo");
}

#[tokio::test]
async fn a_login_from_outside_the_whitelist_of_the_account_is_refused_like_a_wrong_password() {
    let emulator = Emulator::start();
    let api = emulator.other_customer();
    let nobody = api.anonymous();
    let allow = |range: &str| {
        api.call("createAccountWhitelist").body(json!({ "ipRange": range, "active": 1 }))
    };
    let here = allow("127.0.0.0/8").ok().await[0]["id"].take();
    allow("10.0.0.0/8").ok().await;
    login(&nobody, "harbour", "harbourPassword").ok().await;

    api.call("deleteAccountWhitelist").with("whitelistId", here).ok().await;
    // None of them counts, or strangers could lock the user out.
    for password in ["harbourPassword", "wrong"].repeat(4) {
        login(&nobody, "harbour", password).refused(401, 10004).await;
    }
    login(&nobody, "demo", "i3dDemoPassword").ok().await;
}

#[tokio::test]
async fn a_session_lasts_longer_when_it_is_to_be_remembered() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let short = browser(&nobody, &login(&nobody, "harbour", "harbourPassword").send().await);
    let body = json!({ "userName": "demo", "password": "i3dDemoPassword", "rememberMe": 1 });
    let waiting = browser(&nobody, &nobody.call("login").body(body).send().await);
    let long = browser(&nobody, &waiting.call("provideOTP").body(otp(&nobody).await).send().await);

    nobody.advance(2 * 60 * 60).await;
    short.call("getSshKeys").refused(401, 10004).await;
    long.call("getSshKeys").ok().await;
    nobody.advance(30 * 24 * 60 * 60).await;
    long.call("getSshKeys").refused(401, 10004).await;
}

#[tokio::test]
async fn a_key_shows_its_user_and_nobody_is_404() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let user = api.call("getUser").ok().await;
    assert_eq!(user["userId"], 100_123);
    assert_eq!(user["email"], user["details"]["emailAddress"]);
    assert_eq!(user["details"]["companyName"], "Lighthouse Games B.V.");
    assert_eq!(user["billingDetails"]["city"], "Rotterdam");
    assert_eq!(user["requestIp"], "127.0.0.1");
    api.anonymous().call("getUser").refused(404, 10001).await;
    api.with_key("wrong").call("getUser").refused(404, 10001).await;
}

#[tokio::test]
async fn a_logout_always_succeeds() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("logout").ok().await;
    api.anonymous().call("logout").ok().await;
    let answer = api.with_cookie("session=unknown").call("logout").send().await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.headers["set-cookie"], "session=; Max-Age=0; Path=/; HttpOnly");
    api.call("getSshKeys").ok().await;
}
