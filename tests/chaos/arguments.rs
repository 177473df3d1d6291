//! How a run is wanted.

use std::{env, path::PathBuf, time::Duration};

use anyhow::{Context, bail};

use crate::{plan::Tempo, world::Kind};

/// Seeds of the short form: one a day, so that every day sees other faults, and all of a day the same.
const SEEDS: [u64; 7] = [3, 17, 41, 271, 828, 1414, 2236];
const SECONDS_A_DAY: u64 = 86_400;

/// The rounds of the short form.
const SHORT_ROUNDS: u64 = 6;
const SHORT: Tempo = Tempo {
    begins_within: Duration::from_millis(800),
    lasts_max: Duration::from_millis(1_500),
    outlasts_max: Duration::from_millis(5_000),
    quiet_max: Duration::from_millis(1_200),
};
const LONG: Tempo = Tempo {
    begins_within: Duration::from_secs(3),
    lasts_max: Duration::from_secs(4),
    outlasts_max: Duration::from_secs(14),
    quiet_max: Duration::from_secs(3),
};

/// How a run is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    pub(crate) rounds: u64,
    pub(crate) seed: u64,
    /// The number of the first round.
    pub(crate) from: u64,
    /// The brokers; a run on each kind of them.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) nodes: u8,
    pub(crate) tempo: Tempo,
    /// Orders a second.
    pub(crate) rate: usize,
    /// After so many rounds all orders have to end, and everything is audited.
    pub(crate) audit_every: u64,
    /// The page whose table gets a row.
    pub(crate) write: Option<PathBuf>,
    /// Whether only the plan is shown.
    pub(crate) plan: bool,
}

impl Arguments {
    /// The short form; none when the program is asked for other tests only.
    fn short() -> anyhow::Result<Self> {
        let days = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)?
            .as_secs()
            / SECONDS_A_DAY;
        let kinds = match env::var("KAFKA").unwrap_or_default().as_str() {
            "real" => vec![Kind::Kafka(1)],
            "both" => vec![Kind::Embedded, Kind::Kafka(1)],
            _ => vec![Kind::Embedded],
        };
        Ok(Self {
            rounds: SHORT_ROUNDS,
            seed: SEEDS[usize::try_from(days)? % SEEDS.len()],
            from: 0,
            kinds,
            nodes: 2,
            tempo: SHORT,
            rate: 8,
            audit_every: SHORT_ROUNDS,
            write: None,
            plan: false,
        })
    }

    /// What the arguments ask for. Without any it is the short form; none when they name other tests.
    pub(crate) fn read() -> anyhow::Result<Option<Self>> {
        let mut wanted = Self::short()?;
        for argument in env::args().skip(1) {
            let Some((name, value)) = argument.strip_prefix("--").and_then(|rest| rest.split_once('=')) else {
                // A part of a test's name; or what the harness of other tests takes.
                if !argument.starts_with('-') && !"chaos".contains(&argument) {
                    return Ok(None);
                }
                wanted.plan |= argument == "--plan";
                continue;
            };
            let number = || {
                value
                    .parse::<u64>()
                    .with_context(|| format!("{argument} has no number"))
            };
            match name {
                "rounds" => {
                    wanted.rounds = number()?;
                    wanted.tempo = LONG;
                    wanted.nodes = 3;
                    wanted.rate = 5;
                    wanted.audit_every = 25;
                }
                "seed" => wanted.seed = number()?,
                "from" => wanted.from = number()?,
                "brokers" => {
                    wanted.kinds = match number()? {
                        0 => vec![Kind::Embedded],
                        count => vec![Kind::Kafka(usize::try_from(count)?)],
                    }
                }
                "rate" => wanted.rate = usize::try_from(number()?)?,
                "audit-every" => wanted.audit_every = number()?.max(1),
                "write" => wanted.write = Some(value.into()),
                _ => bail!("--{name} is unknown: --rounds, --seed, --from, --brokers, --rate, --audit-every, --write"),
            }
        }
        Ok(Some(wanted))
    }
}
