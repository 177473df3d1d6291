//! A client of another make: kafka-python, which is written in Python alone.

use std::{path::Path, process::Command, time::Duration};

use palinode_sandbox::{cache, process::Process};

use crate::peers::{self, Checked};

/// How long all checks may take. Together they take some seconds; a machine with other work may need a multiple.
const AT_MOST: Duration = Duration::from_secs(180);
/// How many checks there are: one that is not run is no success.
const CHECKS: usize = 7;

#[test]
fn the_python_client_works_with_it() {
    for broker in peers::brokers() {
        let folder = tempfile::tempdir().unwrap();
        let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/checks.py");
        let mut python = Command::new(cache::python());
        python.arg("-B").arg(checks).arg(broker.bootstrap());
        let process = Process::spawn("the Python client", python, folder.path().join("log")).unwrap();
        Checked::of(process, AT_MOST).assert_all_passed(CHECKS, &broker);
    }
}
