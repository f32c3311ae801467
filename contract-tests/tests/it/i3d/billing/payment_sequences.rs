//! Payments in any order: sums are right, and each invoice is paid once.

use std::collections::BTreeMap;

use contract_tests::{Api, Emulator};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::TestRunner};
use tokio::runtime::Runtime;

use super::payments::{
    CARD, HOUR, cents, decide, invoices, landing, prepared, registered, registration,
};

#[test]
fn the_sums_of_any_choice_are_right() {
    let (emulator, runtime) = (Emulator::start(), Runtime::new().unwrap());
    let api = emulator.api();
    let open = runtime.block_on(open_in_euros(&api));
    let chosen =
        proptest::sample::subsequence(open.keys().copied().collect::<Vec<_>>(), 1..=open.len());
    let law = |chosen: Vec<i64>| {
        let prepared = runtime.block_on(prepared(&api, &chosen));
        let sum = |wanted: &dyn Fn(i64) -> bool, ids: &mut dyn Iterator<Item = i64>| -> i64 {
            ids.map(|id| open[&id]).filter(|amount| wanted(*amount)).sum()
        };
        let total = sum(&|_| true, &mut chosen.iter().copied());
        prop_assert_eq!(cents(&prepared["totalAmount"]), total);
        let credits = chosen.iter().filter(|id| open[id] < 0).count();
        prop_assert_eq!(&prepared["totalSelectedCreditForSettle"], credits);
        prop_assert_eq!(&prepared["totalSelectedInvoiceForPay"], chosen.len() - credits);
        let of = |name: &str| -> i64 {
            prepared[name].as_array().unwrap().iter().map(|it| cents(&it["remainingAmount"])).sum()
        };
        prop_assert_eq!(of("invoicesForPay") + of("creditInvoices"), total);
        prop_assert_eq!(
            cents(&prepared["accountCredit"]),
            -sum(&|it| it < 0, &mut open.keys().copied())
        );
        Ok(())
    };
    tried(40, &chosen, law);
}

/// What remains of each invoice in euros of which something does.
async fn open_in_euros(api: &Api) -> BTreeMap<i64, i64> {
    let invoices = invoices(api).await.into_iter();
    let open = invoices.filter(|(_, it)| it["currency"] == "EUR" && it["paymentStatus"] == 0);
    open.map(|(id, it)| (id, cents(&it["remainingAmount"]))).collect()
}

#[derive(Debug, Clone)]
enum Step {
    Register(Vec<Index>),
    Decide(Index, bool),
    Wait(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => vec(any::<Index>(), 1..4).prop_map(Step::Register),
        3 => (any::<Index>(), any::<bool>()).prop_map(|(which, pays)| Step::Decide(which, pays)),
        1 => (1..HOUR).prop_map(Step::Wait),
    ];
    vec(step, 1..16)
}

/// What should be: what remains of each invoice, and the payments with their path, their end, parts
/// and status.
struct Model {
    remaining: BTreeMap<i64, i64>,
    now: u32,
    payments: Vec<(String, u32, BTreeMap<i64, i64>, &'static str)>,
}

impl Model {
    async fn take(&mut self, api: &Api, step: &Step) {
        match step {
            Step::Wait(seconds) => {
                api.advance(*seconds).await;
                self.now += seconds;
            }
            Step::Register(chosen) => self.register(api, chosen).await,
            Step::Decide(which, pays) if !self.payments.is_empty() => {
                let which = which.index(self.payments.len());
                self.decide(api, which, *pays).await;
            }
            Step::Decide(..) => {}
        }
        for (_, end, _, status) in &mut self.payments {
            if *status == "open" && self.now >= *end {
                *status = "expired";
            }
        }
    }

    async fn register(&mut self, api: &Api, chosen: &[Index]) {
        let all: Vec<i64> = self.remaining.keys().copied().collect();
        let parts: BTreeMap<i64, i64> = chosen
            .iter()
            .map(|it| all[it.index(all.len())])
            .map(|id| (id, self.remaining[&id]))
            .collect();
        let ids: Vec<i64> = parts.keys().copied().collect();
        if parts.values().all(|amount| *amount != 0) && parts.values().sum::<i64>() > 0 {
            let path = registered(api, &ids).await;
            self.payments.push((path, self.now + HOUR, parts, "open"));
        } else {
            let body = registration(&ids, CARD, "visa");
            api.call("createAccountInvoicePayRegister").body(body).refused(422, 11001).await;
        }
    }

    async fn decide(&mut self, api: &Api, which: usize, pays: bool) {
        let (path, _, parts, status) = &mut self.payments[which];
        decide(api, path, if pays { "pay" } else { "decline" }).await;
        if *status == "open" {
            let is_due = parts.iter().all(|(id, amount)| self.remaining[id] == *amount);
            *status = match (pays, is_due) {
                (false, _) => "declined",
                (true, false) => "failed",
                (true, true) => "paid",
            };
            if *status == "paid" {
                self.remaining.extend(parts.keys().map(|id| (*id, 0)));
            }
        }
    }
}

#[test]
fn whatever_is_registered_and_decided_each_invoice_is_paid_once() {
    let (emulator, runtime) = (Emulator::start(), Runtime::new().unwrap());
    let api = emulator.api();
    let law = |steps: Vec<Step>| {
        runtime.block_on(async {
            api.raw("POST", "/_mock/reset", None).await;
            let remaining = open_in_euros(&api).await;
            let mut model = Model { remaining, now: 0, payments: Vec::new() };
            for step in &steps {
                model.take(&api, step).await;
                let shown = invoices(&api).await;
                for (id, remaining) in &model.remaining {
                    let invoice = &shown[id];
                    prop_assert_eq!(cents(&invoice["remainingAmount"]), *remaining);
                    let paid = cents(&invoice["totalPaidAmount"]);
                    prop_assert_eq!(cents(&invoice["amountIncVAT"]), paid + remaining);
                }
                let status = model.payments.last().map_or("none", |(_, _, _, status)| *status);
                prop_assert_eq!(&landing(&api).await["status"], status);
            }
            Ok(())
        })
    };
    tried(24, &steps(), law);
}

fn tried<S: Strategy>(cases: u32, inputs: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(inputs, law).unwrap_or_else(|error| panic!("{error}"));
}
