//! When what is written is forced to the disk, as people say it: `always`, `never` or a length of time.

use std::str::FromStr;

use palinode_sandbox::broker::Sync;

use super::span::Span;

/// When what is written is forced to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forcing(pub(super) Sync);

impl FromStr for Forcing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(match text {
            "always" => Sync::Always,
            "never" => Sync::Never,
            _ => {
                let Span(interval) = text
                    .parse()
                    .map_err(|told| format!("{told}; or write always, or never"))?;
                if interval.is_zero() {
                    return Err("again and again without a pause is always".to_owned());
                }
                Sync::Every(interval)
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let understood = |text: &str| text.parse::<Forcing>().map(|forcing| forcing.0);
        assert_eq!(understood("always"), Ok(Sync::Always));
        assert_eq!(understood("never"), Ok(Sync::Never));
        assert_eq!(understood("250ms"), Ok(Sync::Every(Duration::from_millis(250))));
        for text in ["", "sometimes", "0s"] {
            assert!(understood(text).is_err(), "{text}");
        }
    }
}
