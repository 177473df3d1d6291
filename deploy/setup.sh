#!/usr/bin/env bash
# Brings everything that building, testing and the demo need, and says in a sentence what it cannot bring.
# With everything there it takes a fraction of a second: the other targets of the Makefile run it first.
#   deploy/setup.sh demo   what the compiler and the demo on the embedded broker need: no Java, no Maven, no Python
#   deploy/setup.sh        all of it: real Kafka and the Python clients too, for the tests, the benchmark and KAFKA=real
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/setup/common.sh"
source "$here/setup/packages.sh"
source "$here/setup/checks.sh"
source "$here/setup/downloads.sh"
source "$here/setup/cargo.sh"
source "$here/kafka/node.sh"
source "$here/kafka/archive.sh"

LEVEL=${1:-all}
case $LEVEL in demo | all) ;; *) stop "'$LEVEL' is unknown: use 'deploy/setup.sh demo', or 'deploy/setup.sh' for everything." ;; esac
case ${ROCKSDB:-prebuilt} in prebuilt | source) ;; *) stop "ROCKSDB=$ROCKSDB is unknown: use ROCKSDB=source, or leave it away." ;; esac

# Two set-ups at once would write the same files.
exec 9>"$CACHE/lock"
flock 9
# What an earlier one that was cut short has left.
rm -rf "$CACHE"/new.*

check_rust
ensure_packages
check_disk
[[ ${ROCKSDB:-} == source ]] || ensure_rocksdb
if [[ $LEVEL == all ]]; then
  check_java
  ensure_kafka
  ensure_archive
  ensure_python_clients
fi
ensure_cargo_config
