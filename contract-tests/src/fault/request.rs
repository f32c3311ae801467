//! Faults of how a request is understood.

use super::FaultKind;
use crate::core::{
    exchange::{Caller, Sent},
    profile::ApiProfile,
};

/// The rows of a page where no range is given, and the first row.
const DEFAULT: (i64, i64) = (0, 25);

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
            sent.headers.retain(|(name, _)| name != profile.key_header);
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
        FaultKind::IgnoreRange => drop_range(&mut sent, profile),
        FaultKind::ShiftStart(by) => {
            change_range(&mut sent, profile, |(start, results)| ((start + by).max(0), results))
        }
        FaultKind::ShiftResults(by) => {
            change_range(&mut sent, profile, |(start, results)| (start, (results + by).max(0)));
        }
        FaultKind::DefaultResults(results) if range(&sent, profile).is_none() => {
            sent.headers
                .push((profile.page_header.to_lowercase(), format!("start=0,results={results}")));
        }
        FaultKind::TolerateRange
            if range(&sent, profile).is_some_and(|text| parse_range(text).is_none()) =>
        {
            drop_range(&mut sent, profile);
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
    sent.headers.iter().any(|(name, _)| name == profile.key_header)
}

fn edit(sent: &mut Sent, change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
    let mut body = sent.json();
    if let Some(object) = body.as_object_mut() {
        change(object);
        sent.body = body.to_string().into_bytes();
    }
}

/// The header that asks for a part of a list.
pub(super) fn range<'a>(sent: &'a Sent, profile: &ApiProfile) -> Option<&'a str> {
    let header =
        sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(profile.page_header));
    header.map(|(_, text)| text.as_str())
}

/// Start and number of rows of a range; `None` for one that cannot be understood.
pub(super) fn parse_range(text: &str) -> Option<(i64, i64)> {
    let (mut start, mut results) = DEFAULT;
    for part in text.split(',') {
        let (name, number) = part.split_once('=')?;
        let number: i64 = number.trim().parse::<u32>().ok()?.into();
        match name.trim() {
            "start" => start = number,
            "results" => results = number,
            _ => return None,
        }
    }
    Some((start, results))
}

pub(super) fn drop_range(sent: &mut Sent, profile: &ApiProfile) {
    sent.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(profile.page_header));
}

fn change_range(
    sent: &mut Sent,
    profile: &ApiProfile,
    change: impl FnOnce((i64, i64)) -> (i64, i64),
) {
    let Some(asked) = range(sent, profile).and_then(parse_range) else { return };
    let (start, results) = change(asked);
    drop_range(sent, profile);
    sent.headers
        .push((profile.page_header.to_lowercase(), format!("start={start},results={results}")));
}
