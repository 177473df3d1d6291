//! Backups in a bucket: a stand-in of S3 over HTTP, which knows what backups use of it and says no to all else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use object_store::aws::AmazonS3Builder;
use parking_lot::Mutex;
use tokio::{net::TcpListener, runtime::Runtime};

use super::{Ground, TASK, open, work};
use crate::backup::{
    arguments::Selection, bucket::Bucket, create, repository::Repository, restore, shelf::Shelf, verify,
};

const BUCKET: &str = "/shop-backups/";

/// More than one part.
const LARGE_BYTES: usize = 20 * 1024 * 1024;

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    /// Requests by what they are.
    seen: BTreeSet<String>,
}

struct S3 {
    held: Arc<Mutex<Held>>,
    url: String,
    _runtime: Runtime,
}

impl S3 {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let held = Arc::new(Mutex::new(Held::default()));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&held));
        runtime.spawn(async { axum::serve(listener, router).await });
        Self {
            held,
            url,
            _runtime: runtime,
        }
    }

    fn bucket(&self, path: &str) -> Bucket {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = AmazonS3Builder::new()
            .with_endpoint(&self.url)
            .with_allow_http(true)
            .with_access_key_id("key")
            .with_secret_access_key("secret")
            .with_region("eu-central-1");
        Bucket::with(builder, path).unwrap()
    }

    fn names(&self) -> Vec<String> {
        self.held.lock().objects.keys().cloned().collect()
    }
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let held = &mut *held.lock();
    let signed = headers.get(header::AUTHORIZATION);
    if !signed.is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 Credential=key/")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    // A percent sign in a name comes encoded.
    let path = uri.path().replace("%25", "%");
    let Some(name) = format!("{path}/")
        .strip_prefix(BUCKET)
        .map(|name| name.trim_end_matches('/').to_owned())
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let what = format!("{method} {}", query.keys().cloned().collect::<Vec<_>>().join(" "));
    held.seen.insert(what.clone());
    let xml = |text: String| ([(header::CONTENT_TYPE, "application/xml")], text).into_response();
    match &*what {
        "PUT " => {
            held.objects.insert(name, body);
            [(header::ETAG, "\"one\"")].into_response()
        }
        "POST uploads" => {
            held.uploads.insert(name.clone(), BTreeMap::new());
            xml(format!(
                "<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        "PUT partNumber uploadId" => {
            let parts = held.uploads.get_mut(&query["uploadId"]).unwrap();
            parts.insert(query["partNumber"].parse().unwrap(), body);
            [(header::ETAG, "\"part\"")].into_response()
        }
        "POST uploadId" => {
            let parts = held.uploads.remove(&query["uploadId"]).unwrap();
            let whole: Vec<u8> = parts.into_values().flatten().collect();
            held.objects.insert(name, whole.into());
            xml("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>".into())
        }
        "DELETE uploadId" => {
            held.uploads.remove(&query["uploadId"]);
            StatusCode::NO_CONTENT.into_response()
        }
        "DELETE " => {
            held.objects.remove(&name);
            StatusCode::NO_CONTENT.into_response()
        }
        "GET " | "HEAD " => match held.objects.get(&name) {
            Some(content) => content_of(content, &headers, method == Method::HEAD),
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
        },
        "GET delimiter list-type prefix" | "GET delimiter list-type" => {
            xml(list(&held.objects, query.get("prefix").map_or("", |prefix| prefix)))
        }
        other => (StatusCode::NOT_IMPLEMENTED, other.to_owned()).into_response(),
    }
}

fn content_of(content: &Bytes, headers: &HeaderMap, is_head: bool) -> Response {
    let mut answer = HeaderMap::new();
    answer.insert(header::ETAG, HeaderValue::from_static("\"one\""));
    answer.insert(
        header::LAST_MODIFIED,
        HeaderValue::from_static("Mon, 23 Nov 2026 22:15:00 GMT"),
    );
    if is_head {
        answer.insert(header::CONTENT_LENGTH, content.len().into());
        return answer.into_response();
    }
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let Some((from, to)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return (answer, content.clone()).into_response();
    };
    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
    let range = format!("bytes {from}-{to}/{}", content.len());
    answer.insert(header::CONTENT_RANGE, range.parse().unwrap());
    (StatusCode::PARTIAL_CONTENT, answer, content.slice(from..=to)).into_response()
}

fn list(objects: &BTreeMap<String, Bytes>, prefix: &str) -> String {
    let (mut found, mut folders) = (String::new(), BTreeSet::new());
    for (name, content) in objects {
        let Some(rest) = name.strip_prefix(prefix) else {
            continue;
        };
        match rest.split_once('/') {
            Some((folder, _)) => {
                folders.insert(format!("{prefix}{folder}/"));
            }
            None => write!(
                found,
                "<Contents><Key>{name}</Key><Size>{}</Size><LastModified>2026-11-23T22:15:00.000Z</LastModified>\
                 <ETag>\"one\"</ETag></Contents>",
                content.len()
            )
            .unwrap(),
        }
    }
    for folder in folders {
        write!(found, "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>").unwrap();
    }
    format!("<ListBucketResult><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>{found}</ListBucketResult>")
}

#[test]
fn backups_in_a_bucket_are_incremental_verified_restored_and_cleared() {
    let (s3, ground) = (S3::start(), Ground::new());
    let repository = Repository::new(s3.bucket("shop-backups/palinode/prod"));
    assert!(repository.tasks(&Selection::default()).unwrap().is_empty());
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);

    let first = create::one(&repository, &ground.place(), 1).unwrap();
    let same = create::one(&repository, &ground.place(), 1).unwrap();

    assert_eq!((first.sent, same.sent, same.pruned), (first.manifest.bytes(), 0, 1));
    let folder = format!("palinode/prod/shop/node-1/task-{TASK}/");
    assert!(
        s3.names().iter().all(|name| name.starts_with(&folder)),
        "{:?}",
        s3.names()
    );
    assert_eq!(s3.names().len(), same.manifest.files.len() + 1);
    let mut tasks = repository.tasks(&Selection::default()).unwrap();
    let task = tasks.remove(0);
    assert_eq!(task.ids().unwrap(), [same.manifest.id.clone()]);
    assert_eq!(verify::one(&task, &same.manifest.id).unwrap(), same.manifest);
    restore::one(&task, &same.manifest.id, &ground.elsewhere(), None).unwrap();
    let store = open(&ground.elsewhere(), "node-1");
    assert_eq!(
        palinode_store::Store::checkpoint(&store)
            .journal
            .as_ref()
            .unwrap()
            .offset,
        59
    );

    let file = s3.names().into_iter().find(|name| name.contains("/files/")).unwrap();
    s3.held.lock().objects.insert(file, "other".into());
    let error = verify::one(&task, &same.manifest.id).unwrap_err();
    assert!(error.to_string().contains("is not what was written"), "{error:#}");
}

/// Names of applications and members with a percent sign in them, as folders are named.
#[test]
fn what_is_large_goes_in_parts_under_any_name() {
    let s3 = S3::start();
    let bucket = s3.bucket("shop-backups");
    let large: Vec<u8> = (0..LARGE_BYTES).map(|byte| (byte % 251) as u8).collect();

    bucket.put("caf%C3%A9/large", &mut &*large).unwrap();

    let mut back = Vec::new();
    bucket.get("caf%C3%A9/large", &mut back).unwrap();
    assert!(back == large);
    assert!(s3.held.lock().seen.contains("POST uploadId"));
    assert_eq!(bucket.folders("").unwrap(), ["caf%C3%A9"]);
    assert_eq!(bucket.files("caf%C3%A9").unwrap()[0].bytes, LARGE_BYTES as u64);
}

#[test]
fn what_breaks_off_in_the_middle_leaves_nothing() {
    struct Breaks(usize);
    impl std::io::Read for Breaks {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(buffer.len())
                .ok_or(std::io::Error::other("the disk is gone"))?;
            Ok(buffer.len())
        }
    }
    let (s3, ground) = (S3::start(), Ground::new());
    let bucket = s3.bucket("shop-backups");

    let error = bucket.put("file", &mut Breaks(LARGE_BYTES)).unwrap_err();

    assert!(format!("{error:#}").contains("the disk is gone"), "{error:#}");
    let held = s3.held.lock();
    assert!(held.objects.is_empty() && held.uploads.is_empty());
    fs::create_dir_all(ground.elsewhere()).unwrap();
    let folder = crate::backup::folder::Folder::new(ground.elsewhere());
    assert!(folder.put("file", &mut Breaks(LARGE_BYTES)).is_err());
    assert_eq!(fs::read_dir(ground.elsewhere()).unwrap().count(), 0);
}
