#!/usr/bin/env bash
# Starts Kafka and a schema registry for development, in the foreground, until Ctrl-C. What was written stays in
# .palinode/ and is there again at the next start. PORT and REGISTRY_PORT choose other ports.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../setup/common.sh"
source "$here/node.sh"

port=${PORT:-9092}
registry_port=${REGISTRY_PORT:-8081}
folder=$ROOT/.palinode/kafka

taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

for needed in "$port" "$((port + 1))" "$registry_port"; do
  ! taken "$needed" || stop "port $needed is taken. Choose others: PORT=19092 REGISTRY_PORT=18081 make kafka"
done

cargo build -q -p palinode-registry --example registry
kafka_prepare "$folder" "$port" "$((port + 1))" || stop "Kafka's folder could not be prepared: see $folder/format.log."

"${KAFKA_JAVA[@]}" -Xmx768m -XX:SharedArchiveFile="$(kafka_home)/start.jsa" \
  kafka.Kafka "$folder/node.properties" >"$folder/node.log" 2>&1 &
kafka=$!
"${CARGO_TARGET_DIR:-$ROOT/target}/debug/examples/registry" "127.0.0.1:$registry_port" "$ROOT/.palinode/registry.jsonl" &
registry=$!
trap 'kill $kafka $registry 2>/dev/null; wait' EXIT

say "Kafka listens on 127.0.0.1:$port, the registry on http://127.0.0.1:$registry_port; Ctrl-C ends both"
wait -n || true
say "one of them has ended: see $folder/node.log"
