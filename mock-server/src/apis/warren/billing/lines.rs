//! What there was in a span of time, and what it cost: a line for each resource and price. A
//! machine is one line with the disks that it has, if the same billing account pays for them.

use std::ops::Range;

use super::{amount::Amount, pricing};
use crate::{
    apis::warren::platform::metering::{self, Charge, Metered},
    engine::{Context, Result},
};

const HOUR: i64 = 3600;

/// What a resource cost while its price was the same.
pub(super) struct Line {
    /// What it was last.
    pub(super) metered: Metered,
    /// The size of the disks of a machine together; `None` where it has none.
    pub(super) disk_gb: Option<u32>,
    seconds: i64,
    /// Each hour that began, of all its time together.
    pub(super) hours: i64,
    /// Of an hour.
    pub(super) price: Amount,
    pub(super) cost: Amount,
}

/// The lines of a billing account within a span of time, by when their resource began.
pub(super) fn of(cx: &Context, billing_account: i64, within: Range<i64>) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    for group in groups(metering::between(cx, billing_account, within.start, within.end)?) {
        let of_group = lines.len();
        for span in spans(&group, &within) {
            let there: Vec<_> = group.iter().filter(|it| covers(it, &span)).collect();
            let seconds = span.end - span.start;
            for (metered, disks) in together(&there) {
                add(&mut lines, of_group, metered, &disks, seconds);
            }
        }
    }
    Ok(lines)
}

/// What belongs together: a machine and its disks, and everything else by itself.
fn groups(all: Vec<Metered>) -> Vec<Vec<Metered>> {
    let mut groups: Vec<(String, Vec<Metered>)> = Vec::new();
    for metered in all {
        let key = match &metered.charge {
            Charge::Disk { machine: Some(machine), .. } => machine.clone(),
            _ => metered.resource.clone(),
        };
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(metered),
            None => groups.push((key, vec![metered])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The spans in which nothing of a group began or ended.
fn spans(group: &[Metered], within: &Range<i64>) -> Vec<Range<i64>> {
    let times = group.iter().flat_map(|it| [it.started_at, it.ended_at.unwrap_or(within.end)]);
    let mut cuts: Vec<i64> = times.map(|at| at.clamp(within.start, within.end)).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn covers(metered: &Metered, span: &Range<i64>) -> bool {
    metered.started_at <= span.start && metered.ended_at.is_none_or(|end| span.end <= end)
}

/// What is charged for at one time: the machine of a group with its disks, or each thing alone.
fn together<'a>(there: &[&'a Metered]) -> Vec<(&'a Metered, Vec<&'a Metered>)> {
    let is_machine = |it: &&&Metered| matches!(it.charge, Charge::Machine { .. });
    match there.iter().find(is_machine) {
        Some(machine) => {
            let disks = there.iter().filter(|it| !is_machine(it)).copied().collect();
            vec![(*machine, disks)]
        }
        None => there.iter().map(|it| (*it, Vec::new())).collect(),
    }
}

/// Adds time to the line of a resource at its price, which is one of those behind `from`.
fn add(lines: &mut Vec<Line>, from: usize, metered: &Metered, disks: &[&Metered], seconds: i64) {
    let of_disks = disks.iter().map(|disk| pricing::hourly(&disk.charge)).sum();
    let price = pricing::hourly(&metered.charge) + of_disks;
    let same = |line: &&mut Line| line.metered.resource == metered.resource && line.price == price;
    let before = lines[from..].iter_mut().find(same);
    let seconds = seconds + before.as_ref().map_or(0, |line| line.seconds);
    let hours = (seconds + HOUR - 1) / HOUR;
    let disk_gb = (!disks.is_empty()).then(|| disks.iter().map(|disk| size_gb(disk)).sum());
    let cost = price.times(hours);
    let line = Line { metered: metered.clone(), disk_gb, seconds, hours, price, cost };
    match before {
        Some(before) => *before = line,
        None => lines.push(line),
    }
}

fn size_gb(disk: &Metered) -> u32 {
    match disk.charge {
        Charge::Disk { size_gb, .. } => size_gb,
        _ => 0,
    }
}
