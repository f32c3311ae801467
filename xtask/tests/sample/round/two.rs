//! Uses its neighbour in a macro.

pub(crate) struct Two;

impl Two {
    pub(crate) const NUMBER: usize = 2;

    fn text() -> String {
        format!("{}", super::one::number())
    }
}
