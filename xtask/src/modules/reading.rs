//! Reads the modules of a crate, file by file, from its root.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use anyhow::{Context, Result, bail};
use syn::Item;

use super::paths::{PathKind, Scope, WrittenPath, attributes, for_tests, paths_of};

/// A module as it is written, in a file of its own or inline.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) file: PathBuf,
    pub(super) text: Rc<str>,
    /// The path of the module whose file this is; another one for an inline module.
    pub(super) node: Vec<String>,
    pub(super) children: BTreeMap<String, Scope>,
    /// The items defined here, without modules and tests.
    pub(super) items: Vec<Item>,
    pub(super) paths: Vec<WrittenPath>,
}

/// Modules by path; the root has none.
pub(super) type Modules = BTreeMap<Vec<String>, Module>;

/// Reads the file `root` and every module that it declares.
pub(super) fn read(root: &Path) -> Result<Modules> {
    let mut modules = Modules::new();
    let folder = root.parent().context("a root stands in a folder")?.to_owned();
    read_file(&mut modules, Vec::new(), root.to_owned(), &folder)?;
    Ok(modules)
}

/// Reads a file as the module `path`, whose own modules stand in `folder`.
fn read_file(modules: &mut Modules, path: Vec<String>, file: PathBuf, folder: &Path) -> Result<()> {
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
    if for_tests(&parsed.attrs) {
        return Ok(());
    }
    let module = Module {
        file,
        text: text.into(),
        node: path.clone(),
        children: BTreeMap::new(),
        items: Vec::new(),
        paths: Vec::new(),
    };
    read_items(modules, module, parsed.items, path, folder)
}

/// Reads the items of `module`, which is still empty.
fn read_items(
    modules: &mut Modules,
    mut module: Module,
    items: Vec<Item>,
    path: Vec<String>,
    folder: &Path,
) -> Result<()> {
    for item in items.into_iter().filter(|it| !for_tests(attributes(it))) {
        let Item::Mod(declared) = item else {
            module.paths.extend(paths_of(&item));
            module.items.push(item);
            continue;
        };
        let name = declared.ident.to_string();
        let mut below = path.clone();
        below.push(name.clone());
        let folder_below = folder.join(&name);
        if let Some((_, items)) = declared.content {
            let inline = Module {
                file: module.file.clone(),
                text: Rc::clone(&module.text),
                node: module.node.clone(),
                children: BTreeMap::new(),
                items: Vec::new(),
                paths: Vec::new(),
            };
            read_items(modules, inline, items, below, &folder_below)?;
        } else {
            read_file(modules, below, file_of(folder, &name)?, &folder_below)?;
        }
        module.children.insert(name, Scope::of(&declared.vis));
    }
    modules.insert(path, module);
    Ok(())
}

fn file_of(folder: &Path, name: &str) -> Result<PathBuf> {
    let candidates = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
    for file in &candidates {
        if file.is_file() {
            return Ok(file.clone());
        }
    }
    bail!("there is neither {} nor {}", candidates[0].display(), candidates[1].display())
}

/// The name of an item, if it has one.
pub(super) fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(it) => &it.ident,
        Item::Enum(it) => &it.ident,
        Item::Fn(it) => &it.sig.ident,
        Item::Macro(it) => it.ident.as_ref()?,
        Item::Static(it) => &it.ident,
        Item::Struct(it) => &it.ident,
        Item::Trait(it) => &it.ident,
        Item::Type(it) => &it.ident,
        _ => return None,
    };
    Some(name.to_string())
}

impl Module {
    /// The item that is defined here under this name.
    pub(super) fn item(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|it| name_of(it).is_some_and(|is| is == name))
    }

    /// What `name` stands for by the imports of this module.
    pub(super) fn import(&self, name: &str) -> Option<(&WrittenPath, Scope)> {
        self.paths.iter().find_map(|it| match &it.kind {
            PathKind::Import { name: is, scope } if is == name => Some((it, *scope)),
            _ => None,
        })
    }
}
