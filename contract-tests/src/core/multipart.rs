//! Multipart forms as they go over the wire (RFC 7578).

/// One part, as it stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WirePart {
    /// Its headers.
    pub head: String,
    /// Its content.
    pub content: Vec<u8>,
}

impl WirePart {
    /// A field with a text.
    pub fn text(name: &str, text: &str) -> WirePart {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        WirePart { head, content: text.into() }
    }

    /// The name of the field.
    pub fn name(&self) -> Option<&str> {
        self.quoted_after(" name=\"")
    }

    /// The name of the file, where the part is one.
    pub fn file_name(&self) -> Option<&str> {
        self.quoted_after(" filename=\"")
    }

    /// Its media type, where it says one.
    pub fn media(&self) -> Option<&str> {
        let (_, media) = self.head.split_once("Content-Type: ")?;
        Some(media.lines().next().unwrap_or_default())
    }

    fn quoted_after(&self, key: &str) -> Option<&str> {
        self.head.split_once(key)?.1.split_once('"').map(|(value, _)| value)
    }
}

/// What stands between the parts of a body of this media type; `None` for another type.
pub fn boundary(media: &str) -> Option<&str> {
    let parameters = media.strip_prefix("multipart/form-data")?;
    let (_, boundary) = parameters.split_once("boundary=")?;
    Some(boundary.split(';').next().unwrap_or_default().trim().trim_matches('"'))
}

/// The parts of a body; `None` where it is no whole form.
pub fn read(boundary: &str, body: &[u8]) -> Option<Vec<WirePart>> {
    let body = [b"\r\n", body].concat();
    let delimiter = format!("\r\n--{boundary}");
    let mut pieces = split(&body, delimiter.as_bytes()).into_iter();
    let (before, end) = (pieces.next()?, pieces.next_back()?);
    let part = |piece: &[u8]| {
        let piece = piece.strip_prefix(b"\r\n")?;
        let at = find(piece, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&piece[..at]).into_owned();
        Some(WirePart { head, content: piece[at + 4..].to_vec() })
    };
    let is_whole = before.is_empty() && end.trim_ascii() == b"--";
    pieces.map(part).collect::<Option<Vec<_>>>().filter(|_| is_whole)
}

/// The body of these parts.
pub fn write(boundary: &str, parts: &[WirePart]) -> Vec<u8> {
    let mut body = Vec::new();
    for WirePart { head, content } in parts {
        body.extend(format!("--{boundary}\r\n{head}\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    body
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

fn split<'a>(mut bytes: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = find(bytes, delimiter) {
        pieces.push(&bytes[..at]);
        bytes = &bytes[at + delimiter.len()..];
    }
    pieces.push(bytes);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_were_written() {
        let file = WirePart {
            head: "Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\
                   Content-Type: image/png"
                .to_owned(),
            content: vec![0, b'\r', b'\n', 255],
        };
        let parts = vec![WirePart::text("title", "this --b is no end"), file];
        let body = write("b", &parts);
        assert_eq!(read("b", &body), Some(parts.clone()));
        let told =
            |it: &WirePart| [it.name(), it.file_name(), it.media()].map(|it| it.map(str::to_owned));
        assert_eq!(told(&parts[1]), ["file", "a.bin", "image/png"].map(|it| Some(it.to_owned())));
        assert_eq!(told(&parts[0]), [Some("title".to_owned()), None, None]);
        assert_eq!(read("b", &body[..body.len() - 6]), None, "a form that breaks off is none");
        assert_eq!(boundary("multipart/form-data; boundary=\"b\""), Some("b"));
        assert_eq!(boundary("application/json"), None);
    }
}
