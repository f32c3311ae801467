//! A payment: what is to be paid, and its status as a function of the decision of the customer and
//! of the clock.

use serde::{Deserialize, Serialize};

use crate::apis::i3d::money::cents::Cents;

/// How long the customer has to decide.
const OPEN_SECONDS: i64 = 60 * 60;

/// What is stored of a payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub id: i64,
    /// Authorizes whoever knows it to pay or to decline.
    pub token: String,
    pub method_id: i64,
    /// Empty for a method without issuers.
    pub issuer_id: String,
    pub currency_id: i64,
    pub created_at: i64,
    pub parts: Vec<Part>,
    pub result: Option<Outcome>,
}

/// The part of a payment for one invoice: all that remained of it when the payment began.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    pub invoice_id: i64,
    pub amount: Cents,
}

/// What the customer decides on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Decision {
    Pay,
    Decline,
}

/// What a decision led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Paid,
    Declined,
    /// An invoice was paid in another way meanwhile, so nothing was taken.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// The payment waits for the decision of the customer.
    Open,
    Paid,
    Declined,
    Failed,
    /// There was no decision in time.
    Expired,
}

impl Payment {
    pub(super) fn amount(&self) -> Cents {
        self.parts.iter().map(|part| part.amount).sum()
    }

    pub(super) fn status(&self, now: i64) -> Status {
        match self.result {
            Some(Outcome::Paid) => Status::Paid,
            Some(Outcome::Declined) => Status::Declined,
            Some(Outcome::Failed) => Status::Failed,
            None if now < self.created_at + OPEN_SECONDS => Status::Open,
            None => Status::Expired,
        }
    }

    /// Takes a decision; `None` if the payment does not wait for one. `is_due` says whether the
    /// same amounts are still to be paid as when it began.
    pub(super) fn decide(&mut self, decision: Decision, is_due: bool, now: i64) -> Option<Outcome> {
        if self.status(now) != Status::Open {
            return None;
        }
        self.result = Some(match decision {
            Decision::Decline => Outcome::Declined,
            Decision::Pay if is_due => Outcome::Paid,
            Decision::Pay => Outcome::Failed,
        });
        self.result
    }
}

impl Status {
    /// A sentence for the customer.
    pub(super) fn message(self) -> &'static str {
        match self {
            Status::Open => "The payment waits for your decision.",
            Status::Paid => "The payment was received. Thank you.",
            Status::Declined => "The payment was declined. Nothing was paid.",
            Status::Failed => "An invoice was paid in another way meanwhile. Nothing was paid.",
            Status::Expired => "The time for the payment is over. Nothing was paid.",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    const BEGAN: i64 = 1_700_000_000;

    fn payment() -> Payment {
        Payment {
            id: 1,
            token: "token".to_owned(),
            method_id: 1,
            issuer_id: String::new(),
            currency_id: 0,
            created_at: BEGAN,
            parts: vec![
                Part { invoice_id: 1, amount: Cents(500) },
                Part { invoice_id: 2, amount: Cents(-120) },
            ],
            result: None,
        }
    }

    #[test]
    fn it_is_open_for_an_hour() {
        assert_eq!(payment().amount(), Cents(380));
        assert_eq!(payment().status(BEGAN + OPEN_SECONDS - 1), Status::Open);
        assert_eq!(payment().status(BEGAN + OPEN_SECONDS), Status::Expired);
        assert_eq!(payment().decide(Decision::Pay, true, BEGAN + OPEN_SECONDS), None);
    }

    #[test]
    fn a_decision_has_an_outcome() {
        for (decision, is_due, outcome, status) in [
            (Decision::Pay, true, Outcome::Paid, Status::Paid),
            (Decision::Pay, false, Outcome::Failed, Status::Failed),
            (Decision::Decline, true, Outcome::Declined, Status::Declined),
            (Decision::Decline, false, Outcome::Declined, Status::Declined),
        ] {
            let mut payment = payment();
            assert_eq!(payment.decide(decision, is_due, BEGAN), Some(outcome));
            assert_eq!(payment.status(BEGAN + 2 * OPEN_SECONDS), status);
        }
    }

    fn decision() -> impl Strategy<Value = (Decision, bool, i64)> {
        (prop_oneof![Just(Decision::Pay), Just(Decision::Decline)], any::<bool>(), 0..OPEN_SECONDS)
    }

    proptest! {
        #[test]
        fn only_the_first_decision_in_time_counts(decisions in vec(decision(), 1..8)) {
            let (mut payment, mut now, mut outcomes) = (payment(), BEGAN, Vec::new());
            for (decision, is_due, later) in decisions {
                now += later;
                let before = payment.status(now);
                let outcome = payment.decide(decision, is_due, now);
                prop_assert_eq!(outcome.is_some(), before == Status::Open);
                if before != Status::Open {
                    prop_assert_eq!(payment.status(now), before, "what is over stays as it is");
                }
                outcomes.extend(outcome);
            }
            prop_assert!(outcomes.len() <= 1);
            prop_assert_eq!(payment.result, outcomes.first().copied());
        }
    }
}
