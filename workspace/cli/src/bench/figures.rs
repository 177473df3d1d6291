//! What was measured, and what is asked of it.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};

use super::machine;

/// What is asked of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bar {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Bar {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bar) => value >= bar,
            Self::AtMost(bar) => value <= bar,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(bar) => format!("≥ {}", short(bar)),
            Self::AtMost(bar) => format!("≤ {}", short(bar)),
        }
    }
}

/// One figure of every run.
#[derive(Clone, Debug)]
struct Figure {
    name: &'static str,
    unit: &'static str,
    bar: Option<Bar>,
    values: Vec<f64>,
    loads: Vec<f64>,
}

/// All figures, in the order in which they were first told.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures(Vec<Figure>);

/// The columns of the table.
pub(super) const COLUMNS: [&str; 6] = ["measured", "median", "bar", "", "runs", "load average"];

impl Figures {
    /// Notes what one run gave, and how busy the machine is.
    pub(super) fn add(&mut self, name: &'static str, unit: &'static str, bar: Option<Bar>, value: f64) {
        let load = machine::load();
        match self.0.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => {
                figure.values.push(value);
                figure.loads.push(load);
            }
            None => self.0.push(Figure {
                name,
                unit,
                bar,
                values: vec![value],
                loads: vec![load],
            }),
        }
    }

    /// The rows of the table.
    pub(super) fn rows(&self) -> Vec<[String; 6]> {
        self.0.iter().map(Figure::row).collect()
    }

    /// The table for a terminal.
    pub(super) fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(COLUMNS);
        for row in self.rows() {
            table.add_row(row);
        }
        table.to_string()
    }
}

impl Figure {
    fn row(&self) -> [String; 6] {
        let middle = median(&self.values);
        let verdict = self
            .bar
            .map_or("", |bar| if bar.is_met(middle) { "met" } else { "not met" });
        let runs: Vec<String> = self.values.iter().map(|value| short(*value)).collect();
        [
            self.name.into(),
            format!("{} {}", short(middle), self.unit),
            self.bar.map(Bar::text).unwrap_or_default(),
            verdict.into(),
            runs.join(" · "),
            format!("{:.1}", median(&self.loads)),
        ]
    }
}

/// The middle of the values; the mean of the two in the middle when their number is even.
pub(super) fn median(values: &[f64]) -> f64 {
    (quantile(values, 0.5, f64::floor) + quantile(values, 0.5, f64::ceil)) / 2.0
}

/// The value below which a part of the values lies: the nearest one that was measured.
pub(super) fn percentile(values: &[f64], part: f64) -> f64 {
    quantile(values, part, f64::round)
}

fn quantile(values: &[f64], part: f64, whole: fn(f64) -> f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(whole(last as f64 * part) as usize)
        .copied()
        .unwrap_or_default()
}

/// A figure with as many digits as it is worth.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 3.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(percentile(&(0..=100).map(f64::from).collect::<Vec<_>>(), 0.99), 99.0);
    }

    #[test]
    fn a_row_says_whether_the_bar_is_met_by_the_median() {
        let mut figures = Figures::default();
        for value in [1.0, 5.0, 2.0] {
            figures.add("wait", "ms", Some(Bar::AtMost(2.0)), value);
            figures.add("rate", "a second", Some(Bar::AtLeast(3_000.0)), value);
        }

        let rows = figures.rows();

        assert_eq!(
            rows[0][..5],
            ["wait", "2.00 ms", "≤ 2.00", "met", "1.00 · 5.00 · 2.00"].map(str::to_owned)
        );
        assert_eq!(rows[1][2..4], ["≥ 3000", "not met"].map(str::to_owned));
    }
}
