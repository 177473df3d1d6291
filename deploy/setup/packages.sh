# shellcheck shell=bash
# Finds out which programs and libraries are missing, and installs them where that is allowed.

# Prints the Debian packages that are missing for the level, one a line.
missing_packages() {
  has cc && has c++ && has make || echo build-essential
  has pkg-config || echo pkg-config
  has cmake || echo cmake
  has clang++ || echo clang
  has curl || has wget || printf '%s\n' curl ca-certificates
  has unzip || echo unzip
  # librdkafka includes curl's headers, and RocksDB's bindings are made by libclang. The last two are compiled with
  # our own crates where they are missing, which takes a minute more.
  missing_libraries libssl-dev zlib1g-dev libcurl4-openssl-dev libclang-dev libjemalloc-dev libzstd-dev
  [[ $LEVEL == all ]] || return 0
  has mvn || echo maven
  has python3 || echo python3
  python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
  has javac && at_least "$JAVA_MIN" "$JAVA_VERSION" || java_package
}

# Libraries are no programs: only Debian's package list knows them. Elsewhere the compiler will tell.
missing_libraries() {
  has dpkg-query || return 0
  local installed package
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qx "installed $package" <<<"$installed" || echo "$package"
  done
}

# Asks the `java` on the path for its version, once: it takes a tenth of a second. JAVA_VERSION is 0 when it is silent.
look_at_java() {
  JAVA_BANNER=$(java -version 2>&1) || true
  [[ $JAVA_BANNER =~ version\ \"([0-9.]+) ]] && JAVA_VERSION=${BASH_REMATCH[1]} || JAVA_VERSION=0
}

# The newest Java that this release of Debian or Ubuntu has: their default is not always new enough. With its compiler:
# a test compiles its checks of the embedded broker by Kafka's own client.
java_package() {
  local package
  for package in openjdk-25-jdk-headless openjdk-21-jdk-headless openjdk-17-jdk-headless; do
    if has apt-cache && [[ -n $(apt-cache search --names-only "^$package\$") ]]; then
      echo "$package"
      return
    fi
  done
  echo default-jdk-headless
}

# Prints the prefix that makes apt-get work without a question, or fails.
as_root() {
  if ((EUID == 0)); then
    echo env
  elif has sudo && sudo -n true 2>/dev/null; then
    echo 'sudo -n env'
  else
    return 1
  fi
}

ensure_packages() {
  local missing root
  [[ $LEVEL == demo ]] || look_at_java
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  has apt-get || stop "these are missing, by the names that Debian gives them: ${missing[*]}. Install them and try again."
  root=$(as_root) || stop "some packages are missing. Run this and try again:
  sudo apt-get update && sudo apt-get install -y ${missing[*]}"
  install_packages "$root"
}

# The list is taken again after the update, which may have brought names that were not known before.
install_packages() {
  local missing
  say "updating the package lists"
  # shellcheck disable=SC2086 # the prefix is words
  run_logged apt-update $1 apt-get update || stop "'apt-get update' failed: see $CACHE/logs/apt-update.log."
  mapfile -t missing < <(missing_packages)
  say "installing ${missing[*]}"
  # shellcheck disable=SC2086
  run_logged apt-install $1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" ||
    stop "'apt-get install ${missing[*]}' failed: see $CACHE/logs/apt-install.log."
  hash -r
  [[ $LEVEL == demo ]] || look_at_java
}
