//! The paths that an item names: in `use` trees, in code, and in the tokens of macros.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Attribute, ImplItemFn, Item, ItemUse, Macro, UseTree, Visibility,
    visit::{self, Visit},
};

/// A path as it is written.
#[derive(Debug)]
pub(super) struct WrittenPath {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    pub(super) kind: PathKind,
}

/// In which kind of code a path stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathKind {
    /// `use path as name`
    Import { name: String, scope: Scope },
    /// `use path::*`
    Glob { scope: Scope },
    /// In code.
    Code,
}

/// Where an item or import is visible. An import that is visible outside of its module is a
/// re-export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Module,
    Crate,
    Public,
}

impl Scope {
    /// Where an item of this visibility is visible.
    pub(super) fn of(visibility: &Visibility) -> Scope {
        match visibility {
            Visibility::Public(_) => Scope::Public,
            Visibility::Restricted(_) => Scope::Crate,
            _ => Scope::Module,
        }
    }
}

/// All paths below an item, but for those of tests.
pub(super) fn paths_of(item: &Item) -> Vec<WrittenPath> {
    let mut paths = Paths::default();
    paths.visit_item(item);
    paths.found
}

/// Whether an item is compiled for tests only.
pub(super) fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| {
        it.path().is_ident("cfg")
            && it.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

/// The attributes of an item.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

#[derive(Default)]
struct Paths {
    found: Vec<WrittenPath>,
}

impl Visit<'_> for Paths {
    fn visit_item(&mut self, item: &Item) {
        if !for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        if !for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.add_tree(&item.tree, &mut Vec::new(), Scope::of(&item.vis));
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let span = path.segments.first().map_or_else(Span::call_site, |it| it.ident.span());
        let segments = path.segments.iter().map(|it| it.ident.to_string()).collect();
        self.add(segments, span, PathKind::Code);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.visit_path(&item.path);
        self.add_tokens(item.tokens.clone());
    }
}

impl Paths {
    fn add(&mut self, segments: Vec<String>, span: Span, kind: PathKind) {
        self.found.push(WrittenPath { segments, line: span.start().line, kind });
    }

    fn add_tree(&mut self, tree: &UseTree, before: &mut Vec<String>, scope: Scope) {
        let path = |name: &syn::Ident| {
            let mut path = before.clone();
            if name != "self" || before.is_empty() {
                path.push(name.to_string());
            }
            path
        };
        match tree {
            UseTree::Path(it) => {
                before.push(it.ident.to_string());
                self.add_tree(&it.tree, before, scope);
                before.pop();
            }
            UseTree::Group(it) => {
                for tree in &it.items {
                    self.add_tree(tree, before, scope);
                }
            }
            UseTree::Name(it) => {
                let path = path(&it.ident);
                let name = path.last().cloned().unwrap_or_default();
                self.add(path, it.ident.span(), PathKind::Import { name, scope });
            }
            UseTree::Rename(it) => {
                let name = it.rename.to_string();
                self.add(path(&it.ident), it.ident.span(), PathKind::Import { name, scope });
            }
            UseTree::Glob(it) => {
                self.add(before.clone(), it.star_token.spans[0], PathKind::Glob { scope });
            }
        }
    }

    /// What stands in a macro is no syntax yet; a path is names with `::` between them.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut began = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end_path(&mut path, began);
                        began = name.span();
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(it) if it.as_char() == ':' => colons += 1,
                other => {
                    self.end_path(&mut path, began);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.end_path(&mut path, began);
    }

    fn end_path(&mut self, path: &mut Vec<String>, began: Span) {
        if !path.is_empty() {
            self.add(std::mem::take(path), began, PathKind::Code);
        }
    }
}
