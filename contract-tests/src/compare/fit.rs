//! Which scenarios may be played where one of the sides is a live API.

use http::Method;

use crate::{
    fixture::{Fixture, Step, Who},
    live::{Class, Rules},
};

/// Why a scenario is not played on a live API, where it is not: there, only what changes nothing and shows no secret is
/// done, with the key of the customer, and about what an answer has shown just before.
pub fn unfit(scenario: &Fixture, rules: &Rules) -> Option<String> {
    let operations = scenario.steps.iter().filter_map(|step| step.operation.as_deref());
    let classes: Vec<Option<Class>> = operations.map(|operation| rules.class(operation)).collect();
    if classes.contains(&None) {
        return Some("an operation of it has no class in the rules of the API".to_owned());
    }
    let worst = classes.into_iter().flatten().max().filter(|class| *class != Class::Read);
    if let Some(class) = worst {
        return Some(format!("an operation of it is {class}; another host is only read"));
    }
    if scenario.steps.iter().any(is_probe) {
        return Some("it probes with other keys or methods; another host is only read".to_owned());
    }
    let names_an_id = scenario.steps.iter().flat_map(|step| step.request.path.values()).any(is_literal);
    names_an_id.then(|| "it names what only the demo world of an emulator has".to_owned())
}

fn is_probe(step: &Step) -> bool {
    let other_method = step.request.method.as_deref().is_some_and(|it| it != Method::GET.as_str());
    step.who != Who::Customer || other_method
}

/// Whether a value stands there as it is, and is not captured.
fn is_literal(value: &serde_json::Value) -> bool {
    !value.as_str().is_some_and(|text| text.contains("{{"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compare::reads, suites::i3d_v3::SUITE};

    const RULES: &str = "\
hosts: [far.example]
limits: {requests: 1, requests_per_operation: 1, requests_per_minute: 1, resources: 1, minutes: 1, arrival_seconds: 1}
read: {getSshKeys: , getSshKey: }
read-secret: {getTickets: {why: shows hashes}}
";

    fn scenario(operation: &str) -> Fixture {
        let found = reads(&SUITE).into_iter().find(|it| it.id == format!("examples/{operation}"));
        found.unwrap_or_else(|| panic!("{operation} is read"))
    }

    #[test]
    fn only_what_is_read_with_ids_of_the_run_is_played() {
        let rules = Rules::read(RULES).expect("the rules are well-formed");
        let why = |scenario: &Fixture| unfit(scenario, &rules).unwrap_or_default();
        let good = scenario("getSshKey");
        assert_eq!(why(&good), "");
        let edited = |edit: fn(&mut Step)| {
            let mut bad = good.clone();
            bad.steps.last_mut().into_iter().for_each(edit);
            why(&bad)
        };
        assert!(edited(|step| step.operation = Some("getTickets".to_owned())).contains("is read-secret"));
        assert!(edited(|step| step.operation = Some("getUser".to_owned())).contains("no class"));
        assert!(edited(|step| step.who = Who::Stranger).contains("other keys"));
        assert!(edited(|step| step.request.method = Some("PUT".to_owned())).contains("methods"));
        let literal = |step: &mut Step| drop(step.request.path.insert("uuid".to_owned(), "1".into()));
        assert!(edited(literal).contains("demo world"));
    }
}
