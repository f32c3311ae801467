//! Turns the data of the demo world into JSON, so that nothing is parsed as YAML at run time.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=world");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    for api in fs::read_dir("world").expect("a readable crate") {
        let api = api.expect("a readable entry").path();
        let folder = Path::new(&out).join(api.file_name().expect("a name"));
        fs::create_dir_all(&folder).expect("a writable OUT_DIR");
        for file in fs::read_dir(&api).expect("a readable folder") {
            let file = file.expect("a readable entry").path();
            let text = fs::read_to_string(&file).expect("a readable file");
            let data: serde_json::Value = serde_saphyr::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let json = folder.join(file.with_extension("json").file_name().expect("a name"));
            fs::write(json, data.to_string()).expect("a writable OUT_DIR");
        }
    }
}
