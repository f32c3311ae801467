//! What is recorded can be played again, and no secret is in it.

use std::{fs, path::Path};

use contract_tests::{
    Api, Keys, Received, Redactor, Secret, Target,
    fixture::{Broken, Fixture, Loaded, Options, Provenance, Source, Span, read, replay_one},
    profiles::i3d_v3::PROFILE,
    record::{Bounds, Proxy, har, hurl, provenance, save},
};
use jiff::Timestamp;
use serde_json::{Value, json};

const KEY: &str = "i3dDemoKey0123456789";

struct Browser {
    api: Api,
}

impl Browser {
    async fn send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<Value>,
    ) -> Received {
        let api = key.map_or_else(|| self.api.anonymous(), |key| self.api.with_key(key));
        api.raw(method, path, body).await
    }

    async fn json(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        serde_json::from_slice(&self.send(method, path, Some(KEY), body).await.body).expect("JSON")
    }
}

fn options() -> Options {
    Options { run: "run7c".to_owned(), now: Timestamp::now() }
}

/// Somebody makes a key, uses it, orders a tag, and logs in; returns the secrets of the session.
async fn work(browser: &Browser) -> Vec<String> {
    let new_key = json!({ "category": 0, "assignOdpServerIps": 0 });
    let key = browser.json("POST", "/v3/account/apiKey", Some(new_key)).await;
    let secret = key[0]["key"].as_str().unwrap();
    assert_eq!(browser.send("GET", "/v3/sshKey", Some(secret), None).await.status, 200);
    assert_eq!(browser.send("GET", "/v3/sshKey", None, None).await.status, 401);
    let path = format!("/v3/account/apiKey/{}", key[0]["id"]);
    assert_eq!(browser.send("DELETE", &path, Some(KEY), None).await.status, 204);
    let keys = browser.json("GET", "/v3/sshKey", None).await;
    let path = format!("/v3/sshKey/{}", keys[0]["uuid"].as_str().unwrap());
    assert_eq!(browser.json("GET", &path, None).await, json!([keys[0]]));
    browser.json("GET", "/v3/flexMetal/servers?tag=web&tag=production", None).await;
    let login = json!({ "userName": "harbour", "password": "harbourPassword" });
    let answer = browser.send("POST", "/v3/session/login", None, Some(login)).await;
    let cookie =
        answer.headers["set-cookie"].to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    browser.send("GET", "/favicon.ico", None, None).await;
    vec![KEY.to_owned(), secret.to_owned(), cookie, "harbourPassword".to_owned()]
}

/// The file of a fixture without any of the secrets, in any notation that matters.
fn file(path: &Path, secrets: &[String]) -> Result<Fixture, Broken> {
    let text = fs::read_to_string(path).expect("the file was written");
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "a secret stands in {text}");
    }
    let id = path.file_stem().unwrap().to_string_lossy();
    read(&PROFILE, &format!("recorded/{id}"), path)
}

#[tokio::test]
async fn what_passed_the_proxy_can_be_played_again() {
    let target = Target::mock(&PROFILE, 1).expect("an emulator starts");
    let listen = "127.0.0.1:0".parse().unwrap();
    let proxy = Proxy::start(target.clone(), listen, Bounds::SCENARIO).await.expect("a free port");
    let browser = Browser { api: Api::new(&PROFILE, format!("http://{}", proxy.address)) };
    let secrets = work(&browser).await;
    let passed = proxy.stop().await;
    assert_eq!((passed.exchanges.len(), passed.forgotten), (9, 0));

    let folder = tempfile::tempdir().expect("a folder");
    let now = provenance(&target, Timestamp::now());
    let path = save(
        folder.path(),
        &PROFILE,
        "recorded/session",
        passed.exchanges,
        now,
        &target.redactor(),
    )
    .expect("nothing secret is left");
    let broken = file(&path, &secrets).expect_err("the password was taken out");
    assert!(
        broken.reason.contains("stands for nothing: it is a secret that was taken out"),
        "{broken}"
    );
    let taken = broken.reason.split('`').nth(1).expect("it names the secret");
    // What a person does about it: the password is that of a login of the demo world.
    let text = fs::read_to_string(&path).unwrap().replace(taken, "{{harbour.password}}");
    fs::write(&path, text.replace("\nsteps:\n", "\nrequires:\n- world: demo\nsteps:\n")).unwrap();
    let fixture = file(&path, &secrets).expect("a good fixture");
    let operations: Vec<&str> =
        fixture.steps.iter().filter_map(|step| step.operation.as_deref()).collect();
    let expected = [
        "createApiKeyForUser",
        "getSshKeys",
        "getSshKeys",
        "deleteAccountApiKey",
        "getSshKeys",
        "getSshKey",
        "getFlexMetalServers",
        "login",
    ];
    assert_eq!(operations, expected);
    assert!(fixture.redactions.iter().any(|it| it.at == "/steps/0/response/body/0/key"));

    let loaded = Loaded { id: fixture.id.clone(), path, fixture: Ok(fixture) };
    let (case, _) = replay_one(&target, &loaded, &options()).await;
    assert_eq!(case.findings, []);
    assert_eq!(case.reason, "");
}

#[tokio::test]
async fn a_har_file_goes_in_and_out() {
    let target = Target::mock(&PROFILE, 1).expect("an emulator starts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3/ssh_key/life.yaml");
    let fixture = read(&PROFILE, "ssh_key/life", &folder).expect("a good fixture");
    let exported = har::export(&PROFILE, &fixture, "http://127.0.0.1:8080");
    assert_eq!(exported["log"]["entries"].as_array().map(Vec::len), Some(6));
    assert_eq!(exported["log"]["entries"][0]["request"]["url"], "http://127.0.0.1:8080/v3/sshKey");

    let imported = har::import(&PROFILE, &exported.to_string(), None).expect("a HAR file");
    assert_eq!(imported.host, "127.0.0.1");
    let out = tempfile::tempdir().expect("a folder");
    let now = provenance(&target, Timestamp::now());
    let path = save(
        out.path(),
        &PROFILE,
        "recorded/imported",
        imported.exchanges,
        now,
        &target.redactor(),
    );
    let again = file(&path.expect("nothing secret is in it"), &[]).expect("a good fixture");
    let operations =
        |it: &Fixture| it.steps.iter().map(|step| step.operation.clone()).collect::<Vec<_>>();
    assert_eq!(operations(&again), operations(&fixture));
    assert_eq!(again.steps[2].request.path["uuid"], "{{uuid1}}");
}

fn observed(imported: &har::Imported) -> Provenance {
    Provenance {
        source: Source::Observed,
        base: imported.host.clone(),
        recorded_at: Timestamp::UNIX_EPOCH,
        last_validated_at: Timestamp::UNIX_EPOCH,
        valid_for: Some(Span { seconds: 86_400 }),
        recorder: "test".to_owned(),
        note: None,
    }
}

#[test]
fn a_har_file_of_a_browser_loses_its_secrets() {
    let canary = "CanaryKey0123456789x";
    let currencies = json!([
        { "id": 0, "name": "EUR", "sign": canary, "conversionRateToEuro": 1, "decimals": 2 },
    ]);
    let har = json!({ "log": { "version": "1.2", "entries": [{
        "startedDateTime": "2026-11-21T10:00:00Z",
        "request": {
            "method": "GET", "url": format!("https://api.i3d.net/v3/currency?token={canary}"),
            "headers": [
                { "name": "PRIVATE-TOKEN", "value": canary },
                { "name": "Cookie", "value": format!("lang=en; session={canary}") },
            ],
        },
        "response": {
            "status": 200, "headers": [{ "name": "Content-Type", "value": "application/json" }],
            "content": { "mimeType": "application/json", "text": currencies.to_string() },
        },
    }] } });
    let imported = har::import(&PROFILE, &har.to_string(), None).expect("a HAR file");
    let (out, redactor) = (tempfile::tempdir().expect("a folder"), Redactor::new(&PROFILE, []));
    let provenance = observed(&imported);
    let path =
        save(out.path(), &PROFILE, "recorded/browser", imported.exchanges, provenance, &redactor);
    let path = path.expect("it was written");
    let broken = file(&path, &[canary.to_owned()]).expect_err("the cookie was taken out");
    assert!(broken.reason.contains("`{{secret-2}}` stands for nothing"), "{broken}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("sign: <secret-1>")
            && text.contains("lang={{secret-2}}; session={{secret-1}}"),
        "{text}"
    );
    assert!(!text.contains("query:"), "{text}");
}

#[test]
fn a_har_file_is_of_one_host() {
    let entry = |url: &str, at: &str| {
        json!({
            "startedDateTime": at, "request": { "method": "GET", "url": url, "headers": [] },
            "response": {
                "status": 200, "headers": [{ "name": "Content-Type", "value": "application/json" }],
                "content": { "text": "[]" },
            },
        })
    };
    let har = json!({ "log": { "version": "1.2", "entries": [
        entry("https://fonts.example/roboto.woff", "2026-11-21T10:00:00Z"),
        entry("https://api.i3d.net/v3/sshKey", "2026-11-21T10:00:01Z"),
        entry("https://stage.example/v3/currency", "2026-11-21T10:00:02Z"),
        entry("https://api.i3d.net/v3/country?_=17", "2026-11-21T10:00:03Z"),
    ] } });
    let imported = |host| har::import(&PROFILE, &har.to_string(), host);
    let told = |it: &har::Imported| {
        let asked: Vec<String> = it.exchanges.iter().map(|it| it.sent.target.clone()).collect();
        (it.host.clone(), it.at.unwrap().to_string(), asked.join(" "), it.left_out.len())
    };
    let of =
        |host: &str, at: &str, asked: &str| (host.to_owned(), at.to_owned(), asked.to_owned(), 2);
    let api = of("api.i3d.net", "2026-11-21T10:00:01Z", "/v3/sshKey /v3/country?_=17");
    assert_eq!(imported(None).map(|it| told(&it)).unwrap(), api);
    let stage = of("stage.example", "2026-11-21T10:00:02Z", "/v3/currency");
    assert_eq!(imported(Some("stage.example")).map(|it| told(&it)).unwrap(), stage);
    let nobody = imported(Some("nobody.example")).map(|it| told(&it)).unwrap_err().to_string();
    assert_eq!(
        nobody,
        "no request went to nobody.example; \
         the file knows api.i3d.net, fonts.example, stage.example"
    );

    // A parameter that the contract does not know may mean something, so its exchange is not
    // written down.
    let (out, redactor) = (tempfile::tempdir().expect("a folder"), Redactor::new(&PROFILE, []));
    let imported = imported(None).unwrap();
    let provenance = observed(&imported);
    let path =
        save(out.path(), &PROFILE, "recorded/one_host", imported.exchanges, provenance, &redactor);
    let fixture = file(&path.expect("it was written"), &[]).expect("a good fixture");
    let operations: Vec<_> = fixture.steps.iter().map(|step| step.operation.as_deref()).collect();
    assert_eq!(
        (operations, fixture.provenance.base.as_str()),
        (vec![Some("getSshKeys")], "api.i3d.net")
    );
}

#[test]
fn an_exchange_without_its_bodies_is_left_out_and_told() {
    let entry = |path: &str, post: Value, content: Value| {
        let url = format!("https://api.i3d.net{path}?token=CanaryKey0123456789x");
        let request = json!({ "method": "POST", "url": url, "headers": [], "postData": post });
        json!({
            "request": request, "response": { "status": 200, "headers": [], "content": content },
        })
    };
    let (json_body, params) =
        (json!({ "text": "{}" }), json!({ "params": [{ "name": "a", "value": "b" }] }));
    let har = json!({ "log": { "version": "1.2", "entries": [
        entry("/v3/sshKey", json_body.clone(), json!({ "text": "W10=", "encoding": "base64" })),
        entry("/v3/tickets", json_body.clone(), json!({ "text": "W10?", "encoding": "base64" })),
        entry("/v3/trigger", json_body.clone(), json!({ "text": "1f8b", "encoding": "gzip" })),
        entry("/v3/flexMetal/tags", json_body.clone(), json!({ "size": 17 })),
        entry("/v3/jobs", params, json!({ "size": 0 })),
        entry("/v3/session/logout", Value::Null, json!({ "size": -1 })),
    ] } });
    let imported = har::import(&PROFILE, &har.to_string(), None).expect("a HAR file");
    let bodies: Vec<_> = imported.exchanges.iter().map(|it| it.received.text()).collect();
    assert_eq!(bodies, ["[]", ""]);
    let told = ["POST /v3/tickets", "POST /v3/trigger", "POST /v3/flexMetal/tags", "POST /v3/jobs"];
    assert_eq!(imported.unreadable, told);
}

#[test]
fn what_looks_like_a_secret_is_not_written() {
    let har = json!({ "log": { "version": "1.2", "entries": [{
        "request": { "method": "GET", "url": "https://api.i3d.net/v3/currency", "headers": [] },
        "response": {
            "status": 200, "headers": [{ "name": "Content-Type", "value": "application/json" }],
            "content": {
                "text": "[{\"id\":0,\"name\":\"ghp16C7e42F292c6912E7710c838347Ae178B4a\"}]",
            },
        },
    }] } });
    let imported = har::import(&PROFILE, &har.to_string(), None).expect("a HAR file");
    let keys = Keys { customer: Some(Secret::new("unrelated-secret")), ..Keys::default() };
    let out = tempfile::tempdir().expect("a folder");
    let redactor = Redactor::new(&PROFILE, keys.secrets().cloned());
    let provenance = observed(&imported);
    let refused =
        save(out.path(), &PROFILE, "recorded/leak", imported.exchanges, provenance, &redactor);
    let message = refused.expect_err("it is refused").to_string();
    assert!(message.contains("looks like a secret") && !message.contains("16C7e42F"), "{message}");
    assert!(!out.path().join("recorded/leak.yaml").exists());
}

#[test]
fn a_fixture_reads_as_hurl() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/i3d-v3/flex_metal_server/fails.yaml");
    let fixture = read(&PROFILE, "flex_metal_server/fails", &path).expect("a good fixture");
    insta::assert_snapshot!(hurl::export(&PROFILE, &fixture));

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3/ssh_key/life.yaml");
    let life = read(&PROFILE, "ssh_key/life", &path).expect("a good fixture");
    let exported = hurl::export(&PROFILE, &life);
    let (_, undone) = exported.split_once("# what was made is removed\n").expect("its cleanup");
    let request = "DELETE {{base}}/v3/sshKey/{{key}}\nprivate-token: {{api_key}}\nHTTP *\n";
    assert_eq!(undone, format!("{request}[Asserts]\nstatus toString matches /^(204|404)$/\n"));
}
