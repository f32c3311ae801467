//! Turns the data of the demo world into JSON, so that nothing is parsed as YAML at run time.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=world");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    convert(Path::new("world"), Path::new(&out));
}

/// Writes every YAML file below `from` as JSON to the same place below `to`.
fn convert(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable OUT_DIR");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            convert(&path, &to);
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable file");
        let data: serde_json::Value = serde_saphyr::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        fs::write(to.with_extension("json"), data.to_string()).expect("a writable OUT_DIR");
    }
}
