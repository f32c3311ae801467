//! JSON as people read it, with one place marked.

use maud::{Markup, PreEscaped, html};
use openapi::json_pointer;
use serde_json::Value;

/// A list with more items is shown in part.
const ITEMS_MAX: usize = 8;
/// So many items of it are always shown.
const ITEMS_FIRST: usize = 3;
/// A longer text is cut.
const TEXT_MAX: usize = 2_000;

/// A value over several lines. What stands at `pointer` is marked; where nothing stands, it is
/// said.
pub fn markup(value: &Value, pointer: Option<&str>) -> Markup {
    let path = pointer.map(|pointer| json_pointer::names(pointer).collect::<Vec<_>>());
    let mut text = String::new();
    write(&mut text, value, path.as_deref(), 0);
    PreEscaped(text)
}

/// Writes a value; `path` leads from it to the marked place, where that is inside of it.
fn write(text: &mut String, value: &Value, path: Option<&[String]>, depth: usize) {
    if path.is_some_and(<[String]>::is_empty) {
        *text += "<mark>";
        write(text, value, None, depth);
        *text += "</mark>";
        return;
    }
    let missing = path.filter(|path| path.len() == 1 && child(value, &path[0]).is_none());
    let missing = missing.map(|path| html! { mark.missing { (path[0]) " is missing" } });
    match value {
        Value::Array(items) if !items.is_empty() || missing.is_some() => {
            let lines = array(items, path, depth).chain(missing);
            block(text, ['[', ']'], lines, depth);
        }
        Value::Object(members) if !members.is_empty() || missing.is_some() => {
            let member = |(name, member): (&String, &Value)| {
                let mut line = html! { span.k { (Value::from(name.as_str())) } ": " }.into_string();
                write(&mut line, member, inside(path, name), depth + 1);
                PreEscaped(line)
            };
            block(text, ['{', '}'], members.iter().map(member).chain(missing), depth);
        }
        other => *text += &scalar(other).into_string(),
    }
}

/// The items of a list: the first, the one on the path, and how many there are between and after
/// them.
fn array(items: &[Value], path: Option<&[String]>, depth: usize) -> impl Iterator<Item = Markup> {
    let marked = path.and_then(|path| path.first()?.parse::<usize>().ok());
    let shown = |index: usize| {
        items.len() <= ITEMS_MAX
            || index < ITEMS_FIRST
            || marked.is_some_and(|it| it.abs_diff(index) == 0)
    };
    let mut lines: Vec<Markup> = Vec::new();
    let mut hidden = 0;
    for (index, item) in items.iter().enumerate() {
        if !shown(index) {
            hidden += 1;
            continue;
        }
        lines.extend(omitted(hidden));
        hidden = 0;
        let mut line = String::new();
        write(&mut line, item, inside(path, &index.to_string()), depth + 1);
        lines.push(PreEscaped(line));
    }
    lines.extend(omitted(hidden));
    lines.into_iter()
}

fn omitted(items: usize) -> Option<Markup> {
    (items > 0).then(|| html! { span.dim { "… " (items) " more" } })
}

fn block(text: &mut String, ends: [char; 2], lines: impl Iterator<Item = Markup>, depth: usize) {
    text.push(ends[0]);
    for (index, line) in lines.enumerate() {
        *text += if index > 0 { ",\n" } else { "\n" };
        *text += &"  ".repeat(depth + 1);
        *text += &line.0;
    }
    text.push('\n');
    *text += &"  ".repeat(depth);
    text.push(ends[1]);
}

fn scalar(value: &Value) -> Markup {
    match value {
        Value::String(string) => {
            let end = string.char_indices().nth(TEXT_MAX).map_or(string.len(), |(end, _)| end);
            html! {
                span.s { (Value::from(&string[..end])) }
                @if end < string.len() { span.dim { " … cut here" } }
            }
        }
        other => html! { span.n { (other) } },
    }
}

fn child<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        Value::Object(members) => members.get(name),
        _ => None,
    }
}

/// The rest of the path, where it leads through the child of this name.
fn inside<'a>(path: Option<&'a [String]>, name: &str) -> Option<&'a [String]> {
    path.and_then(|path| path.split_first())
        .filter(|(first, _)| *first == name)
        .map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_place_is_marked_and_everything_is_escaped() {
        let value = json!([{ "a/b": "<i>" }, { "name": null }]);
        let shown = markup(&value, Some("/0/a~1b")).into_string();
        assert!(
            shown.contains(r#"<mark><span class="s">&quot;&lt;i&gt;&quot;</span></mark>"#),
            "{shown}"
        );
        let shown = markup(&value, Some("/1/id")).into_string();
        assert!(shown.contains(r#"<mark class="missing">id is missing</mark>"#), "{shown}");
        assert!(!shown.contains("<i>"), "{shown}");
    }

    #[test]
    fn a_long_list_shows_its_beginning_and_the_place() {
        let value: Value = (0..30).collect();
        let shown = markup(&value, Some("/20")).into_string();
        assert_eq!(shown.matches("class=\"n\"").count(), ITEMS_FIRST + 1);
        assert!(shown.contains("<mark><span class=\"n\">20</span></mark>"), "{shown}");
        assert!(shown.contains("… 17 more") && shown.contains("… 9 more"), "{shown}");
    }
}
