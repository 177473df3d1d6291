//! What a process needs of the world and cannot reach at present: told once when it begins, then once a minute, and when it
//! is over; shown as a metric and for readiness.
//!
//! It decides nothing: whoever needs something waits for it in a way of its own.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// How often it is told again that something is away: often enough to be found in a log, seldom enough not to fill it.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Something that a process needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Kafka's brokers.
    Broker,
    /// The schema registry.
    Registry,
    /// Room on the disk.
    Disk,
}

impl Need {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Broker, Self::Registry, Self::Disk];

    /// The name, as metrics and log lines have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Registry => "registry",
            Self::Disk => "disk",
        }
    }

    fn show(self, is_away: bool) {
        metrics::gauge!("palinode_away", "what" => self.as_str()).set(f64::from(u8::from(is_away)));
    }
}

/// What is away at present. Clones share it.
#[derive(Clone, Debug)]
pub struct Outages {
    away: Arc<Mutex<BTreeMap<Need, Outage>>>,
}

#[derive(Debug)]
struct Outage {
    since: Instant,
    told_at: Instant,
    words: String,
}

impl Default for Outages {
    /// Everything is there.
    fn default() -> Self {
        Need::ALL.into_iter().for_each(|need| need.show(false));
        Self { away: Arc::default() }
    }
}

impl Outages {
    /// `need` is away; `words` say what, where, why, and what to do about it.
    pub fn begin(&self, need: Need, words: impl Into<String>) {
        let (words, now) = (words.into(), Instant::now());
        let mut away = self.away.lock();
        if let Some(outage) = away.get_mut(&need) {
            outage.words = words;
            if now.duration_since(outage.told_at) >= TOLD_EVERY {
                outage.told_at = now;
                let seconds = outage.since.elapsed().as_secs();
                tracing::warn!(what = need.as_str(), seconds, "still: {}", outage.words);
            }
            return;
        }
        tracing::warn!(what = need.as_str(), "{words}");
        let outage = Outage {
            since: now,
            told_at: now,
            words,
        };
        away.insert(need, outage);
        need.show(true);
    }

    /// `need` is there.
    pub fn end(&self, need: Need) {
        if let Some(outage) = self.away.lock().remove(&need) {
            need.show(false);
            let seconds = outage.since.elapsed().as_secs_f64();
            tracing::info!(
                what = need.as_str(),
                seconds,
                "it is there again, and everything goes on"
            );
        }
    }

    /// Whether `need` is away.
    pub fn is_away(&self, need: Need) -> bool {
        self.away.lock().contains_key(&need)
    }

    /// A line for people about `need`, while it is away.
    pub fn line(&self, need: Need) -> Option<String> {
        let away = self.away.lock();
        let outage = away.get(&need)?;
        let seconds = outage.since.elapsed().as_secs();
        Some(format!("{}: for {seconds} s: {}", need.as_str(), outage.words))
    }

    /// A line for people about each need that is away.
    pub fn lines(&self) -> Vec<String> {
        Need::ALL.into_iter().filter_map(|need| self.line(need)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_away_is_told_with_its_latest_words_until_it_is_back() {
        let outages = Outages::default();
        assert!(outages.lines().is_empty());

        outages.begin(Need::Registry, "nobody listens");
        outages.clone().begin(Need::Registry, "it hangs");
        outages.begin(Need::Broker, "nobody listens");
        let lines = outages.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("broker: for 0 s: nobody listens"), "{lines:?}");
        assert!(lines[1].ends_with("it hangs"), "{lines:?}");

        outages.end(Need::Broker);
        outages.end(Need::Disk);
        assert!(!outages.is_away(Need::Broker));
        assert!(outages.is_away(Need::Registry));
    }
}
