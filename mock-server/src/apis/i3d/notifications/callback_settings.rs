//! Callbacks: addresses of the customer that the platform calls when something happens.

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::address_formats::web_addresses::is_web_address,
    engine::{
        Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getCallbacks", list),
        write("createCallback", create),
        read("getCallback", get),
        write("updateCallback", update),
        write("deleteCallback", delete),
    ]
}

const CALLBACK_SETTINGS: Table<CallbackSetting> = Table::new("callback_setting", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[CALLBACK_SETTINGS.row_type()];

#[derive(Serialize, Deserialize)]
struct CallbackSetting {
    id: i64,
    #[serde(flatten)]
    given: NewCallbackSetting,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewCallbackSetting {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    callback_setting_id: i64,
}

fn list(cx: &Context) -> Result<Rows> {
    CALLBACK_SETTINGS.page(cx, Page::ALL)
}

fn create(cx: &Context, Body(new): Body<NewCallbackSetting>) -> Result<[CallbackSetting; 1]> {
    let callback = CallbackSetting { given: checked(new)?, id: CALLBACK_SETTINGS.next_id(cx)? };
    CALLBACK_SETTINGS.insert(cx, &callback)?;
    Ok([callback])
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Rows> {
    CALLBACK_SETTINGS.page_of(cx, by.callback_setting_id)
}

fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<NewCallbackSetting>,
) -> Result<[CallbackSetting; 1]> {
    let callback = CALLBACK_SETTINGS.change(cx, by.callback_setting_id, |callback| {
        callback.given = checked(new)?;
        Ok(())
    })?;
    Ok([callback])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    CALLBACK_SETTINGS.remove(cx, by.callback_setting_id)
}

fn checked(new: NewCallbackSetting) -> Result<NewCallbackSetting> {
    if is_web_address(&new.url) {
        return Ok(new);
    }
    Err(Problem::invalid("url", "must be an http or https URL"))
}
