//! What the API tells on its own: triggers, callbacks, Slack, the newsletter.

mod callbacks;
mod newsletter;
mod slack;
mod triggers;
