//! How the provider behaves, as the flags of the program say.

/// The settings of the provider.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The brand of who shows neither a token nor the host of a brand, and of the empty account.
    pub(crate) brand: String,
    /// Whether the writes of virtual machines take as long as they really do.
    pub(crate) vm_latency: bool,
    /// Whether a `+` in a query or a form stays what it is, as it was seen at a sister brand.
    pub(crate) literal_plus: bool,
}
