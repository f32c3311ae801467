//! Does nothing: without a build script, cargo ignores the build dependencies, which share one set
//! of features with other packages.

fn main() {}
