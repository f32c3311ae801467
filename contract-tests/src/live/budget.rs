//! How many requests and how much money may still be spent today. An expense is debited, and on the
//! disk, before its request is sent: a crash never makes it free.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::core::{live_rules::Limits, transport::denied::Stop};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// What was spent today.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spent {
    /// Days since 1970.
    day: u64,
    requests: u32,
    operations: BTreeMap<String, u32>,
    cents: u64,
    /// Nothing may be sent before this, in milliseconds since 1970.
    not_before_ms: u64,
}

/// What may be spent, and what was.
#[derive(Debug)]
pub struct Budget {
    file: PathBuf,
    limits: Limits,
    cents_max: u64,
    spent: Spent,
}

/// Something that is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct Expense<'a> {
    /// The operation.
    pub operation: &'a str,
    /// What it costs at worst.
    pub cents: u64,
    /// How many requests must be left after it, to remove what exists by then; `None` for the
    /// removal itself.
    pub reserve: Option<u32>,
}

impl Budget {
    /// The budget that `file` keeps; a new one where there is no file.
    pub fn open(file: PathBuf, limits: Limits, cents_max: u64) -> io::Result<Budget> {
        let spent = match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                io::Error::other(format!("{} is no budget: {error}", file.display()))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Spent::default(),
            Err(error) => return Err(error),
        };
        Ok(Budget { file, limits, cents_max, spent })
    }

    /// How long nothing may be sent. A wait of more than a day is ignored: it was written by a
    /// clock that went wrong.
    pub fn wait(&self, now: Duration) -> Duration {
        let wait = Duration::from_millis(self.spent.not_before_ms).saturating_sub(now);
        if wait > DAY { Duration::ZERO } else { wait }
    }

    /// Lets nothing be sent for `time`, at most for a day: a host that asks for more must not
    /// prevent the removal of what was made.
    pub fn back_off(&mut self, time: Duration, now: Duration) -> Result<(), Stop> {
        self.spent.not_before_ms = self.spent.not_before_ms.max(millis(now + time.min(DAY)));
        self.keep()
    }

    /// Takes what an expense costs out of the budget, or says which limit is reached. It is kept
    /// when this returns.
    pub fn debit(&mut self, expense: Expense, now: Duration) -> Result<(), Stop> {
        let day = now.as_secs() / DAY.as_secs();
        if day != self.spent.day {
            self.spent = Spent { day, not_before_ms: self.spent.not_before_ms, ..Spent::default() };
        }
        if let Some(reserve) = expense.reserve {
            self.within_limits(expense, reserve)?;
        }
        self.spent.requests = self.spent.requests.saturating_add(1);
        let of_operation = self.spent.operations.entry(expense.operation.to_owned()).or_default();
        *of_operation = of_operation.saturating_add(1);
        self.spent.cents = self.spent.cents.saturating_add(expense.cents);
        if let Some(pause) = MINUTE.checked_div(self.limits.requests_per_minute) {
            self.spent.not_before_ms = millis(now + pause);
        }
        self.keep()
    }

    fn within_limits(&self, expense: Expense, reserve: u32) -> Result<(), Stop> {
        let requests = self.spent.requests.saturating_add(1).saturating_add(reserve);
        let cents = self.spent.cents.saturating_add(expense.cents);
        let of_operation =
            self.spent.operations.get(expense.operation).copied().unwrap_or_default();
        if requests > self.limits.requests {
            Err(Stop::Requests(self.limits.requests))
        } else if of_operation >= self.limits.requests_per_operation {
            Err(Stop::Operation(expense.operation.to_owned(), self.limits.requests_per_operation))
        } else if cents > self.cents_max {
            Err(Stop::Money { cents, max: self.cents_max })
        } else {
            Ok(())
        }
    }

    fn keep(&self) -> Result<(), Stop> {
        let text = serde_json::to_vec(&self.spent).expect("a budget is JSON");
        replace(&self.file, &text).map_err(Stop::unwritten)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Replaces a file at once and for good, also if the machine stops in between.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_folder(path)
}

/// Syncs the folder of a file: without it, the name of a new file may be lost although its content
/// is on the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
