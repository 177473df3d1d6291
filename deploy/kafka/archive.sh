# shellcheck shell=bash
# An archive of the classes that Kafka loads at its start (CDS): a node is then ready in half the time.
# Nothing depends on it: without it, or with one of another Java, the node starts more slowly.

ensure_archive() {
  local pins
  pins=$(echo "$JAVA_BANNER"; cat "$CACHE/stamps/kafka")
  is_stamped archive "$pins" && return
  say "preparing Kafka's quick start"
  rm -f "$(kafka_home)/start.jsa"
  run_logged archive make_archive || say "that failed, and does no harm: Kafka starts more slowly ($CACHE/logs/archive.log)"
  stamp archive "$pins"
}

# The archive is written when the node ends: start it, wait until it is ready, end it.
make_archive() {
  local folder port pid
  folder=$(mktemp -d)
  port=$((20000 + RANDOM % 10000))
  kafka_prepare "$folder" "$port" "$((port + 1))"
  "${KAFKA_JAVA[@]}" -Xmx256m -XX:ArchiveClassesAtExit="$folder/start.jsa" kafka.Kafka "$folder/node.properties" \
    >"$folder/node.log" 2>&1 9>&- &
  pid=$!
  await_line 'Kafka Server started' "$folder/node.log" "$pid" || cat "$folder/node.log"
  kill "$pid" 2>/dev/null
  wait "$pid" || true
  mv "$folder/start.jsa" "$(kafka_home)/start.jsa"
  rm -rf "$folder"
}

# await_line TEXT FILE PID: at most a minute, and only as long as the process lives.
await_line() {
  local _
  for _ in {1..300}; do
    grep -qs "$1" "$2" && return
    kill -0 "$3" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}
