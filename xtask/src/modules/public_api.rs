//! The public API of a crate: all public items that can be reached from its root.

use std::{collections::BTreeSet, path::Path};

use anyhow::Result;
use syn::{Fields, ImplItem, Item, Type, Visibility, spanned::Spanned};

use super::{
    paths::{PathKind, Scope},
    reading::{Module, Modules, name_of, read},
    resolving::{Target, resolve},
};

/// The public items of the crate `name` that begins in the file `root`, a line for each, sorted.
/// Implementations of traits are not listed.
pub fn public_api(name: &str, root: &Path) -> Result<Vec<String>> {
    let modules = read(root)?;
    let mut api = PublicApi { modules: &modules, lines: BTreeSet::new() };
    api.add_module(&[], name);
    Ok(api.lines.into_iter().collect())
}

struct PublicApi<'a> {
    modules: &'a Modules,
    lines: BTreeSet<String>,
}

impl PublicApi<'_> {
    fn add_module(&mut self, path: &[String], public: &str) {
        let module = &self.modules[path];
        for item in &module.items {
            if is_public(item)
                && let Some(name) = name_of(item)
            {
                self.add_item(path, &name, &format!("{public}::{name}"));
            }
        }
        for (child, scope) in &module.children {
            if *scope == Scope::Public {
                let below = [path, std::slice::from_ref(child)].concat();
                self.add_module(&below, &format!("{public}::{child}"));
            }
        }
        for written in &module.paths {
            match &written.kind {
                PathKind::Import { name, scope: Scope::Public } => {
                    let public = format!("{public}::{name}");
                    match resolve(self.modules, path, &written.segments, 0) {
                        Some(Target::Module(it)) => self.add_module(&it, &public),
                        Some(Target::Item(it, name)) => self.add_item(&it, &name, &public),
                        None => {
                            let from = written.segments.join("::");
                            self.lines.insert(format!("{public}: use {from}"));
                        }
                    }
                }
                PathKind::Glob { scope: Scope::Public } => {
                    let from = resolve(self.modules, path, &written.segments, 0);
                    if let Some(Target::Module(from)) = from {
                        self.add_module(&from, public);
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds the item `name` of the module `path`, whose public path is `public`.
    fn add_item(&mut self, path: &[String], name: &str, public: &str) {
        let module = &self.modules[path];
        let Some(item) = module.item(name) else { return };
        match item {
            Item::Fn(it) => self.add(public, text(module, &it.sig)),
            Item::Const(it) => self.add(public, format!("const {}", text(module, &it.ty))),
            Item::Static(it) => self.add(public, format!("static {}", text(module, &it.ty))),
            Item::Type(it) => self.add(public, format!("type {}", text(module, &it.ty))),
            Item::Macro(_) => self.add(public, "macro".to_owned()),
            Item::Trait(it) => {
                self.add(public, "trait".to_owned());
                for item in &it.items {
                    if let syn::TraitItem::Fn(function) = item {
                        let public = format!("{public}::{}", function.sig.ident);
                        self.add(&public, text(module, &function.sig));
                    }
                }
            }
            Item::Enum(it) => {
                self.add(public, format!("enum{}", text(module, &it.generics)));
                for variant in &it.variants {
                    let fields = text(module, &variant.fields);
                    self.add(&format!("{public}::{}", variant.ident), format!("variant {fields}"));
                }
            }
            Item::Struct(it) => {
                self.add(public, format!("struct{}", text(module, &it.generics)));
                self.add_fields(module, &it.fields, public);
            }
            _ => {}
        }
        self.add_methods(&Target::Item(path.to_vec(), name.to_owned()), public);
    }

    fn add_fields(&mut self, module: &Module, fields: &Fields, public: &str) {
        for (index, field) in fields.iter().enumerate() {
            if matches!(field.vis, Visibility::Public(_)) {
                let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                self.add(&format!("{public}.{name}"), text(module, &field.ty));
            }
        }
    }

    /// Adds the methods of a type, from all modules.
    fn add_methods(&mut self, of: &Target, public: &str) {
        for (path, module) in self.modules {
            for item in &module.items {
                let Item::Impl(block) = item else { continue };
                let Type::Path(of_block) = &*block.self_ty else { continue };
                let segments: Vec<String> =
                    of_block.path.segments.iter().map(|it| it.ident.to_string()).collect();
                if block.trait_.is_some()
                    || resolve(self.modules, path, &segments, 0).as_ref() != Some(of)
                {
                    continue;
                }
                for item in &block.items {
                    if let ImplItem::Fn(function) = item
                        && matches!(function.vis, Visibility::Public(_))
                    {
                        let public = format!("{public}::{}", function.sig.ident);
                        self.add(&public, text(module, &function.sig));
                    }
                }
            }
        }
    }

    fn add(&mut self, public: &str, what: String) {
        self.lines.insert(format!("{public}: {}", what.trim()));
    }
}

fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(it) => &it.vis,
        Item::Enum(it) => &it.vis,
        Item::Fn(it) => &it.vis,
        Item::Macro(it) => return it.attrs.iter().any(|it| it.path().is_ident("macro_export")),
        Item::Static(it) => &it.vis,
        Item::Struct(it) => &it.vis,
        Item::Trait(it) => &it.vis,
        Item::Type(it) => &it.vis,
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

/// The text of a piece of source, on one line.
fn text(module: &Module, piece: &impl Spanned) -> String {
    let text = module.text.get(piece.span().byte_range()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(", )", ")").replace("( ", "(")
}
