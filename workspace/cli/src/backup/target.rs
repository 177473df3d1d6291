//! Where backups are kept, as people write it.

use std::{fs, path::PathBuf};

use anyhow::Context;

use super::{folder::Folder, repository::Repository};

/// The backups at `url`: a folder, `file:///folder` or `s3://bucket/folder`. With `make`, a folder is made that is not
/// there.
pub(super) fn open(url: &str, make: bool) -> anyhow::Result<Repository> {
    let folder = match url.split_once("://") {
        None => url,
        Some(("file", path)) => path,
        Some(("s3", path)) => return bucket(url, path),
        Some((scheme, _)) => anyhow::bail!("backups cannot be kept at {scheme}://, only in a folder or at s3://"),
    };
    let folder = PathBuf::from(folder);
    if make {
        fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    anyhow::ensure!(folder.is_dir(), "there is no folder {}", folder.display());
    Ok(Repository::new(Folder::new(folder)))
}

#[cfg(feature = "s3")]
fn bucket(url: &str, path: &str) -> anyhow::Result<Repository> {
    let bucket = super::bucket::Bucket::open(path).with_context(|| format!("{url} cannot be used"))?;
    Ok(Repository::new(bucket))
}

#[cfg(not(feature = "s3"))]
fn bucket(url: &str, _: &str) -> anyhow::Result<Repository> {
    anyhow::bail!(
        "{url}: this palinode is built without S3; build one with it: \
         cargo build --release -p palinode-cli --features s3"
    )
}
