//! Orders at 70 % of what it can do, for many minutes: whether anything grows.

use std::time::Duration;

use super::{
    arguments::Arguments,
    figures::{Figures, median, short},
    ground::Stage,
    open_loop::{OpenLoop, Window},
    throughput,
};

/// The part of its capacity that is asked for.
const PART: f64 = 0.7;
/// The first part of the time does not count: caches and connections fill up.
const SETTLES: f64 = 0.2;
const WINDOW: Duration = Duration::from_secs(10);
/// A line is told after so many windows.
const WINDOWS_A_LINE: usize = 6;
const SECONDS_OF_AN_HOUR: f64 = 3_600.0;

/// A figure, its growth, its unit, and where it stands.
type Measure = (&'static str, &'static str, &'static str, fn(&Window) -> f64);

/// Measures once, whatever number of runs is asked for.
pub(super) fn measure(stage: &mut Stage<'_>, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let rate = throughput::capacity(stage, arguments, "soak")? * PART;
    println!(
        "soak: {} orders a second for {} minutes",
        short(rate),
        arguments.minutes
    );
    let mut orders = OpenLoop::new(stage, "k")?;
    let mut windows = Vec::new();
    while windows.len() < (arguments.minutes * 6) as usize {
        let window = orders.window(rate, WINDOW)?;
        if windows.len() % WINDOWS_A_LINE == 0 {
            tell(&window);
        }
        windows.push(window);
    }
    orders.drain()?;
    figures.add("soak: orders, all ended once", "", None, orders.placed() as f64);
    figures.add("soak: rate", "sagas/s", None, rate);
    let counted = &windows[(windows.len() as f64 * SETTLES) as usize..];
    let measures: [Measure; 5] = [
        ("soak: p50", "soak: p50, growth an hour", "ms", |window| window.p50),
        ("soak: p99", "soak: p99, growth an hour", "ms", |window| window.p99),
        ("soak: memory", "soak: memory, growth an hour", "MiB", |window| {
            window.memory_mib
        }),
        ("soak: open files", "soak: open files, growth an hour", "", |window| {
            window.files
        }),
        (
            "soak: stores on the disk",
            "soak: stores on the disk, growth an hour",
            "MiB",
            |window| window.store_mib,
        ),
    ];
    for (name, growth, unit, of) in measures {
        let values: Vec<f64> = counted.iter().map(of).collect();
        figures.add(name, unit, None, median(&values));
        let points: Vec<(f64, f64)> = counted
            .iter()
            .map(|window| (window.at.as_secs_f64(), of(window)))
            .collect();
        figures.add(growth, unit, None, slope(&points) * SECONDS_OF_AN_HOUR);
    }
    Ok(())
}

fn tell(window: &Window) {
    println!(
        "  {:>5} s: {} sagas/s, {} open, p50 {} ms, p99 {} ms, {} MiB, {} files, stores {} MiB",
        window.at.as_secs(),
        short(window.rate),
        window.open,
        short(window.p50),
        short(window.p99),
        short(window.memory_mib),
        window.files,
        short(window.store_mib),
    );
}

/// The slope of the straight line that fits the points best (least squares).
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let above: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let below: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if below > 0.0 { above / below } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::slope;

    #[test]
    fn the_slope_of_a_line_is_found_between_points_beside_it() {
        let points = [(0.0, 1.0), (1.0, 4.0), (2.0, 4.0), (3.0, 7.0)];
        assert!((slope(&points) - 1.8).abs() < 1e-9);
        assert_eq!(slope(&[(1.0, 5.0)]), 0.0);
        assert_eq!(slope(&[]), 0.0);
    }
}
