//! Slack settings: the channels that the platform writes to.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use super::decimal_ids::number;
use crate::{
    apis::i3d::address_formats::web_addresses::is_web_address,
    engine::{
        Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getSlackSettings", list),
        write("createSlackSetting", create),
        read("getSlackSetting", get),
        write("updateSlackSetting", update),
        write("deleteSlackSetting", delete),
    ]
}

const SLACK_SETTINGS: Table<SlackSetting> = Table::new("slack_setting", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SLACK_SETTINGS.row_type()];

/// The id of a setting that is not stored yet.
const NEW: i64 = 0;

#[derive(Serialize, Deserialize)]
struct SlackSetting {
    id: String,
    #[serde(flatten)]
    given: NewSlackSetting,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewSlackSetting {
    name: String,
    web_hook_url: String,
    channel: String,
    user_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    slack_setting_id: String,
}

fn list(cx: &Context) -> Result<Rows> {
    SLACK_SETTINGS.page(cx, Page::ALL)
}

fn create(cx: &Context, Body(new): Body<NewSlackSetting>) -> Result<[SlackSetting; 1]> {
    let mut errors = errors(&new);
    if is_taken(cx, &new.name, NEW)? {
        errors.push(Violation::new("name", "is the name of another Slack setting"));
    }
    Problem::refuse(errors)?;
    let setting = SlackSetting { id: SLACK_SETTINGS.next_id(cx)?.to_string(), given: new };
    SLACK_SETTINGS.insert(cx, &setting)?;
    Ok([setting])
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Rows> {
    SLACK_SETTINGS.page_of(cx, number(&by.slack_setting_id)?)
}

fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<NewSlackSetting>,
) -> Result<[SlackSetting; 1]> {
    let id = number(&by.slack_setting_id)?;
    let setting = SLACK_SETTINGS.change(cx, id, |setting| {
        Problem::refuse(errors(&new))?;
        if is_taken(cx, &new.name, id)? {
            return Err(Problem::conflict(format!("There is another Slack setting {}", new.name)));
        }
        setting.given = new;
        Ok(())
    })?;
    Ok([setting])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    SLACK_SETTINGS.remove(cx, number(&by.slack_setting_id)?)
}

fn errors(new: &NewSlackSetting) -> Vec<Violation> {
    if is_web_address(&new.web_hook_url) {
        return Vec::new();
    }
    vec![Violation::new("webHookUrl", "must be an http or https URL")]
}

/// Whether another setting than `id` has the name.
fn is_taken(cx: &Context, name: &str, id: i64) -> Result<bool> {
    SLACK_SETTINGS.has_where(cx, "name = ? AND id <> ?", &[&name, &id])
}
