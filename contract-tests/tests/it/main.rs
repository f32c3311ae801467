//! What is tried over HTTP: scenarios of the emulated API, laws of all operations, the engine, and
//! the harness itself.

mod engine;
mod harness;
mod i3d;
mod laws;
mod warren;
