//! The folder in which live runs keep what must outlive them: budget, ledgers, kill switch.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::RunId;

/// The folder, locked: as long as it is open, no other run can use it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Locked as long as the folder is open.
    lock: File,
}

impl Folder {
    /// Opens the folder for one run; makes it if need be.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Folder> {
        let path = path.into();
        fs::create_dir_all(&path)?;
        let lock = File::create(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { path, lock }),
            Err(TryLockError::WouldBlock) => Err(io::Error::other(format!(
                "another run uses {}; wait for its end",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The budget of a host.
    pub fn budget(&self, host: &str) -> PathBuf {
        self.path.join(format!("budget-{}.json", host.replace([':', '/', '\\'], "_")))
    }

    /// The file that stops everything at once as soon as it exists.
    pub fn switch(&self) -> PathBuf {
        self.path.join("stop")
    }

    /// The ledger of a run.
    pub fn ledger(&self, run: &RunId) -> PathBuf {
        self.path.join(format!("{}.ledger", run.as_str()))
    }

    /// Every ledger that is there, in the order of their names.
    pub fn ledgers(&self) -> io::Result<Vec<PathBuf>> {
        let files = fs::read_dir(&self.path)?.map(|entry| Ok(entry?.path()));
        let is_ledger =
            |path: &Path| path.extension().is_some_and(|extension| extension == "ledger");
        let mut ledgers = files.collect::<io::Result<Vec<_>>>()?;
        ledgers.retain(|path| is_ledger(path));
        ledgers.sort();
        Ok(ledgers)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started right now may share the file for a
        // moment.
        let _ = self.lock.unlock();
    }
}
