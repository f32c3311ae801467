//! Whether the API works.

use serde::Serialize;

use crate::engine::{Context, Object, Operation, Result, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getHealth", get)]
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

fn get(_: &Context) -> Result<Object<Health>> {
    Ok(Object(Health { status: "OK" }))
}
