//! Joins the YAML files of each API into one OpenAPI document, so that nothing is parsed as YAML at
//! run time.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

/// The file of each API that holds what its groups share.
const ROOT: &str = "openapi.yaml";

fn main() {
    println!("cargo::rerun-if-changed=.");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for entry in fs::read_dir(".").expect("a readable crate") {
        let folder = entry.expect("a readable entry").path();
        if folder.join(ROOT).is_file() {
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            fs::write(out.join(format!("{name}.json")), join(&folder).to_string())
                .expect("a writable OUT_DIR");
        }
    }
}

/// The root file, with the tags, paths and schemas of every group added.
fn join(folder: &Path) -> Value {
    let mut document = read(&folder.join(ROOT));
    let (mut tags, mut paths) = (Vec::new(), Map::new());
    let mut groups: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "yaml") && !path.ends_with(ROOT))
        .collect();
    groups.sort();
    for file in groups {
        let mut group = read(&file);
        let at = file.display();
        tags.append(
            group["tags"].as_array_mut().unwrap_or_else(|| panic!("{at}: `tags` is a list")),
        );
        only(&group, &["tags", "paths", "components"], &at);
        only(&group["components"], &["schemas"], &at);
        merge(&mut paths, group["paths"].take(), &at);
        let schemas = document["components"]["schemas"].as_object_mut().expect("shared schemas");
        merge(schemas, group["components"]["schemas"].take(), &at);
    }
    let anywhere = document["x-parameters-anywhere"] == true;
    for operation in paths.values_mut().flat_map(operations) {
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/Refused" });
        if anywhere && operation["x-parameters-anywhere"] != false {
            operation.pointer_mut("/requestBody/content").into_iter().for_each(offer_both);
        }
    }
    document["tags"] = tags.into();
    document["paths"] = paths.into();
    document
}

/// Where forms and JSON are read as one, a body that is written as the one is also the other.
fn offer_both(content: &mut Value) {
    let Some(content) = content.as_object_mut() else { return };
    let both = ["application/json", "application/x-www-form-urlencoded"];
    let Some(body) = both.iter().find_map(|media| content.get(*media)).cloned() else { return };
    for media in both {
        content.entry(media).or_insert_with(|| body.clone());
    }
}

fn operations(path_item: &mut Value) -> impl Iterator<Item = &mut Value> {
    let members = path_item.as_object_mut().expect("a path item is an object").iter_mut();
    members.filter(|(key, _)| *key != "parameters").map(|(_, operation)| operation)
}

fn merge(into: &mut Map<String, Value>, from: Value, at: &impl std::fmt::Display) {
    let Value::Object(from) = from else { return };
    for (key, value) in from {
        assert!(into.insert(key.clone(), value).is_none(), "{at}: {key} is defined twice");
    }
}

/// A group has these members and no others: a misspelt one would be lost in the join.
fn only(object: &Value, members: &[&str], at: &impl std::fmt::Display) {
    let found = object.as_object().into_iter().flatten();
    let odd: Vec<&String> =
        found.map(|(key, _)| key).filter(|key| !members.contains(&key.as_str())).collect();
    assert!(odd.is_empty(), "{at}: a group has no {odd:?}");
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).expect("a readable file");
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
