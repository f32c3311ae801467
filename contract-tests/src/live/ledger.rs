//! What a run made and has to remove: an append-only file that is on the disk before anything is
//! made.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::budget::sync_folder;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// Which resource it is about, counted from 1; 0 for the run as a whole.
    n: usize,
    /// Unix seconds.
    at: u64,
    #[serde(flatten)]
    event: Event,
}

/// What happened, or is about to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins.
    Begun(Header),
    /// Something is about to be made.
    Intent {
        /// The operation that makes it.
        operation: String,
        /// Its name.
        name: String,
    },
    /// It is about to be renamed, and may have either name from now on.
    Renaming {
        /// The name.
        name: String,
    },
    /// It exists and has this id.
    Made {
        /// The id.
        id: String,
    },
    /// It was not made.
    Refused {
        /// The status that said so.
        status: u16,
    },
    /// No list has its name.
    Absent,
    /// The server says that it is removed.
    Removed {
        /// The id.
        id: String,
    },
    /// It was looked at, and it is gone.
    Cleaned {
        /// The id.
        id: String,
    },
    /// Nothing of the run is left.
    Closed,
}

/// Who made what a ledger is about, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The run.
    pub run: RunId,
    /// The name of the profile.
    pub api: String,
    /// The base URL.
    pub base: String,
}

/// The id of a run, which is part of the name of everything that it makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// The id is a few lower-case letters and digits.
    pub fn new(name: impl Into<String>) -> RunId {
        RunId(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The prefix of the names of everything that the run makes.
    pub fn prefix(&self) -> String {
        format!("ct-{}-", self.0)
    }
}

/// How far the removal of a resource has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It exists.
    Live,
    /// The server says that it is removed.
    Removed,
    /// It is gone.
    Cleaned,
}

/// Something that was made, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub n: usize,
    /// The operation that makes it.
    pub operation: String,
    /// Every name that it may have.
    pub names: Vec<String>,
    /// Every id that it is known to have had. There is more than one where the id changes with the
    /// name, or where a server made two of one request.
    pub ids: BTreeMap<String, Stage>,
    /// When it was about to be made, since 1970.
    pub at: Duration,
    /// Whether it is known not to exist under any other id.
    settled: bool,
}

impl Entry {
    /// Whether something of it may still have to be removed.
    pub fn is_open(&self) -> bool {
        !self.is_found() || self.ids.values().any(|stage| *stage != Stage::Cleaned)
    }

    /// Whether it is known what became of the request that was to make it.
    pub fn is_found(&self) -> bool {
        self.settled || !self.ids.is_empty()
    }

    /// Whether it exists as far as is known.
    pub fn is_live(&self) -> bool {
        !self.is_found() || self.ids.values().any(|stage| *stage == Stage::Live)
    }
}

/// The file, and what it says.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    /// How long it is.
    length: u64,
    /// Who made it all, and where.
    pub header: Header,
    /// What was made, in this order.
    pub entries: Vec<Entry>,
    /// Whether nothing is left.
    pub closed: bool,
}

impl Ledger {
    /// Begins a ledger.
    pub fn begin(path: &Path, header: Header, now: Duration) -> io::Result<Ledger> {
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        let mut ledger =
            Ledger { file, length: 0, header: header.clone(), entries: Vec::new(), closed: false };
        ledger.note(0, Event::Begun(header), now)?;
        sync_folder(path)?;
        Ok(ledger)
    }

    /// Opens a ledger to go on with it. A last line that a crash cut short is dropped; if that is
    /// the first line, nothing was made and there is no ledger.
    pub fn open(path: &Path) -> io::Result<Option<Ledger>> {
        let text = fs::read(path)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole == 0 {
            return Ok(None);
        }
        let wrong = |number: usize, error: &dyn std::fmt::Display| {
            io::Error::other(format!("{}:{number}: {error}", path.display()))
        };
        let lines = text[..whole].split_inclusive(|byte| *byte == b'\n');
        let mut lines = (1..).zip(lines).map(|(number, line)| {
            serde_json::from_slice::<Line>(line).map_err(|error| wrong(number, &error))
        });
        let Some(Line { event: Event::Begun(header), .. }) = lines.next().transpose()? else {
            return Err(wrong(1, &"this is no ledger of a run"));
        };
        let file = OpenOptions::new().append(true).open(path)?;
        file.set_len(whole as u64)?;
        let mut ledger =
            Ledger { file, length: whole as u64, header, entries: Vec::new(), closed: false };
        for line in lines {
            ledger.apply(line?);
        }
        Ok(Some(ledger))
    }

    /// Writes down that something is about to be made; it is the last entry from now on.
    pub fn intend(&mut self, operation: &str, name: &str, now: Duration) -> io::Result<()> {
        let (operation, name) = (operation.to_owned(), name.to_owned());
        self.note(self.entries.len() + 1, Event::Intent { operation, name }, now)
    }

    /// Writes down what happened, or is about to; it is on the disk when this returns.
    pub fn note(&mut self, n: usize, event: Event, now: Duration) -> io::Result<()> {
        let line = Line { n, at: now.as_secs(), event };
        let mut text = serde_json::to_vec(&line).expect("a line is JSON");
        text.push(b'\n');
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Half a line would spoil the one after it.
            self.file.set_len(self.length)?;
            return written;
        }
        self.length += text.len() as u64;
        self.apply(line);
        Ok(())
    }

    /// The entry of this number.
    pub fn entry(&self, n: usize) -> Option<&Entry> {
        self.entries.get(n.checked_sub(1)?)
    }

    fn apply(&mut self, Line { n, at, event }: Line) {
        if let Event::Intent { operation, name } = event {
            let (names, ids, at) = (vec![name], BTreeMap::new(), Duration::from_secs(at));
            self.entries.push(Entry { n, operation, names, ids, at, settled: false });
            return;
        }
        self.closed = event == Event::Closed;
        let Some(entry) = n.checked_sub(1).and_then(|index| self.entries.get_mut(index)) else {
            return;
        };
        match event {
            Event::Renaming { name } => entry.names.push(name),
            Event::Made { id } => drop(entry.ids.insert(id, Stage::Live)),
            Event::Refused { .. } | Event::Absent => entry.settled = true,
            Event::Removed { id } => drop(entry.ids.insert(id, Stage::Removed)),
            Event::Cleaned { id } => drop(entry.ids.insert(id, Stage::Cleaned)),
            Event::Begun(_) | Event::Intent { .. } | Event::Closed => {}
        }
    }
}
