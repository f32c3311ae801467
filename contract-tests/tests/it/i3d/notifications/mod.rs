//! What the API tells on its own: triggers, callbacks, Slack.

mod callback_settings;
mod slack_settings;
mod triggers;
