//! The flows of the i3D.net v3 API: logins, and the change of a password.

use serde_json::{Value, json};

use crate::core::{
    exchange::Caller,
    one_time,
    profile::flow::{Flow, Move},
};

/// The flows, with the users of the demo world.
pub(super) static FLOWS: &[Flow] = &[LOGIN, SECOND_FACTOR, PASSWORD];

/// How many wrong passwords a walk sends at most: after five, the server refuses any.
const GUESSES_MAX: u32 = 4;

const LOGIN: Flow = Flow {
    name: "a login",
    guesses_max: GUESSES_MAX,
    moves: &[
        Move {
            operation: "getUser",
            transitions: &[("out", 404, "out"), ("in", 200, "in")],
            ..Move::NONE
        },
        Move {
            operation: "login",
            what: "the right password",
            body: |_| credentials("harbour", "harbourPassword"),
            transitions: &[("out", 200, "in"), ("in", 409, "in")],
            ..Move::NONE
        },
        Move { operation: "logout", transitions: &[("in", 204, "out")], ..Move::NONE },
        Move {
            operation: "getSshKeys",
            transitions: &[("out", 401, "out"), ("in", 200, "in")],
            ..Move::NONE
        },
        Move {
            operation: "login",
            what: "a wrong password",
            body: |_| credentials("harbour", "visserPassword"),
            guesses: true,
            transitions: &[("out", 401, "out"), ("in", 409, "in")],
            ..Move::NONE
        },
        Move {
            operation: "login",
            what: "the name of nobody",
            body: |_| credentials("nobody", "harbourPassword"),
            guesses: true,
            transitions: &[("out", 401, "out"), ("in", 409, "in")],
            ..Move::NONE
        },
        Move {
            operation: "provideOTP",
            body: |_| json!({ "otp": "123456" }),
            transitions: &[("out", 404, "out"), ("in", 404, "in")],
            ..Move::NONE
        },
    ],
};

const SECOND_FACTOR: Flow = Flow {
    name: "a login with a second factor",
    guesses_max: GUESSES_MAX,
    moves: &[
        Move {
            operation: "getSshKeys",
            transitions: &[("out", 401, "out"), ("asked", 401, "asked"), ("in", 200, "in")],
            ..Move::NONE
        },
        Move {
            operation: "login",
            body: |_| credentials("demo", "i3dDemoPassword"),
            transitions: &[("out", 200, "asked"), ("asked", 200, "asked"), ("in", 409, "in")],
            ..Move::NONE
        },
        Move {
            operation: "provideOTP",
            what: "the password of the moment",
            body: one_time_password,
            // A one-time password that was used is not accepted again.
            after_seconds: 30,
            transitions: &[("out", 404, "out"), ("asked", 204, "in"), ("in", 404, "in")],
            ..Move::NONE
        },
        Move {
            operation: "provideOTP",
            what: "the password of an hour ago",
            body: |now| one_time_password(now - 3_600),
            guesses: true,
            transitions: &[("out", 404, "out"), ("asked", 401, "asked"), ("in", 404, "in")],
            ..Move::NONE
        },
        Move {
            operation: "getUser",
            transitions: &[("out", 404, "out"), ("asked", 404, "asked"), ("in", 200, "in")],
            ..Move::NONE
        },
        Move { operation: "logout", transitions: &[("in", 204, "out")], ..Move::NONE },
    ],
};

const PASSWORD: Flow = Flow {
    name: "the change of a password",
    guesses_max: GUESSES_MAX,
    moves: &[
        Move {
            operation: "login",
            what: "the old password",
            with_cookies: false,
            guesses: true,
            body: |_| credentials("harbour", OLD),
            transitions: &[("as it was", 200, "as it was"), ("changed", 401, "changed")],
            ..Move::NONE
        },
        Move {
            operation: "changeAccountPassword",
            what: "the old password",
            caller: Caller::Other,
            body: |_| change(OLD, NEW),
            guesses: true,
            transitions: &[("as it was", 204, "changed"), ("changed", 401, "changed")],
            ..Move::NONE
        },
        Move {
            operation: "changeAccountPassword",
            what: "the new password",
            caller: Caller::Other,
            body: |_| change(NEW, OLD),
            guesses: true,
            transitions: &[("changed", 204, "as it was")],
            ..Move::NONE
        },
        Move {
            operation: "login",
            what: "the new password",
            with_cookies: false,
            body: |_| credentials("harbour", NEW),
            guesses: true,
            transitions: &[("as it was", 401, "as it was"), ("changed", 200, "changed")],
            ..Move::NONE
        },
    ],
};

const OLD: &str = "harbourPassword";
const NEW: &str = "another-good-secret";

fn credentials(user_name: &str, password: &str) -> Value {
    json!({ "userName": user_name, "password": password })
}

fn change(current: &str, new: &str) -> Value {
    json!({ "currentPassword": current, "newPassword": new })
}

/// What the authenticator of the demo user shows at a time.
fn one_time_password(now: i64) -> Value {
    json!({ "otp": one_time::one_time_password("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", now) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_name_operations_of_the_contract() {
        for made in FLOWS.iter().flat_map(|flow| flow.moves) {
            assert!(openapi::i3d_v3().route(made.operation).is_some(), "{}", made.operation);
        }
    }
}
