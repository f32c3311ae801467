//! What there was in a span of time, and what it cost: a line for each resource and price. A
//! machine is one line with the disks that it has, if the same billing account pays for them, and
//! so are all its snapshots, and all its backups.

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
    /// Of replicas, what their machine is called, or their disk where no machine has it.
    pub(super) owner: Option<String>,
    /// The size of its disks or replicas together; `None` where it has none.
    pub(super) disk_gb: Option<u32>,
    seconds: i64,
    /// Each hour that began, of all its time together.
    pub(super) hours: i64,
    /// Of an hour.
    pub(super) price: Amount,
    pub(super) cost: Amount,
}

/// Something that is charged for. Replicas have the UUID of what they are of.
struct Part {
    metered: Metered,
    owner: Option<String>,
}

/// The lines of a billing account within a span of time, by when their resource began.
pub(super) fn of(cx: &Context, billing_account: i64, within: Range<i64>) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    let all = metering::between(cx, billing_account, within.start, within.end)?.into_iter();
    let parts = all.map(|metered| part(cx, metered, within.end));
    for group in groups(parts.collect::<Result<_>>()?) {
        let of_group = lines.len();
        for span in spans(&group, &within) {
            let there: Vec<_> = group.iter().filter(|it| covers(it, &span)).collect();
            let seconds = span.end - span.start;
            for (main, others) in together(&there) {
                add(&mut lines, of_group, main, &others, seconds);
            }
        }
    }
    Ok(lines)
}

fn part(cx: &Context, metered: Metered, until: i64) -> Result<Part> {
    let Charge::Replica { disk, .. } = &metered.charge else {
        return Ok(Part { metered, owner: None });
    };
    let mut owner = metering::last(cx, disk, until)?;
    if let Some(Charge::Disk { machine: Some(machine), .. }) = owner.as_ref().map(|it| &it.charge) {
        owner = metering::last(cx, machine, until)?;
    }
    let resource = owner.as_ref().map_or(disk, |it| &it.resource).clone();
    let owner = owner.and_then(|it| called(it.charge));
    Ok(Part { metered: Metered { resource, ..metered }, owner })
}

/// What a machine or a disk is called.
fn called(charge: Charge) -> Option<String> {
    match charge {
        Charge::Disk { name, size_gb, .. } if name.is_empty() => Some(format!("{size_gb} GB disk")),
        Charge::Machine { name, .. } | Charge::Disk { name, .. } => Some(name),
        _ => None,
    }
}

/// The UUID that its parts have in common and, of replicas, whether they are backups.
type Group = (String, Option<bool>);

/// What belongs together: a machine and its disks, its snapshots, its backups, and everything else
/// by itself.
fn groups(all: Vec<Part>) -> Vec<Vec<Part>> {
    let mut groups: Vec<(Group, Vec<Part>)> = Vec::new();
    for part in all {
        let resource = &part.metered.resource;
        let key = match &part.metered.charge {
            Charge::Disk { machine: Some(machine), .. } => (machine.clone(), None),
            Charge::Replica { backup, .. } => (resource.clone(), Some(*backup)),
            _ => (resource.clone(), None),
        };
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(part),
            None => groups.push((key, vec![part])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The spans in which nothing of a group began or ended.
fn spans(group: &[Part], within: &Range<i64>) -> Vec<Range<i64>> {
    let all = group.iter().map(|part| &part.metered);
    let times = all.flat_map(|it| [it.started_at, it.ended_at.unwrap_or(within.end)]);
    let mut cuts: Vec<i64> = times.map(|at| at.clamp(within.start, within.end)).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn covers(Part { metered, .. }: &Part, span: &Range<i64>) -> bool {
    metered.started_at <= span.start && metered.ended_at.is_none_or(|end| span.end <= end)
}

/// What is charged for at one time: the machine of a group with its disks, all replicas of a group,
/// or each thing alone.
fn together<'a>(there: &[&'a Part]) -> Vec<(&'a Part, Vec<&'a Part>)> {
    let is_main =
        |it: &&Part| matches!(it.metered.charge, Charge::Machine { .. } | Charge::Replica { .. });
    match there.iter().position(is_main) {
        Some(main) => vec![(there[main], [&there[..main], &there[main + 1..]].concat())],
        None => there.iter().map(|it| (*it, Vec::new())).collect(),
    }
}

/// Adds time to the line of a resource at its price, which is one of those behind `from`.
fn add(lines: &mut Vec<Line>, from: usize, main: &Part, others: &[&Part], seconds: i64) {
    let Part { metered, owner } = main;
    let charges = || std::iter::once(&main).chain(others).map(|part| &part.metered.charge);
    let price = charges().map(pricing::hourly).sum();
    let same = |line: &&mut Line| line.metered.resource == metered.resource && line.price == price;
    let before = lines[from..].iter_mut().find(same);
    let seconds = seconds + before.as_ref().map_or(0, |line| line.seconds);
    let hours = (seconds + HOUR - 1) / HOUR;
    let disk_gb = charges().filter_map(size_gb).reduce(|sum, size| sum + size);
    let (metered, owner, cost) = (metered.clone(), owner.clone(), price.times(hours));
    let line = Line { metered, owner, disk_gb, seconds, hours, price, cost };
    match before {
        Some(before) => *before = line,
        None => lines.push(line),
    }
}

fn size_gb(charge: &Charge) -> Option<u32> {
    match charge {
        Charge::Disk { size_gb, .. } | Charge::Replica { size_gb, .. } => Some(*size_gb),
        _ => None,
    }
}
