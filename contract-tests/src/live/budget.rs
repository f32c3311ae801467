//! How much may still be done. Everything is debited before it is done, and the file is on the disk by then, so that a
//! crash spends what was being spent.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Limits, Stop};

const DAY_SECONDS: u64 = 24 * 60 * 60;

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
    /// How many requests must be left after it, to remove what exists by then; `None` for the removal itself.
    pub reserve: Option<u32>,
}

impl Budget {
    /// The budget that `file` keeps; a new one where there is no file.
    pub fn open(file: PathBuf, limits: Limits, cents_max: u64) -> io::Result<Budget> {
        let spent = match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| io::Error::other(format!("{} is no budget: {error}", file.display())))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Spent::default(),
            Err(error) => return Err(error),
        };
        Ok(Budget { file, limits, cents_max, spent })
    }

    /// The time before which nothing may be sent.
    pub fn not_before(&self) -> Duration {
        Duration::from_millis(self.spent.not_before_ms)
    }

    /// Sends nothing before `time`.
    pub fn wait_until(&mut self, time: Duration) -> Result<(), Stop> {
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.spent.not_before_ms = self.spent.not_before_ms.max(ms);
        self.keep()
    }

    /// Takes what an expense costs out of the budget, or says which limit is reached. It is kept when this returns.
    pub fn debit(&mut self, expense: Expense, now: Duration) -> Result<(), Stop> {
        let day = now.as_secs() / DAY_SECONDS;
        if day != self.spent.day {
            self.spent = Spent { day, not_before_ms: self.spent.not_before_ms, ..Spent::default() };
        }
        if let Some(reserve) = expense.reserve {
            self.within_limits(expense, reserve)?;
        }
        self.spent.requests = self.spent.requests.saturating_add(1);
        *self.spent.operations.entry(expense.operation.to_owned()).or_default() += 1;
        self.spent.cents += expense.cents;
        if let Some(pause_ms) = 60_000_u64.checked_div(self.limits.requests_per_minute.into()) {
            let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
            self.spent.not_before_ms = self.spent.not_before_ms.max(now_ms.saturating_add(pause_ms));
        }
        self.keep()
    }

    fn within_limits(&self, expense: Expense, reserve: u32) -> Result<(), Stop> {
        let Spent { requests, cents, .. } = self.spent;
        let of_operation = self.spent.operations.get(expense.operation).copied().unwrap_or_default();
        if requests.saturating_add(1).saturating_add(reserve) > self.limits.requests {
            Err(Stop::Requests(self.limits.requests))
        } else if of_operation >= self.limits.requests_per_operation {
            Err(Stop::Operation(expense.operation.to_owned(), self.limits.requests_per_operation))
        } else if cents + expense.cents > self.cents_max {
            Err(Stop::Money { cents: cents + expense.cents, max: self.cents_max })
        } else {
            Ok(())
        }
    }

    fn keep(&self) -> Result<(), Stop> {
        let text = serde_json::to_vec(&self.spent).expect("a budget is JSON");
        replace(&self.file, &text).map_err(|error| Stop::Records(error.to_string()))
    }
}

/// Replaces a file at once and for good, also if the machine stops in between.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)
}
