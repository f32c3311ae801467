//! Safety against a live API, tried on a second local server that plays the live host.

mod command;
mod comparing;
mod crash;
mod guard;
mod host;
mod patience;
mod slow;
mod tls;
