//! Faults of how a request is understood.

use super::FaultKind;
use crate::core::{
    exchange::{Caller, Sent},
    profile::{ApiProfile, paging::Paging},
};

/// The request as the fault makes it.
pub(super) fn broken(kind: &FaultKind, profile: &ApiProfile, sent: &Sent) -> Sent {
    let mut sent = sent.clone();
    match kind {
        FaultKind::Forget(member) => edit(&mut sent, |body| drop(body.remove(member))),
        FaultKind::Store { member, value } | FaultKind::Pretend { member, value } => {
            edit(&mut sent, |body| drop(body.insert(member.clone(), value.clone())));
        }
        FaultKind::AdmitNobody if sent.caller == Caller::Nobody && !shows_key(&sent, profile) => {
            sent.caller = Caller::Customer;
        }
        FaultKind::AdmitStranger if is_stranger(&sent, profile) => {
            profile.credentials.remove(&mut sent);
            sent.caller = Caller::Customer;
        }
        FaultKind::AdmitExcluded if sent.caller == Caller::Excluded => {
            sent.caller = Caller::Customer
        }
        FaultKind::AdmitOther if sent.caller == Caller::Other => sent.caller = Caller::Customer,
        FaultKind::AnyMethod => {
            if let Some(route) = sent.route {
                sent.method = route.method.clone();
            }
        }
        FaultKind::AnyPlace => {
            if let Some(target) = profile.contract.without_choice(&sent.target) {
                sent.target = target;
            }
        }
        FaultKind::IgnoreRange => drop_range(&mut sent, profile),
        FaultKind::ShiftStart(by) => {
            change_range(&mut sent, profile, |(start, rows)| (moved(start, *by), rows));
        }
        FaultKind::ShiftResults(by) => {
            change_range(&mut sent, profile, |(start, rows)| (start, moved(rows, *by)));
        }
        FaultKind::DefaultResults(rows) => {
            if let Some(paging) = profile.paging.filter(|it| it.asked(&sent).is_none()) {
                paging.ask(&mut sent, Some((paging.range)(0, *rows)));
            }
        }
        FaultKind::TolerateRange => {
            let is_understood = |paging: &Paging| {
                paging.asked(&sent).is_none_or(|words| (paging.read)(words).is_some())
            };
            if profile.paging.as_ref().is_some_and(|paging| !is_understood(paging)) {
                drop_range(&mut sent, profile);
            }
        }
        _ => {}
    }
    sent
}

/// Whether a request carries a wrong key: one of its own counts, because a proxy passes on keys
/// that it does not know.
fn is_stranger(sent: &Sent, profile: &ApiProfile) -> bool {
    sent.caller == Caller::Stranger || (sent.caller == Caller::Nobody && shows_key(sent, profile))
}

/// Whether a request carries a key of its own.
fn shows_key(sent: &Sent, profile: &ApiProfile) -> bool {
    profile.credentials.shown(sent).is_some()
}

fn edit(sent: &mut Sent, change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
    let mut body = sent.json();
    if let Some(object) = body.as_object_mut() {
        change(object);
        sent.body = body.to_string().into_bytes();
    }
}

/// The part of a list that a request asks for; `None` where it asks for none, or in words that mean
/// none.
pub(super) fn range(sent: &Sent, profile: &ApiProfile) -> Option<(u32, u32)> {
    let paging = profile.paging?;
    (paging.read)(paging.asked(sent)?)
}

pub(super) fn drop_range(sent: &mut Sent, profile: &ApiProfile) {
    if let Some(paging) = profile.paging {
        paging.ask(sent, None);
    }
}

fn change_range(
    sent: &mut Sent,
    profile: &ApiProfile,
    change: impl FnOnce((u32, u32)) -> (u32, u32),
) {
    if let (Some(paging), Some(asked)) = (profile.paging, range(sent, profile)) {
        let (start, rows) = change(asked);
        paging.ask(sent, Some((paging.range)(start, rows)));
    }
}

/// A number of rows, moved but not below zero.
fn moved(rows: u32, by: i64) -> u32 {
    u32::try_from((i64::from(rows) + by).max(0)).unwrap_or(u32::MAX)
}
