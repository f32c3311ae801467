//! A canvas of pixels, to draw paths and texts on. The fonts come with the program, so that the
//! same picture has the same bytes wherever it is drawn.

use std::sync::LazyLock;

use png::{ColorType, Compression, Encoder};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};
use ttf_parser::{Face, OutlineBuilder};

static REGULAR: LazyLock<Face<'static>> =
    LazyLock::new(|| font(include_bytes!("../../../../fonts/Inter-Regular.ttf")));
static SEMI_BOLD: LazyLock<Face<'static>> =
    LazyLock::new(|| font(include_bytes!("../../../../fonts/Inter-SemiBold.ttf")));

fn font(bytes: &'static [u8]) -> Face<'static> {
    Face::parse(bytes, 0).expect("the fonts ship with the program")
}

/// Red, green, blue and opacity.
pub(super) type Colour = (u8, u8, u8, u8);

/// A place on the canvas: from the left and from the top.
pub(super) type Point = (f32, f32);

/// The font of a text.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub size: f32,
    pub bold: bool,
    pub colour: Colour,
}

/// On which side of its point a text stands.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

impl Style {
    fn face(self) -> &'static Face<'static> {
        if self.bold { &SEMI_BOLD } else { &REGULAR }
    }

    fn scale(self) -> f32 {
        self.size / f32::from(self.face().units_per_em())
    }

    /// How wide `text` is.
    pub(super) fn width(self, text: &str) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum()
    }

    fn advance(self, letter: char) -> f32 {
        let glyph = self.face().glyph_index(letter).unwrap_or_default();
        f32::from(self.face().glyph_hor_advance(glyph).unwrap_or_default()) * self.scale()
    }

    /// `text`, or as much of its beginning as fits `width`.
    pub(super) fn fitting(self, text: &str, width: f32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut left = width - self.advance('…');
        let fits = |letter: &char| {
            left -= self.advance(*letter);
            left >= 0.0
        };
        text.chars().take_while(fits).chain(['…']).collect()
    }
}

/// A picture in the making.
pub(super) struct Canvas(Pixmap);

impl Canvas {
    /// A white canvas.
    pub(super) fn new(width: u32, height: u32) -> Canvas {
        let mut pixels = Pixmap::new(width, height).expect("a chart has a size");
        pixels.fill(Color::WHITE);
        Canvas(pixels)
    }

    pub(super) fn rectangle(&mut self, (x, y): Point, (width, height): (f32, f32), colour: Colour) {
        let rectangle = Rect::from_xywh(x, y, width, height).expect("a rectangle has a size");
        self.0.fill_rect(rectangle, &paint(colour), Transform::identity(), None);
    }

    pub(super) fn disc(&mut self, (x, y): Point, radius: f32, colour: Colour) {
        self.fill(PathBuilder::from_circle(x, y, radius), colour);
    }

    /// Fills what `points` enclose.
    pub(super) fn area(&mut self, points: impl IntoIterator<Item = Point>, colour: Colour) {
        self.fill(path(points), colour);
    }

    /// Draws a line through `points`.
    pub(super) fn line(
        &mut self,
        points: impl IntoIterator<Item = Point>,
        width: f32,
        colour: Colour,
    ) {
        let stroke = Stroke { width, ..Stroke::default() };
        if let Some(path) = path(points) {
            self.0.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
        }
    }

    /// Writes `text` on the base line through `(x, y)`.
    pub(super) fn text(&mut self, (x, y): Point, align: Align, style: Style, text: &str) {
        let share = match align {
            Align::Left => 0.0,
            Align::Centre => 0.5,
            Align::Right => 1.0,
        };
        let left = x - share * style.width(text);
        let mut outline = Outline { path: PathBuilder::new(), left, base: y, scale: style.scale() };
        for letter in text.chars() {
            style
                .face()
                .outline_glyph(style.face().glyph_index(letter).unwrap_or_default(), &mut outline);
            outline.left += style.advance(letter);
        }
        self.fill(outline.path.finish(), style.colour);
    }

    /// The picture as PNG. It is opaque, so the pixels are the colours themselves.
    pub(super) fn png(self) -> Vec<u8> {
        let mut colours = Vec::with_capacity(self.0.data().len() / 4 * 3);
        self.0.data().chunks_exact(4).for_each(|pixel| colours.extend_from_slice(&pixel[..3]));
        let mut picture = Vec::new();
        let mut encoder = Encoder::new(&mut picture, self.0.width(), self.0.height());
        encoder.set_color(ColorType::Rgb);
        encoder.set_compression(Compression::Fast);
        let mut writer = encoder.write_header().expect("memory takes what is written to it");
        writer.write_image_data(&colours).expect("there are as many colours as the header says");
        writer.finish().expect("memory takes what is written to it");
        picture
    }

    fn fill(&mut self, path: Option<Path>, colour: Colour) {
        // An empty text, for example, has no path.
        if let Some(path) = path {
            self.0.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }
}

fn paint((red, green, blue, alpha): Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, alpha);
    paint
}

fn path(points: impl IntoIterator<Item = Point>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y) in points {
        if path.is_empty() {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    path.finish()
}

/// Collects the outlines of a text. The y axis of a font points up, that of a picture down.
struct Outline {
    path: PathBuilder,
    left: f32,
    base: f32,
    scale: f32,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> Point {
        (self.left + x * self.scale, self.base - y * self.scale)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { size: 12.0, bold: false, colour: (0, 0, 0, 255) };

    #[test]
    fn a_text_that_is_too_wide_ends_in_dots() {
        assert_eq!(STYLE.fitting("Rack A12", 400.0), "Rack A12");
        let cut = STYLE.fitting(&"Lighthouse ".repeat(40), 100.0);
        assert!(cut.starts_with("Lighthouse") && cut.ends_with('…'), "{cut}");
        assert!(STYLE.width(&cut) <= 100.0);
    }

    #[test]
    fn every_text_can_be_written() {
        let mut canvas = Canvas::new(60, 20);
        for text in ["", " ", "Zürich", "東京"] {
            canvas.text((5.0, 15.0), Align::Left, STYLE, text);
        }
        assert!(canvas.png().starts_with(b"\x89PNG"));
    }
}
