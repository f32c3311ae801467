//! PDF documents of texts, in two fonts that every viewer has, and rectangles, on pages of A4.
//!
//! Distances are points, from the left and from the bottom of the page.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

pub(in crate::apis::i3d) const WIDTH: f32 = 595.0;
pub(in crate::apis::i3d) const HEIGHT: f32 = 842.0;

/// Red, green and blue.
pub(in crate::apis::i3d) type Color = [f32; 3];

/// A font that every viewer has, so that it is no part of the file.
#[derive(Debug, Clone, Copy)]
pub(in crate::apis::i3d) enum Font {
    Regular,
    Bold,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(in crate::apis::i3d) struct Style {
    pub font: Font,
    pub size: f32,
    pub color: Color,
}

/// A page in the making.
pub(in crate::apis::i3d) struct Page(Content);

/// How wide the characters from the space to the tilde are, in thousandths of the size, as Adobe
/// published it.
const REGULAR_WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD_WIDTHS: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// The width of every other character, which is the most common one.
const OTHER_WIDTH: u16 = 556;

impl Font {
    fn name(self) -> Name<'static> {
        match self {
            Font::Regular => Name(b"Regular"),
            Font::Bold => Name(b"Bold"),
        }
    }

    fn width_of(self, letter: char) -> f32 {
        let widths = match self {
            Font::Regular => &REGULAR_WIDTHS,
            Font::Bold => &BOLD_WIDTHS,
        };
        let at = (letter as usize).checked_sub(' ' as usize);
        at.and_then(|at| widths.get(at)).copied().unwrap_or(OTHER_WIDTH).into()
    }
}

impl Style {
    /// How long `text` is in one line.
    pub(super) fn width_of(self, text: &str) -> f32 {
        text.chars().map(|letter| self.font.width_of(letter)).sum::<f32>() * self.size / 1000.0
    }

    /// `text` in lines of this width; a longer word has a line of its own that is wider.
    pub(in crate::apis::i3d) fn lines(self, text: &str, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line)
                    if self.width_of(line) + self.width_of(" ") + self.width_of(word) <= width =>
                {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

impl Page {
    pub(in crate::apis::i3d) fn new() -> Page {
        Page(Content::new())
    }

    /// Writes `text` from `x` to the right.
    pub(in crate::apis::i3d) fn text(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let [red, green, blue] = style.color;
        self.0.begin_text();
        self.0.set_fill_rgb(red, green, blue);
        self.0.set_font(style.font.name(), style.size);
        self.0.next_line(x, y);
        self.0.show(Str(&encoded(text)));
        self.0.end_text();
    }

    /// Writes `text` so that it ends at `x`.
    pub(in crate::apis::i3d) fn text_to(&mut self, x: f32, y: f32, style: Style, text: &str) {
        self.text(x - style.width_of(text), y, style, text);
    }

    /// Fills a rectangle, of which `x` and `y` are the lower left corner.
    pub(in crate::apis::i3d) fn fill(
        &mut self,
        [x, y, width, height]: [f32; 4],
        [red, green, blue]: Color,
    ) {
        self.0.set_fill_rgb(red, green, blue);
        self.0.rect(x, y, width, height);
        self.0.fill_nonzero();
    }
}

/// The file.
pub(in crate::apis::i3d) fn write(title: &str, pages: Vec<Page>) -> Vec<u8> {
    let mut numbers = (1..).map(Ref::new);
    let mut next = move || numbers.next().expect("numbers do not end");
    let [catalog, tree, info, regular, bold] = [next(), next(), next(), next(), next()];
    let mut pdf = Pdf::new();
    pdf.catalog(catalog)
        .pages(tree)
        .lang(TextStr("en"))
        .viewer_preferences()
        .display_doc_title(true);
    pdf.document_info(info).title(TextStr(title));
    for (id, name) in [(regular, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(id).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let mut kids = Vec::new();
    for Page(content) in pages {
        let (id, stream) = (next(), next());
        let mut page = pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(stream);
        page.resources().fonts().pair(Font::Regular.name(), regular).pair(Font::Bold.name(), bold);
        page.finish();
        pdf.stream(stream, &content.finish());
        kids.push(id);
    }
    let count = i32::try_from(kids.len()).expect("pages can be counted");
    pdf.pages(tree).kids(kids).count(count);
    pdf.finish()
}

/// The bytes of `text` in the encoding of the fonts; what they lack becomes a question mark.
fn encoded(text: &str) -> Vec<u8> {
    let byte = |letter: char| match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => letter as u8,
        '€' => 0x80,
        '–' => 0x96,
        '—' => 0x97,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '…' => 0x85,
        'Š' => 0x8a,
        'š' => 0x9a,
        'Ž' => 0x8e,
        'ž' => 0x9e,
        'Œ' => 0x8c,
        'œ' => 0x9c,
        'Ÿ' => 0x9f,
        _ => b'?',
    };
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { font: Font::Regular, size: 10.0, color: [0.0; 3] };

    #[test]
    fn lines_are_no_longer_than_allowed_unless_a_word_is() {
        let text =
            "Dell PowerEdge R6515, Rotterdam: a-name-that-is-longer-than-the-line-allows here";
        let lines = STYLE.lines(text, 100.0);
        assert_eq!(lines.join(" "), text);
        let long: Vec<&String> = lines.iter().filter(|line| STYLE.width_of(line) > 100.0).collect();
        assert_eq!(long, ["a-name-that-is-longer-than-the-line-allows"]);
        assert_eq!(STYLE.lines(" ", 100.0), [""; 0]);
    }

    #[test]
    fn digits_are_of_one_width() {
        assert_eq!(STYLE.width_of("0123456789"), 10.0 * STYLE.width_of("5"));
        assert!(STYLE.width_of("WWW") > STYLE.width_of("iii"));
    }

    #[test]
    fn what_the_fonts_lack_becomes_a_question_mark() {
        assert_eq!(encoded("€ 1 – Zoë"), b"\x80 1 \x96 Zo\xeb");
        assert_eq!(encoded("Łódź\n"), b"?\xf3d??");
    }
}
