//! What belongs to one customer does not exist for another, whatever is asked of it.

use contract_tests::{Emulator, Request, operations};
use openapi::{Location, Route};

/// Operations whose path names what is the same for everybody.
const COMMON: [&str; 5] = [
    "getAccountApiLog",
    "getCalcConfig",
    "getCalcItem",
    "getCalcUtilitiesMarginFactors",
    "getCalcUtilitiesServiceVatPercentage",
];

#[tokio::test]
async fn what_another_customer_has_is_refused_like_what_does_not_exist() {
    let emulator = Emulator::start();
    let (owner, stranger) = (emulator.api(), emulator.other_customer());
    let mut tried = 0;
    for route in operations().filter(names_something_owned) {
        let example = Request::example(route).unwrap_or_else(|advice| panic!("{advice}"));
        let answer = example.call(&stranger).send().await;
        let expected = [404, 400, 403].into_iter().find(|status| route.documents(*status));
        assert_eq!(Some(answer.status), expected, "{}: {}", route.id, answer.text());
        tried += 1;
    }
    assert!(tried > 20, "{tried} operations are few");
    // Their owner finds everything as it was.
    for route in operations()
        .filter(|route| route.method == http::Method::GET && names_something_owned(route))
    {
        let example = Request::example(route).unwrap_or_else(|advice| panic!("{advice}"));
        example.call(&owner).ok().await;
    }
}

fn names_something_owned(route: &&'static Route) -> bool {
    let has_id = route.parameters.iter().any(|it| it.location == Location::Path);
    let id = route.id.as_str();
    has_id && !route.open && !COMMON.contains(&id)
}
