# shellcheck shell=bash
# Brings Kafka, RocksDB and the Python clients into the cache, by pinned versions and checksums.

# fetch PATH FILE: a file of Maven Central, or of the mirror that MAVEN_CENTRAL names, without Maven.
fetch() {
  local url=${MAVEN_CENTRAL%/}/$1 name
  name=$(basename "$1")
  if has curl; then
    run_logged "$name" curl -fsSL --retry 3 --connect-timeout 20 -o "$2" "$url"
  else
    run_logged "$name" wget -nv --tries=4 --timeout=60 -O "$2" "$url"
  fi ||
    stop "$url could not be downloaded. Look at the network, or set MAVEN_CENTRAL to the URL of a mirror; the log is $CACHE/logs/$name.log."
}

maven() {
  local name=$1
  shift
  run_logged "$name" mvn -q -B -f "$ROOT/deploy/kafka/pom.xml" "$@" ||
    stop "Maven could not download $name. Look at the network (and ~/.m2/settings.xml for a mirror); the log is $CACHE/logs/$name.log."
}

ensure_kafka() {
  local libs=$CACHE/kafka-$KAFKA_VERSION/libs sums=$ROOT/deploy/kafka/SHA256SUMS pins new
  pins=$(cat "$ROOT/deploy/kafka/pom.xml" "$sums" | sha256sum)
  is_stamped kafka "$pins" && [[ -d $libs ]] && return
  say "downloading Kafka $KAFKA_VERSION"
  new=$(mktemp -d "$CACHE/new.XXXXXX")
  maven kafka dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new/libs"
  (cd "$new/libs" && sha256sum --quiet --strict -c "$sums" >"$CACHE/logs/kafka-checksums.log" 2>&1) &&
    [[ $(find "$new/libs" -name '*.jar' | wc -l) -eq $(wc -l <"$sums") ]] ||
    stop "the jars of Kafka are not those of deploy/kafka/SHA256SUMS: see $CACHE/logs/kafka-checksums.log. Remove org/apache/kafka from ~/.m2/repository and try again."
  mkdir -p "$(dirname "$libs")"
  rm -rf "$libs"
  mv "$new/libs" "$libs"
  rm -rf "$new"
  stamp kafka "$pins"
}

# The name of the library in the jar for this machine; fails where there is none.
rocksdb_member() {
  ldd --version 2>&1 | grep -qi musl && return 1
  case $(uname -s)-$(uname -m) in
  Linux-x86_64) echo librocksdbjni-linux64.so ;;
  Linux-aarch64) echo librocksdbjni-linux-aarch64.so ;;
  *) return 1 ;;
  esac
}

ensure_rocksdb() {
  local home=$CACHE/rocksdb-$ROCKSDB_VERSION member new
  member=$(rocksdb_member) ||
    stop "there is no prebuilt RocksDB for this machine. Run the same command with ROCKSDB=source in front (it compiles for half an hour, once)."
  is_stamped rocksdb "$ROCKSDB_JAR_SHA256" && [[ -f $home/librocksdb.so ]] && return
  say "downloading RocksDB $ROCKSDB_VERSION"
  new=$(mktemp -d "$CACHE/new.XXXXXX")
  fetch "org/rocksdb/rocksdbjni/$ROCKSDB_VERSION/$ROCKSDB_JAR" "$new/$ROCKSDB_JAR"
  sha256sum --status -c <<<"$ROCKSDB_JAR_SHA256  $new/$ROCKSDB_JAR" ||
    stop "$ROCKSDB_JAR is not the one whose checksum stands in deploy/setup/versions.sh: a proxy may have sent something else. Look at $new/$ROCKSDB_JAR, and try again."
  unzip -q "$new/$ROCKSDB_JAR" "$member" -d "$new"
  mkdir -p "$home"
  # The same bytes are left alone, so that nothing that was linked with them is built again.
  cmp -s "$new/$member" "$home/librocksdb.so" || mv "$new/$member" "$home/librocksdb.so"
  rm -rf "$new"
  stamp rocksdb "$ROCKSDB_JAR_SHA256"
}

ensure_python_clients() {
  local home=$CACHE/python pins
  pins=$(python3 --version; cat "$ROOT"/deploy/python/*.txt | sha256sum)
  is_stamped python "$pins" && [[ -x $home/bin/python ]] && return
  say "installing the clients for Python"
  rm -rf "$home"
  run_logged python-venv python3 -m venv "$home" ||
    stop "'python3 -m venv' failed: see $CACHE/logs/python-venv.log."
  run_logged python "$home/bin/pip" install -q -r "$ROOT/deploy/python/requirements.txt" ||
    stop "pip could not install deploy/python/requirements.txt. Look at the network; the log is $CACHE/logs/python.log."
  run_logged kafka-python "$home/bin/pip" install -q --require-hashes -r "$ROOT/deploy/python/kafka-python.txt" ||
    stop "pip could not install deploy/python/kafka-python.txt. Look at the network; the log is $CACHE/logs/kafka-python.log."
  stamp python "$pins"
}
