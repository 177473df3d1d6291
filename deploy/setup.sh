#!/usr/bin/env bash
# Brings everything that building, testing and the demo need, and says in a sentence what it cannot bring.
# With everything there it takes a fraction of a second: the other targets of the Makefile run it first.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/setup/common.sh"
source "$here/setup/packages.sh"
source "$here/setup/checks.sh"
source "$here/setup/downloads.sh"
source "$here/setup/cargo.sh"
source "$here/kafka/node.sh"
source "$here/kafka/archive.sh"

# Two set-ups at once would write the same files.
exec 9>"$CACHE/lock"
flock 9
# What an earlier one that was cut short has left.
rm -rf "$CACHE"/new.*

case ${ROCKSDB:-prebuilt} in prebuilt | source) ;; *) stop "ROCKSDB=$ROCKSDB is unknown: use ROCKSDB=source, or leave it away." ;; esac
check_rust
ensure_packages
check_java
check_disk
[[ ${ROCKSDB:-} == source ]] || ensure_rocksdb
ensure_kafka
ensure_archive
ensure_python_client
ensure_cargo_config
