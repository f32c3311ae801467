//! Measurements as functions of an id and the time: traffic, power, and sums of them. Knows no
//! other room.

pub(super) mod series;
pub(super) mod time_window;
pub(super) mod traffic_sums;
