//! A chart of the traffic of an uplink: incoming and outgoing bytes over time, and their figures.

use super::{
    axis::{RateAxis, Tick, grouped, with_prefix},
    canvas::{Align, Canvas, Colour, Point, Style},
};

/// What a chart shows.
pub(in crate::apis::i3d) struct Chart {
    pub title: String,
    pub subtitle: String,
    /// The length of a bucket.
    pub bucket_seconds: i64,
    /// The same in words, as in "Most bytes in an hour".
    pub bucket_name: &'static str,
    /// How many seconds were counted: fewer than those of all buckets if the service began within
    /// them, or if the last bucket is not over.
    pub counted_seconds: i64,
    /// The bytes that came in, bucket by bucket.
    pub incoming: Vec<i64>,
    /// The bytes that went out in the same buckets.
    pub outgoing: Vec<i64>,
    /// Marks at the axis of time, counted in buckets.
    pub times: Vec<Tick<f32>>,
    /// The time of a bucket, for the legend.
    pub time_of: Box<dyn Fn(usize) -> String>,
}

/// The size of the picture.
const WIDTH: f32 = 1000.0;
const HEIGHT: f32 = 436.0;
/// The field of the curves.
const LEFT: f32 = 72.0;
const RIGHT: f32 = 956.0;
const TOP: f32 = 92.0;
const BOTTOM: f32 = 322.0;
/// The legend: its base lines, where its names begin and where its columns end.
const HEAD: f32 = 372.0;
const ROW: f32 = 24.0;
const NAMES: f32 = 94.0;
const COLUMNS: [f32; 5] = [300.0, 440.0, 656.0, 806.0, RIGHT];

const INK: Colour = (33, 37, 41, 255);
const GREY: Colour = (98, 106, 116, 255);
const GRID: Colour = (229, 232, 236, 255);
const INCOMING: Colour = (28, 126, 214, 255);
const OUTGOING: Colour = (232, 89, 12, 255);

const TITLE: Style = Style { size: 19.0, bold: true, colour: INK };
const PLAIN: Style = Style { size: 13.0, bold: false, colour: INK };
const QUIET: Style = Style { colour: GREY, ..PLAIN };
const STRONG: Style = Style { bold: true, ..PLAIN };

/// One direction of the traffic.
struct Curve<'a> {
    name: &'static str,
    colour: Colour,
    bytes: &'a [i64],
}

impl Chart {
    /// The picture as PNG.
    pub(in crate::apis::i3d) fn png(&self) -> Vec<u8> {
        let curves = [
            Curve { name: "Incoming", colour: INCOMING, bytes: &self.incoming },
            Curve { name: "Outgoing", colour: OUTGOING, bytes: &self.outgoing },
        ];
        let peak = curves.iter().map(|curve| self.rate(curve.peak().1)).fold(0.0, f64::max);
        let axis = RateAxis::up_to(peak);
        let mut canvas = Canvas::new(WIDTH as u32, HEIGHT as u32);
        let width = RIGHT - LEFT;
        canvas.text((LEFT, 38.0), Align::Left, TITLE, &TITLE.fitting(&self.title, width));
        canvas.text((LEFT, 61.0), Align::Left, QUIET, &QUIET.fitting(&self.subtitle, width));
        self.draw_axes(&mut canvas, &axis);
        for (curve, opaque) in curves.iter().rev().zip([28, 72]) {
            self.draw_area(&mut canvas, &axis, curve, opaque);
        }
        for curve in &curves {
            self.draw_line(&mut canvas, &axis, curve);
        }
        canvas.rectangle((LEFT, BOTTOM), (width, 1.0), GREY);
        self.draw_legend(&mut canvas, &curves);
        canvas.png()
    }

    fn draw_axes(&self, canvas: &mut Canvas, axis: &RateAxis) {
        canvas.text((LEFT - 10.0, TOP - 14.0), Align::Right, QUIET, &axis.unit);
        for tick in &axis.ticks {
            let y = y_of(axis, tick.at).round();
            canvas.rectangle((LEFT, y), (RIGHT - LEFT, 1.0), GRID);
            canvas.text((LEFT - 10.0, y + 5.0), Align::Right, PLAIN, &tick.label);
        }
        for tick in &self.times {
            let x = self.x_of(tick.at).round();
            canvas.rectangle((x, TOP), (1.0, BOTTOM - TOP), GRID);
            canvas.rectangle((x, BOTTOM), (1.0, 6.0), GREY);
            canvas.text((x, BOTTOM + 22.0), Align::Centre, PLAIN, &tick.label);
        }
    }

    fn draw_area(&self, canvas: &mut Canvas, axis: &RateAxis, curve: &Curve, opaque: u8) {
        let (red, green, blue, _) = curve.colour;
        let ground = [(RIGHT, BOTTOM), (LEFT, BOTTOM)];
        canvas.area(self.steps(axis, curve).chain(ground), (red, green, blue, opaque));
    }

    /// The line, and a disc where it is highest.
    fn draw_line(&self, canvas: &mut Canvas, axis: &RateAxis, curve: &Curve) {
        canvas.line(self.steps(axis, curve), 1.6, curve.colour);
        let (at, bytes) = curve.peak();
        if bytes > 0 {
            let top = (self.x_of(at as f32 + 0.5), y_of(axis, self.rate(bytes)));
            canvas.disc(top, 5.5, (255, 255, 255, 255));
            canvas.disc(top, 4.0, curve.colour);
        }
    }

    fn draw_legend(&self, canvas: &mut Canvas, curves: &[Curve]) {
        let most = format!("Most bytes in {}", self.bucket_name);
        let heads = ["Peak", "Peak at", &most, "Average", "Total"];
        for (column, head) in COLUMNS.iter().zip(heads) {
            canvas.text((*column, HEAD), Align::Right, QUIET, head);
        }
        for (curve, base) in curves.iter().zip([HEAD + ROW, HEAD + 2.0 * ROW]) {
            canvas.rectangle((LEFT, base - 10.0), (12.0, 12.0), curve.colour);
            canvas.text((NAMES, base), Align::Left, STRONG, curve.name);
            for (index, (column, figure)) in COLUMNS.iter().zip(self.figures(curve)).enumerate() {
                let style = if index == 0 { STRONG } else { PLAIN };
                canvas.text((*column, base), Align::Right, style, &figure);
            }
        }
    }

    /// The figures of a curve in the legend, in the order of its columns.
    fn figures(&self, curve: &Curve) -> [String; 5] {
        let (at, bytes) = curve.peak();
        let total: i64 = curve.bytes.iter().sum();
        let average = total as f64 * 8.0 / self.counted_seconds.max(1) as f64;
        [
            with_prefix(self.rate(bytes), "bit/s"),
            if bytes > 0 { (self.time_of)(at) } else { "–".to_owned() },
            grouped(bytes),
            with_prefix(average, "bit/s"),
            with_prefix(total as f64, "B"),
        ]
    }

    /// The corners of a curve, which has a step for each bucket.
    fn steps(&self, axis: &RateAxis, curve: &Curve) -> impl Iterator<Item = Point> {
        curve.bytes.iter().enumerate().flat_map(|(index, bytes)| {
            let y = y_of(axis, self.rate(*bytes));
            [index, index + 1].map(|edge| (self.x_of(edge as f32), y))
        })
    }

    /// The average of a bucket with so many bytes, in bits a second.
    fn rate(&self, bytes: i64) -> f64 {
        bytes as f64 * 8.0 / self.bucket_seconds as f64
    }

    fn x_of(&self, bucket: f32) -> f32 {
        LEFT + (RIGHT - LEFT) * bucket / self.incoming.len().max(1) as f32
    }
}

impl Curve<'_> {
    /// The first of the highest buckets and its bytes.
    fn peak(&self) -> (usize, i64) {
        let first = |best: (usize, i64), it: (usize, i64)| if it.1 > best.1 { it } else { best };
        self.bytes.iter().copied().enumerate().fold((0, 0), first)
    }
}

fn y_of(axis: &RateAxis, rate: f64) -> f32 {
    BOTTOM - (BOTTOM - TOP) * (rate / axis.top) as f32
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn chart(incoming: Vec<i64>, outgoing: Vec<i64>) -> Chart {
        Chart {
            title: "Rotterdam production, rack NL-RTM1-A12".to_owned(),
            subtitle: "Uplink 70511, 20 November 2026 12:00 to 21 November 2026 12:00 UTC"
                .to_owned(),
            bucket_seconds: 300,
            bucket_name: "5 minutes",
            counted_seconds: 300 * incoming.len() as i64,
            times: vec![Tick { at: incoming.len() as f32 / 2.0, label: "00:00".to_owned() }],
            time_of: Box::new(|bucket| format!("bucket {bucket}")),
            incoming,
            outgoing,
        }
    }

    fn wave(count: i64, height: i64) -> Vec<i64> {
        (0..count).map(|at| height * (100 + at * 37 % 61) / 100).collect()
    }

    /// The colours of a picture, in the order of reading.
    fn drawn(chart: &Chart) -> Vec<u8> {
        let mut reader = png::Decoder::new(Cursor::new(chart.png())).read_info().unwrap();
        assert_eq!(reader.info().size(), (WIDTH as u32, HEIGHT as u32));
        let mut colours = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut colours).unwrap();
        colours
    }

    fn is(picture: &[u8], (x, y): Point, (red, green, blue, _): Colour) -> bool {
        let at = 3 * (y as usize * WIDTH as usize + x as usize);
        picture[at..at + 3] == [red, green, blue]
    }

    #[test]
    fn each_curve_is_coloured_where_it_is_highest() {
        let mut incoming = wave(30, 100_000_000);
        incoming[7] = 300_000_000;
        let chart = chart(incoming, wave(30, 530_000_000));
        let picture = drawn(&chart);
        let axis = RateAxis::up_to(chart.rate(*chart.outgoing.iter().max().unwrap()));
        for (bytes, colour) in [(&chart.incoming, INCOMING), (&chart.outgoing, OUTGOING)] {
            let highest = bytes.iter().max().unwrap();
            let at = bytes.iter().position(|it| it == highest).unwrap();
            let peak = (chart.x_of(at as f32 + 0.5), y_of(&axis, chart.rate(*highest)));
            assert!(is(&picture, peak, colour), "{colour:?} at bucket {at}");
            assert!(!is(&picture, (peak.0, peak.1 - 12.0), colour), "nothing is higher");
        }
    }

    #[test]
    fn a_picture_follows_from_its_series_alone() {
        let one = chart(wave(288, 100_000_000), wave(288, 530_000_000));
        assert_eq!(one.png(), one.png());
        let swapped = chart(one.outgoing.clone(), one.incoming.clone());
        assert_ne!(one.png(), swapped.png());
        let mut more = chart(one.incoming.clone(), one.outgoing.clone());
        more.incoming[144] += 100_000_000;
        assert_ne!(one.png(), more.png());
    }

    #[test]
    fn the_legend_tells_the_highest_bucket_in_bits_a_second_and_in_bytes() {
        let mut chart = chart(vec![0, 75_000_000, 30_000_000, 75_000_000], vec![0; 4]);
        (chart.bucket_seconds, chart.counted_seconds) = (60, 200);
        let figures = |name, bytes| chart.figures(&Curve { name, colour: INK, bytes });
        assert_eq!(
            figures("Incoming", &chart.incoming),
            ["10.0 Mbit/s", "bucket 1", "75,000,000", "7.20 Mbit/s", "180 MB"]
        );
        assert_eq!(figures("Outgoing", &chart.outgoing), ["0 bit/s", "–", "0", "0 bit/s", "0 B"]);
    }

    #[test]
    fn a_series_without_traffic_or_without_buckets_can_be_drawn() {
        for count in [0, 1, 365] {
            let picture = drawn(&chart(vec![0; count], vec![0; count]));
            assert!(!is(&picture, (LEFT + 40.0, BOTTOM - 40.0), OUTGOING));
        }
    }
}
