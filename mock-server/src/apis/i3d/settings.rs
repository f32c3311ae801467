//! How the provider behaves, as the flags of the program say.

/// The settings of the provider.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The key of the first customer.
    pub(crate) api_key: String,
    /// How long a server takes to be delivered, in seconds.
    pub(crate) delivery_seconds: u32,
}
