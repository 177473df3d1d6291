//! Where backups are kept.

use std::{fs, path::Path as Folder, sync::Arc};

use anyhow::Context;
use object_store::{ObjectStore, local::LocalFileSystem};

use super::repository::Repository;

/// The backups at `url`: a folder, `file:///folder` or `s3://bucket/folder`. With `make`, a folder is made that is not
/// there.
pub(super) fn open(url: &str, make: bool) -> anyhow::Result<Repository> {
    let folder = match url.split_once("://") {
        None => url,
        Some(("file", path)) => path,
        Some(("s3" | "s3a", _)) => return bucket(url),
        Some((scheme, _)) => anyhow::bail!("backups cannot be kept at {scheme}://, only in a folder or at s3://"),
    };
    if make {
        fs::create_dir_all(folder).with_context(|| format!("{folder} cannot be made"))?;
    }
    anyhow::ensure!(Folder::new(folder).is_dir(), "{folder} is no folder");
    let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
    Ok(Repository::new(
        Arc::new(store) as Arc<dyn ObjectStore>,
        object_store::path::Path::default(),
    ))
}

/// Credentials, region and endpoint come from the usual variables (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT`, …).
#[cfg(feature = "s3")]
fn bucket(url: &str) -> anyhow::Result<Repository> {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let store = object_store::aws::AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .build()
        .with_context(|| format!("{url} cannot be used"))?;
    Ok(Repository::new(Arc::new(store), object_store::path::Path::from(folder)))
}

#[cfg(not(feature = "s3"))]
fn bucket(url: &str) -> anyhow::Result<Repository> {
    anyhow::bail!("{url}: this palinode was built without S3; build it with --features s3")
}
