//! What stands in a request's path and query.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::Query;
use serde::Deserialize;

use crate::{Deleted, Error, LookUp, Removal, Result, WantedVersion};

/// The query. What it holds beyond what is asked for has no meaning here.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Parameters(HashMap<String, String>);

/// The query of a request.
pub(super) type Asked = Query<Parameters>;

impl Parameters {
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// True in whatever letters: the client for Python writes it large.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).eq_ignore_ascii_case("true")
    }

    pub(super) fn deleted(&self) -> Deleted {
        match (self.flag("deletedOnly"), self.flag("deleted")) {
            (true, _) => Deleted::Only,
            (false, true) => Deleted::Included,
            (false, false) => Deleted::Hidden,
        }
    }

    pub(super) fn removal(&self) -> Removal {
        if self.flag("permanent") {
            Removal::Permanent
        } else {
            Removal::Soft
        }
    }

    pub(super) fn look_up(&self) -> LookUp {
        LookUp {
            normalize: self.flag("normalize"),
            deleted: self.deleted(),
        }
    }

    /// The part of a list that is asked for, by `offset` and `limit`. A negative limit is none.
    pub(super) fn page<T>(&self, list: Vec<T>) -> Result<Vec<T>> {
        let (offset, limit) = (self.number("offset", 0)?, self.number("limit", -1)?);
        let offset = usize::try_from(offset).map_err(|_| Error::PathNotFound)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(list.into_iter().skip(offset).take(limit).collect())
    }

    fn number(&self, name: &str, default: i64) -> Result<i64> {
        match self.text(name) {
            "" => Ok(default),
            text => number(text),
        }
    }
}

/// A number in the path or query. What is none leads nowhere.
pub(super) fn number<N: FromStr>(text: &str) -> Result<N> {
    text.parse().map_err(|_| Error::PathNotFound)
}

pub(super) fn version(text: &str) -> Result<WantedVersion> {
    match text.trim() {
        "-1" => Ok(WantedVersion::Latest),
        latest if latest.eq_ignore_ascii_case("latest") => Ok(WantedVersion::Latest),
        number => match number.parse::<i32>().map(u32::try_from) {
            Ok(Ok(number)) if number > 0 => Ok(WantedVersion::Number(number)),
            _ => Err(Error::InvalidVersion(text.to_owned())),
        },
    }
}
