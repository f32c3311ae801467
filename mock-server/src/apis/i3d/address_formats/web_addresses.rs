//! Web addresses that customers give, for the platform to fetch or to call.

use http::Uri;

/// Whether `text` is an address of the web: http or https, with a host.
pub(in crate::apis::i3d) fn is_web_address(text: &str) -> bool {
    let url = text.parse::<Uri>();
    url.is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_web_has_a_scheme_and_a_host() {
        assert!(is_web_address("https://example.org/custom-ipxe.cfg"));
        assert!(is_web_address("http://192.0.2.7:8080/boot"));
        for url in ["ftp://example.org/a", "example.org/a", "/a", "https://", "javascript:alert(1)"]
        {
            assert!(!is_web_address(url), "{url}");
        }
    }
}
