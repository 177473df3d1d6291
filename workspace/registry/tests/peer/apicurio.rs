//! Apicurio as a process of its own, on free ports, with nothing remembered.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// It takes four to eight seconds here; a busy machine may need more.
const START_AT_MOST: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);

/// A running Apicurio. It ends when this is dropped.
pub(crate) struct Apicurio {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Apicurio {
    pub(crate) async fn start() -> Apicurio {
        let (java, home) = installed();
        let (port, management) = (free_port(), free_port());
        let folder = tempfile::tempdir().unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new(java)
            .args(["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar"])
            .arg(home.join("quarkus-run.jar"))
            .current_dir(folder.path())
            .env("QUARKUS_HTTP_HOST", "127.0.0.1")
            .env("QUARKUS_HTTP_PORT", port.to_string())
            .env("QUARKUS_MANAGEMENT_HOST", "127.0.0.1")
            .env("QUARKUS_MANAGEMENT_PORT", management.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut apicurio = Apicurio { process, port, folder };
        apicurio.await_ready().await;
        apicurio
    }

    /// Where its API for Confluent's clients is. A slash at the end would lead nowhere.
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}/apis/ccompat/v7", self.port)
    }

    async fn await_ready(&mut self) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (http, deadline) = (reqwest::Client::new(), Instant::now() + START_AT_MOST);
        let subjects = format!("{}/subjects", self.base());
        loop {
            if let Ok(response) = http.get(&subjects).send().await
                && response.status() == 200
            {
                return;
            }
            let is_over = self.process.try_wait().unwrap().is_some() || Instant::now() > deadline;
            assert!(!is_over, "Apicurio does not start: {}", self.log());
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Apicurio {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Java, and Apicurio's folder; downloaded when they are missing.
fn installed() -> (PathBuf, PathBuf) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer/apicurio.sh");
    let output = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{script} failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(PathBuf::from);
    (lines.next().unwrap(), lines.next().unwrap())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
