//! Authentication: by the number of the customer and an API key, as members of the body.

use serde_json::Value;

use crate::{
    apis::i3d::api_keys,
    engine::{Context, Identity, Presented, Problem, Result},
};

/// The member with the number of the customer, without the K that stands before it elsewhere.
const USER: &str = "userId";
/// The member with the key, which is one of version 3.
const KEY: &str = "apiKey";

pub(super) fn authenticate(cx: &Context, presented: &Presented) -> Result<Identity> {
    let member = |name| presented.members.and_then(|members| members.get(name));
    let user = match member(USER) {
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_i64(),
        None => None,
    };
    let key = member(KEY).and_then(Value::as_str);
    let (Some(user), Some(key)) = (user, key) else { return Err(Problem::unauthenticated()) };
    // Before the key is used: that of another customer is a wrong one, and no more is told of it.
    if !api_keys::access::belongs_to(cx, key, user)? {
        return Err(Problem::unauthenticated());
    }
    api_keys::access::authenticate(cx, key)
}
