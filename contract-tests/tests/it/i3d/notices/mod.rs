//! What the API tells on its own: triggers, callbacks, Slack, the newsletter.

mod callback_settings;
mod newsletter;
mod slack_settings;
mod triggers;
