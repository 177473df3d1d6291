//! Backups in a bucket of S3, or of what speaks like it.

use std::io::{Read, Write};

use anyhow::Context;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use tokio::runtime::{Builder, Runtime};

use super::shelf::{Kept, Shelf};

/// Bytes that are sent or fetched with one request, and in memory at a time. S3 wants 5 MiB at least, and the 10,000 parts
/// that it takes are 80 GB.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// A folder in a bucket.
pub(super) struct Bucket {
    store: AmazonS3,
    root: String,
    runtime: Runtime,
}

impl Bucket {
    /// The folder and bucket `bucket/folder`. Credentials, region and endpoint come from the usual variables
    /// (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT`, …) or from the machine.
    pub(super) fn open(path: &str) -> anyhow::Result<Self> {
        Self::with(AmazonS3Builder::from_env(), path)
    }

    /// The same with other credentials and another endpoint.
    pub(super) fn with(builder: AmazonS3Builder, path: &str) -> anyhow::Result<Self> {
        let (bucket, root) = path.split_once('/').unwrap_or((path, ""));
        // Not all that speak S3 delete several files with one request.
        let store = builder
            .with_bucket_name(bucket)
            .with_disable_bulk_delete(true)
            .build()?;
        Ok(Self {
            store,
            root: root.trim_matches('/').to_owned(),
            runtime: Builder::new_current_thread().enable_all().build()?,
        })
    }

    fn path(&self, name: &str) -> anyhow::Result<Path> {
        Ok(Path::parse(format!("{}/{name}", self.root).trim_matches('/'))?)
    }

    async fn send(&self, path: &Path, content: &mut dyn Read) -> anyhow::Result<()> {
        let first = part(content)?;
        if first.len() < PART_BYTES {
            self.store.put(path, PutPayload::from(first)).await?;
            return Ok(());
        }
        let mut upload = self.store.put_multipart(path).await?;
        let mut next = Ok(first);
        loop {
            let sent = match next {
                Ok(bytes) if bytes.is_empty() => break,
                Ok(bytes) => upload.put_part(PutPayload::from(bytes)).await.map_err(Into::into),
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                // Nothing is there before the upload is completed; its parts cost money until it is aborted.
                upload
                    .abort()
                    .await
                    .context("the parts that were sent stay in the bucket")?;
                return Err(error);
            }
            next = part(content);
        }
        upload.complete().await?;
        Ok(())
    }

    async fn fetch(&self, path: &Path, to: &mut dyn Write) -> anyhow::Result<()> {
        let bytes = self.store.head(path).await?.size;
        let mut from = 0;
        while from < bytes {
            let end = bytes.min(from + PART_BYTES as u64);
            to.write_all(&self.store.get_range(path, from..end).await?)?;
            from = end;
        }
        Ok(())
    }
}

impl Shelf for Bucket {
    fn files(&self, folder: &str) -> anyhow::Result<Vec<Kept>> {
        let path = self.path(folder)?;
        let found = self.runtime.block_on(self.store.list_with_delimiter(Some(&path)))?;
        let kept = found.objects.iter().filter_map(|object| {
            Some(Kept {
                name: object.location.filename()?.to_owned(),
                bytes: object.size,
            })
        });
        Ok(kept.collect())
    }

    fn folders(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let path = self.path(folder)?;
        let found = self.runtime.block_on(self.store.list_with_delimiter(Some(&path)))?;
        let names = found.common_prefixes.iter().filter_map(Path::filename);
        Ok(names.map(str::to_owned).collect())
    }

    fn put(&self, name: &str, content: &mut dyn Read) -> anyhow::Result<()> {
        let sent = self.runtime.block_on(self.send(&self.path(name)?, content));
        sent.with_context(|| format!("{name} cannot be written"))
    }

    fn get(&self, name: &str, to: &mut dyn Write) -> anyhow::Result<()> {
        let fetched = self.runtime.block_on(self.fetch(&self.path(name)?, to));
        fetched.with_context(|| format!("{name} cannot be read"))
    }

    fn delete(&self, name: &str) -> anyhow::Result<()> {
        let deleted = self.runtime.block_on(self.store.delete(&self.path(name)?));
        deleted.with_context(|| format!("{name} cannot be deleted"))
    }
}

/// The next part of `content`; less than a whole one at its end.
fn part(content: &mut dyn Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(PART_BYTES);
    content.take(PART_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
