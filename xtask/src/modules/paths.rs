//! The paths that an item names: in `use` trees, in code, and in the tokens of macros.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Attribute, ImplItemFn, Item, ItemUse, Macro, UseTree, Visibility,
    visit::{self, Visit},
};

/// A path as it is written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    pub(super) kind: Kind,
}

/// Where a path stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `use path as name`
    Import { name: String, seen: Seen },
    /// `use path::*`
    Glob { seen: Seen },
    /// In code.
    Code,
}

/// Who sees an import. What others see is a re-export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Here,
    InCrate,
    Everywhere,
}

impl Seen {
    /// Who sees an item.
    pub(super) fn by(visibility: &Visibility) -> Seen {
        match visibility {
            Visibility::Public(_) => Seen::Everywhere,
            Visibility::Restricted(_) => Seen::InCrate,
            _ => Seen::Here,
        }
    }
}

/// All paths below an item, but for those of tests.
pub(super) fn paths_of(item: &Item) -> Vec<Written> {
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
    found: Vec<Written>,
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
        self.add_tree(&item.tree, &mut Vec::new(), Seen::by(&item.vis));
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let span = path.segments.first().map_or_else(Span::call_site, |it| it.ident.span());
        let segments = path.segments.iter().map(|it| it.ident.to_string()).collect();
        self.add(segments, span, Kind::Code);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.visit_path(&item.path);
        self.add_tokens(item.tokens.clone());
    }
}

impl Paths {
    fn add(&mut self, segments: Vec<String>, span: Span, kind: Kind) {
        self.found.push(Written { segments, line: span.start().line, kind });
    }

    fn add_tree(&mut self, tree: &UseTree, before: &mut Vec<String>, seen: Seen) {
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
                self.add_tree(&it.tree, before, seen);
                before.pop();
            }
            UseTree::Group(it) => {
                for tree in &it.items {
                    self.add_tree(tree, before, seen);
                }
            }
            UseTree::Name(it) => {
                let path = path(&it.ident);
                let name = path.last().cloned().unwrap_or_default();
                self.add(path, it.ident.span(), Kind::Import { name, seen });
            }
            UseTree::Rename(it) => {
                let name = it.rename.to_string();
                self.add(path(&it.ident), it.ident.span(), Kind::Import { name, seen });
            }
            UseTree::Glob(it) => {
                self.add(before.clone(), it.star_token.spans[0], Kind::Glob { seen });
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
            self.add(std::mem::take(path), began, Kind::Code);
        }
    }
}
