# shellcheck shell=bash
# How one Kafka node is prepared and started from the jars in the cache. The sandbox crate does the same in Rust.

kafka_home() { echo "$CACHE/kafka-$KAFKA_VERSION"; }

# The order is fixed: the archive of classes is only used with the class path that it was made with.
kafka_class_path() { find "$(kafka_home)/libs" -name '*.jar' | LC_ALL=C sort | paste -sd:; }

# Fills KAFKA_JAVA with the command that runs a class of Kafka. An array, because a function that is put in the
# background is a shell of its own, and signals would not reach the Java below it.
kafka_java() {
  KAFKA_JAVA=(java -Xlog:disable -XX:+UseSerialGC
    -Dlog4j2.configurationFile="$ROOT/deploy/kafka/log4j2.properties" -cp "$(kafka_class_path)")
}

# kafka_prepare FOLDER PORT CONTROLLER_PORT: writes the node's settings and formats its folder once.
kafka_prepare() {
  local folder=$1 port=$2 controller_port=$3
  mkdir -p "$folder/data"
  sed -e "s|@DATA@|$folder/data|" -e "s|@PORT@|$port|" -e "s|@CONTROLLER_PORT@|$controller_port|" \
    -e 's|@SESSION_MS@|9000|' \
    "$ROOT/deploy/kafka/node.properties" >"$folder/node.properties"
  kafka_java
  [[ -f $folder/data/meta.properties ]] ||
    "${KAFKA_JAVA[@]}" kafka.tools.StorageTool format -t "$(cluster_id)" -c "$folder/node.properties" >"$folder/format.log" 2>&1
}

# 16 random bytes as Kafka writes them, without the signs that a command line takes for an option.
cluster_id() { head -c 16 /dev/urandom | base64 | tr '+/' 'xy' | tr -d '='; }
