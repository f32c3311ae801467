//! What the harness does: explore, replay, record, compare.

mod comparison;
mod explore;
mod faults;
mod fixture_commands;
mod kept_worlds;
mod recording;
mod replaying;
