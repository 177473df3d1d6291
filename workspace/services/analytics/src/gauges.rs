//! The report as metrics.

use metrics::gauge;

use crate::{Report, report::Times};

/// Sets the gauges to the figures of `report`; what has no value yet is not set.
pub(crate) fn set(report: &Report) {
    gauge!("shop_analytics_orders_placed").set(report.placed as f64);
    gauge!("shop_analytics_sagas", "outcome" => "COMPLETED").set(report.completed as f64);
    gauge!("shop_analytics_sagas", "outcome" => "COMPENSATED").set(report.compensated as f64);
    if let Some(share) = report.payment_success_share {
        gauge!("shop_analytics_payment_success_ratio").set(share);
    }
    if let Some(rate) = report.compensation_rate {
        gauge!("shop_analytics_compensation_ratio").set(rate);
    }
    if let Some(Times { p50, p95, .. }) = report.fulfilment {
        gauge!("shop_analytics_fulfilment_seconds", "quantile" => "0.5").set(p50.as_secs_f64());
        gauge!("shop_analytics_fulfilment_seconds", "quantile" => "0.95").set(p95.as_secs_f64());
    }
    for stage in &report.stages {
        let Some(Times { p50, p95, .. }) = stage.times else {
            continue;
        };
        let gauge = |quantile: &'static str| gauge!("shop_analytics_stage_seconds", "step" => stage.step.clone(), "quantile" => quantile);
        gauge("0.5").set(p50.as_secs_f64());
        gauge("0.95").set(p95.as_secs_f64());
    }
}
