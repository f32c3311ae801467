//! The power distribution units of a colocation service, as they were read last.

use super::{
    pdu_meters::{self, Shown},
    services::{self, ById},
};
use crate::engine::{Context, Operation, Params, Result, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getColocationPdus", list)]
}

fn list(cx: &Context, Params(by): Params<ById>) -> Result<Vec<Shown>> {
    let in_service = services::in_service(cx, by.colocation_id)?;
    let pdus = pdu_meters::of(cx, by.colocation_id)?;
    Ok(pdus.into_iter().map(|pdu| pdu.shown(&in_service)).collect())
}
