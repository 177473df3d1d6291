# shellcheck shell=bash
# What the set-up cannot put right by itself: it says what to do.

check_rust() {
  has cargo && has rustc || stop "Rust is missing. Install it from https://rustup.rs and try again."
  local version
  version=$(cd "$ROOT" && rustc --version 2>"$CACHE/logs/rustc.log" | cut -d' ' -f2)
  [[ -n $version ]] || stop "'rustc --version' failed: see $CACHE/logs/rustc.log."
  at_least "$RUST_MIN" "$version" ||
    stop "Rust $version is too old: $RUST_MIN or later is needed. Run 'rustup update' and try again."
}

check_java() {
  at_least "$JAVA_MIN" "$JAVA_VERSION" ||
    stop "the 'java' on the path is version $JAVA_VERSION: Kafka needs $JAVA_MIN or later. Install one, put it first on the path and try again."
  has javac || stop "there is a 'java' on the path and no 'javac': the tests compile with it. Install the JDK beside it and try again."
}

check_disk() {
  local target=${CARGO_TARGET_DIR:-$ROOT/target} needed=$DISK_LATER_GIB free
  [[ -d $target/debug/deps ]] || needed=$DISK_FIRST_BUILD_GIB
  until [[ -d $target ]]; do target=$(dirname "$target"); done
  free=$(df -Pk "$target" | awk 'NR == 2 { print int($4 / 1048576) }')
  ((free >= needed)) ||
    stop "the disk of $target has $free GiB free, the build needs $needed. Make room, or set CARGO_TARGET_DIR to a folder on another disk."
}
