use contract_tests::{Api, Call, Emulator};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The first customer has yet to confirm where invoices go.
const BILLING: &str = "billing@lighthouse.example";

const DAY: u32 = 24 * 60 * 60;

/// The newest mail in the outbox.
pub async fn last_mail(emulator: &Emulator) -> Value {
    emulator.outbox().await.pop().expect("a mail was sent")
}

/// Whoever reads this mail confirms the address.
pub fn confirm<'a>(api: &'a Api, mail: &Value) -> Call<'a> {
    let values = &mail["values"];
    api.call("confirmEmail").body(json!({ "userId": values["userId"], "hash": values["hash"] }))
}

fn resend<'a>(api: &'a Api, email: &str) -> Call<'a> {
    api.call("resendEmailConfirmation").body(json!({ "email": email }))
}

#[tokio::test]
async fn a_hash_is_good_once() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    for operation in ["resendEmailConfirmation", "resendOAuthEmailConfirmation"] {
        nobody.call(operation).body(json!({ "email": BILLING })).ok().await;
    }
    let mails = emulator.outbox().await;
    let [first, second] = &mails[..] else { panic!("two mails were sent") };
    assert_eq!((&first["to"], &first["values"]["userId"]), (&json!(BILLING), &json!(100_123)));
    assert!(first["text"].as_str().unwrap().contains(first["values"]["hash"].as_str().unwrap()));

    let errors = confirm(&nobody, first).refused(422, 11001).await;
    assert_eq!(errors[0].0, "hash", "the newer one took its place");
    let confirmed = confirm(&nobody, second).ok().await;
    assert_eq!(confirmed, json!({ "emailAddress": BILLING, "emailType": "billing" }));
    assert_eq!(confirm(&nobody, second).refused(422, 11001).await[0].0, "hash");
    let log = emulator.api().call("getAccountLogs").ok().await;
    assert_eq!(log[0]["title"], "Email address confirmed");
}

#[tokio::test]
async fn a_hash_is_of_one_account_and_nobody_has_none() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    resend(&nobody, BILLING).ok().await;
    let mut mail = last_mail(&emulator).await;
    mail["values"]["userId"] = 100_456.into();
    assert_eq!(confirm(&nobody, &mail).refused(422, 11001).await[0].0, "hash");
    mail["values"]["userId"] = 42.into();
    confirm(&nobody, &mail).refused(404, 10001).await;
}

#[tokio::test]
async fn a_hash_expires_after_a_day_and_another_can_be_asked_for() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    resend(&nobody, BILLING).ok().await;
    let mail = last_mail(&emulator).await;
    nobody.advance(DAY).await;
    let errors = confirm(&nobody, &mail).refused(422, 11001).await;
    assert_eq!(errors, [("hash".to_owned(), "has expired".to_owned())]);

    resend(&nobody, BILLING).ok().await;
    nobody.advance(DAY - 1).await;
    confirm(&nobody, &last_mail(&emulator).await).ok().await;
}

#[tokio::test]
async fn only_what_awaits_a_confirmation_is_sent_again() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    resend(&nobody, "nobody@lighthouse.example").refused(404, 10001).await;
    assert_eq!(resend(&nobody, "sanne@lighthouse.example").refused(422, 11001).await[0].0, "email");
    resend(&nobody, "Billing@Lighthouse.example").ok().await;
    assert_eq!(emulator.outbox().await.len(), 1);
}

#[tokio::test]
async fn an_account_is_confirmed_only_from_where_it_may_be_used() {
    let emulator = Emulator::start();
    let (api, nobody) = (emulator.api(), emulator.api().anonymous());
    resend(&nobody, BILLING).ok().await;
    let mail = last_mail(&emulator).await;
    api.call("createAccountWhitelist")
        .body(json!({ "ipRange": "10.0.0.0/8", "active": 1 }))
        .ok()
        .await;
    confirm(&nobody, &mail).refused(403, 10003).await;
    resend(&nobody, BILLING).refused(403, 10003).await;
}

/// What may happen while an address is to be replaced.
#[derive(Debug, Clone)]
enum Step {
    /// Another address is asked for.
    Change(u8),
    /// The one that waits is asked for again.
    Resend,
    /// Somebody confirms the mail before the newest, the one before that, ...
    Confirm { back: usize },
    /// Hours go by.
    Wait(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..3_u8).prop_map(Step::Change),
        Just(Step::Resend),
        (0..3_usize).prop_map(|back| Step::Confirm { back }),
        (1..20_u32).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..24)
}

/// The main address as it should be.
struct Expected {
    main: String,
    /// What is to replace it: the address, the number of its mail, and the hours that are left.
    waiting: Option<(String, usize, u32)>,
    mails: usize,
}

impl Expected {
    /// Takes a step, and checks that the API does.
    async fn take(&mut self, step: Step, emulator: &Emulator) {
        let api = emulator.api();
        match step {
            Step::Change(number) => {
                let address = format!("sanne{number}@lighthouse.example");
                let body = json!({ "emailAddress": address, "password": "i3dDemoPassword" });
                let accepted = api.call("updateEmailAction").body(body).send().await.status == 204;
                assert_eq!(accepted, address != self.main);
                if accepted {
                    self.waiting = Some((address, self.mails, 24));
                    self.mails += 1;
                }
            }
            Step::Resend => {
                let Some((address, mail, hours)) = &mut self.waiting else { return };
                resend(&api, address).ok().await;
                (*mail, *hours) = (self.mails, 24);
                self.mails += 1;
            }
            Step::Confirm { back } => {
                let Some(number) = self.mails.checked_sub(back + 1) else { return };
                let accepted =
                    confirm(&api, &emulator.outbox().await[number]).send().await.status == 200;
                let good = self.waiting.take_if(|(_, mail, hours)| *mail == number && *hours > 0);
                assert_eq!(accepted, good.is_some());
                if let Some((address, _, _)) = good {
                    self.main = address;
                }
            }
            Step::Wait(hours) => {
                api.advance(hours * 60 * 60).await;
                if let Some((_, _, left)) = &mut self.waiting {
                    *left = left.saturating_sub(hours);
                }
            }
        }
    }
}

#[test]
fn whatever_happens_the_main_address_is_the_last_one_that_was_confirmed_in_time() {
    let runtime = Runtime::new().unwrap();
    let config =
        ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let law = |steps: Vec<Step>| {
        runtime.block_on(async {
            let emulator = Emulator::start();
            let main = "sanne@lighthouse.example".to_owned();
            let mut expected = Expected { main, waiting: None, mails: 0 };
            for step in steps {
                expected.take(step, &emulator).await;
                let details = emulator.api().call("getAccountDetails").ok().await[0].take();
                assert_eq!(details["emailAddress"], expected.main);
                let waiting = expected.waiting.as_ref().filter(|(_, _, hours)| *hours > 0);
                let waiting =
                    waiting.map_or(Value::Null, |(address, _, _)| address.as_str().into());
                assert_eq!(details["unconfirmedEmail"]["email"], waiting);
            }
        });
        Ok(())
    };
    TestRunner::new(config).run(&steps(), law).unwrap();
}
