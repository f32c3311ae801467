//! What the meters of the data centers show: pure functions of a resource's id and of the time.
//!
//! Nothing is stored. A meter follows a weekly profile, disturbed by noise that never exceeds the
//! lowest rate of the profile, so it never falls; its reading costs the same at any time, and what
//! went through in a span is the difference of two readings, so spans that meet add up. All of it
//! is integers, which are the same everywhere.

use std::ops::Range;

/// How often meters are read, in seconds.
pub(in crate::apis::i3d) const STEP_SECONDS: i64 = 300;
/// The last second that a clock shows. Meters stand still after it, and before 1970.
const LATEST: i64 = 253_402_300_799;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const WEEK_HOURS: usize = 7 * 24;

/// Bytes that went through an uplink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::apis::i3d) struct Traffic {
    pub(in crate::apis::i3d) ingress: i64,
    pub(in crate::apis::i3d) egress: i64,
}

impl std::ops::Add for Traffic {
    type Output = Traffic;

    fn add(self, other: Traffic) -> Traffic {
        Traffic { ingress: self.ingress + other.ingress, egress: self.egress + other.egress }
    }
}

impl std::iter::Sum for Traffic {
    fn sum<I: Iterator<Item = Traffic>>(all: I) -> Traffic {
        all.fold(Traffic { ingress: 0, egress: 0 }, std::ops::Add::add)
    }
}

/// The traffic of an uplink from one time up to another, both in unix seconds: 4 to 24 MB/s out on
/// average, and 0.7 to 3 MB/s in.
pub(in crate::apis::i3d) fn traffic(uplink: i64, from: i64, to: i64) -> Traffic {
    let through = |meter: Meter| meter.reading(to) - meter.reading(from);
    let meter = |what, least, spread| Meter::new(uplink, what, least, spread, &TRAFFIC);
    Traffic {
        ingress: through(meter(Quantity::Ingress, 700_000, 2_300_000)),
        egress: through(meter(Quantity::Egress, 4_000_000, 20_000_000)),
    }
}

/// The energy in joules that a conduit of a power distribution unit delivered from one time up to
/// another: 250 to 700 W on average.
pub(in crate::apis::i3d) fn energy(pdu: i64, conduit: usize, from: i64, to: i64) -> i64 {
    let meter = Meter::new(pdu, Quantity::Energy(conduit), 250, 450, &POWER);
    meter.reading(to) - meter.reading(from)
}

/// The voltage at a power distribution unit in tenths of a volt.
pub(in crate::apis::i3d) fn decivolts(pdu: i64, at: i64) -> i64 {
    2_270 + random(pdu, Quantity::Voltage, at.div_euclid(STEP_SECONDS)).rem_euclid(60)
}

/// The power factor of a power distribution unit in percent.
pub(in crate::apis::i3d) fn power_factor(pdu: i64) -> i64 {
    93 + random(pdu, Quantity::PowerFactor, 0).rem_euclid(6)
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
enum Quantity {
    Ingress,
    Egress,
    Voltage,
    PowerFactor,
    Energy(usize),
}

impl Quantity {
    fn number(self) -> u64 {
        match self {
            Quantity::Ingress => 0,
            Quantity::Egress => 1,
            Quantity::Voltage => 2,
            Quantity::PowerFactor => 3,
            Quantity::Energy(conduit) => 4 + conduit as u64,
        }
    }
}

/// A counter that only rises.
struct Meter {
    seed: u64,
    /// Units a second, on average.
    rate: i64,
    profile: &'static Profile,
}

impl Meter {
    fn new(id: i64, what: Quantity, least: i64, spread: i64, profile: &'static Profile) -> Meter {
        let seed = seed(id, what);
        Meter { seed, rate: least + (hash(seed, 0) % spread as u64) as i64, profile }
    }

    /// Units since 1970.
    fn reading(&self, at: i64) -> i64 {
        let at = at.clamp(0, LATEST);
        let weight =
            self.profile.sum(at) + NOISE.iter().map(|period| self.noise(*period, at)).sum::<i128>();
        let units = i128::from(self.rate) * weight / (DENOMINATOR * self.profile.mean());
        i64::try_from(units).expect("no rate is so high that it overflows by the year 9999")
    }

    /// The part of the reading that is noise: from zero to what `NOISE_WEIGHT` gives in one period.
    fn noise(&self, period: i64, at: i64) -> i128 {
        let (knot, past) = (at / period, at % period);
        let height = |knot: i64| {
            // Each period of the noise has random numbers of its own.
            let drawn =
                hash(self.seed ^ period as u64, knot as u64 + 1) % (NOISE_WEIGHT * period) as u64;
            i128::from(drawn)
        };
        let between =
            height(knot) * i128::from(period - past) + height(knot + 1) * i128::from(past);
        between * DENOMINATOR / i128::from(period)
    }
}

/// The periods of the noise: readings, hours and days each differ from what the profile says.
const NOISE: [i64; 3] = [STEP_SECONDS, HOUR, DAY];
/// By how much the noise of one period may lower the weight of a second. All together stay below
/// the lowest weight.
const NOISE_WEIGHT: i64 = 8;
/// Weights are summed in fractions of a second with this denominator, which all periods divide.
const DENOMINATOR: i128 = 2 * DAY as i128;

/// How the rate changes over a week: a weight for the beginning of each hour, and straight lines
/// between them.
struct Profile {
    /// By hour, from Thursday, as the week of 1970-01-01 begins.
    weights: [i64; WEEK_HOURS],
    /// Twice the sum of the weights by the second, before each hour.
    sums: [i64; WEEK_HOURS + 1],
}

impl Profile {
    /// The weight of an hour is that of the hour of the day and of the day of the week, both in
    /// percent.
    const fn new(day: [i64; 24], week: [i64; 7]) -> Profile {
        let mut weights = [0; WEEK_HOURS];
        let mut hour = 0;
        while hour < WEEK_HOURS {
            weights[hour] = day[hour % 24] * week[hour / 24] / 100;
            assert!(
                weights[hour] > NOISE.len() as i64 * NOISE_WEIGHT,
                "the noise may not exceed the weight"
            );
            hour += 1;
        }
        let mut sums = [0; WEEK_HOURS + 1];
        hour = 0;
        while hour < WEEK_HOURS {
            sums[hour + 1] = sums[hour] + (weights[hour] + weights[(hour + 1) % WEEK_HOURS]) * HOUR;
            hour += 1;
        }
        Profile { weights, sums }
    }

    /// The weights of all seconds since 1970.
    fn sum(&self, at: i64) -> i128 {
        let (hours, past) = (at / HOUR, at % HOUR);
        let (weeks, hour) = (hours / WEEK_HOURS as i64, (hours % WEEK_HOURS as i64) as usize);
        let (from, to) = (self.weights[hour], self.weights[(hour + 1) % WEEK_HOURS]);
        let whole =
            i128::from(weeks) * i128::from(self.sums[WEEK_HOURS]) + i128::from(self.sums[hour]);
        let begun = i128::from(2 * from * past * HOUR + (to - from) * past * past);
        whole * (DENOMINATOR / 2) + begun * (DENOMINATOR / 2) / i128::from(HOUR)
    }

    fn mean(&self) -> i128 {
        i128::from(self.sums[WEEK_HOURS] / (2 * HOUR * WEEK_HOURS as i64))
    }
}

/// People play and watch in the evening, and more so at the weekend.
static TRAFFIC: Profile = Profile::new(
    [
        62, 50, 42, 38, 36, 38, 44, 54, 66, 76, 84, 90, 96, 100, 106, 114, 124, 138, 156, 170, 176,
        164, 128, 88,
    ],
    [96, 104, 118, 116, 92, 90, 92],
);

/// Machines draw most of their power also when they have little to do.
static POWER: Profile = Profile::new(
    [
        92, 90, 88, 87, 86, 86, 88, 91, 95, 98, 101, 103, 104, 105, 106, 107, 108, 110, 112, 114,
        114, 111, 105, 97,
    ],
    [100, 101, 104, 104, 98, 97, 98],
);

/// The bandwidth in Mbit that 5 percent of the steps within `span` exceed: in, out, and both
/// together.
pub(super) fn percentile_95(uplinks: &[i64], span: Range<i64>) -> [i64; 3] {
    let steps = ((span.start + STEP_SECONDS - 1).div_euclid(STEP_SECONDS) + 1)
        ..=span.end.div_euclid(STEP_SECONDS);
    let samples: Vec<Traffic> = steps
        .map(|step| {
            uplinks
                .iter()
                .map(|uplink| traffic(*uplink, (step - 1) * STEP_SECONDS, step * STEP_SECONDS))
                .sum()
        })
        .collect();
    let direction = |bytes: fn(&Traffic) -> i64| {
        let mut bytes: Vec<i64> = samples.iter().map(bytes).collect();
        let Some(rank) = (bytes.len() * 95).div_ceil(100).checked_sub(1) else { return 0 };
        let (_, sample, _) = bytes.select_nth_unstable(rank);
        *sample * 8 / STEP_SECONDS / 1_000_000
    };
    [direction(|it| it.ingress), direction(|it| it.egress), direction(|it| it.ingress + it.egress)]
}

fn random(id: i64, what: Quantity, knot: i64) -> i64 {
    hash(seed(id, what), knot as u64) as i64
}

fn seed(id: i64, what: Quantity) -> u64 {
    hash(id as u64, what.number())
}

/// Mixes two numbers; the finalizer is that of SplitMix64.
fn hash(a: u64, b: u64) -> u64 {
    let mut mixed = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31)
        ^ b.wrapping_mul(0xd1b5_4a32_d192_ed03);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The beginning of 2026, a Thursday.
    const NOW: i64 = 1_767_225_600;

    fn times() -> impl Strategy<Value = i64> {
        prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            any::<i64>(),
            -10..LATEST + 10,
            NOW - 10_000..NOW + 10_000
        ]
    }

    proptest! {
        #[test]
        fn spans_that_meet_add_up(id: i64, mut times in prop::array::uniform3(times())) {
            times.sort_unstable();
            let [a, b, c] = times;
            prop_assert_eq!(traffic(id, a, b) + traffic(id, b, c), traffic(id, a, c));
            prop_assert_eq!(energy(id, 1, a, b) + energy(id, 1, b, c), energy(id, 1, a, c));
        }

        #[test]
        fn no_meter_falls(id: i64, at in times(), seconds in 0..2 * DAY) {
            let Traffic { ingress, egress } = traffic(id, at, at.saturating_add(seconds));
            prop_assert!(ingress >= 0 && egress >= 0);
            prop_assert!(energy(id, 0, at, at.saturating_add(seconds)) >= 0);
        }

        #[test]
        fn what_flows_is_near_the_average(id: i64, week in 0..5_000_i64) {
            let from = week * 7 * DAY;
            let average = energy(id, 0, from, from + 7 * DAY) / (7 * DAY);
            prop_assert!((200..=750).contains(&average), "{} W", average);
        }
    }

    #[test]
    fn every_step_has_its_own_traffic_and_evenings_have_the_most() {
        let hour = |at: i64| traffic(70_511, NOW + at * HOUR, NOW + (at + 1) * HOUR).egress;
        let day: Vec<i64> = (0..24).map(hour).collect();
        let busiest = (0..24).max_by_key(|at| day[*at]).unwrap();
        assert!((18..=21).contains(&busiest), "{day:?}");
        let mut distinct = day.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 24);
    }

    #[test]
    fn five_percent_of_the_samples_lie_above_the_95th_percentile() {
        let span = NOW..NOW + 10 * DAY;
        let [ingress, egress, both] = percentile_95(&[70_511], span.clone());
        let above = (span.start / STEP_SECONDS..span.end / STEP_SECONDS).filter(|step| {
            traffic(70_511, step * STEP_SECONDS, (step + 1) * STEP_SECONDS).egress * 8
                / STEP_SECONDS
                / 1_000_000
                > egress
        });
        let above = above.count();
        assert!((120..=144).contains(&above), "{above} of 2880");
        assert!(0 < ingress && ingress < egress && egress < both && both <= ingress + egress + 1);
        assert_eq!(percentile_95(&[70_511], NOW..NOW), [0; 3]);
    }

    /// The bytes are part of what a seed repeats, on every platform.
    #[test]
    fn the_series_stay_as_they_are() {
        assert_eq!(
            traffic(70_511, NOW, NOW + DAY),
            Traffic { ingress: 70_201_794_260, egress: 486_433_319_938 }
        );
        assert_eq!(energy(9_101, 0, NOW, NOW + DAY), 28_115_301);
        assert_eq!((decivolts(9_101, NOW), power_factor(9_101)), (2_289, 93));
    }
}
