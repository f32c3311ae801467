//! What holds of every operation and of all that the demo world shows, whatever it is.

mod foreign_ids;
mod listed;
mod lists;
mod references;
mod refusals;
mod worlds;
