# shellcheck shell=bash
# Tells cargo where the prebuilt RocksDB is.

rust_target() {
  case $(uname -m) in
  aarch64) echo aarch64-unknown-linux-gnu ;;
  *) echo x86_64-unknown-linux-gnu ;;
  esac
}

cargo_config() {
  echo "# Written by 'make setup'. Not committed: it holds the paths of this machine."
  [[ ${ROCKSDB:-} == source ]] && return
  cat <<END
[env]
ROCKSDB_LIB_DIR = "$CACHE/rocksdb-$ROCKSDB_VERSION"
[target.$(rust_target)]
rustflags = ["-C", "link-arg=-Wl,-rpath,$CACHE/rocksdb-$ROCKSDB_VERSION"]
END
}

# Writes only what changed: another content makes cargo build everything again.
ensure_cargo_config() {
  local file=$ROOT/.cargo/config.toml content
  content=$(cargo_config)
  [[ -f $file && $(<"$file") == "$content" ]] && return
  mkdir -p "$ROOT/.cargo"
  printf '%s\n' "$content" >"$file"
}
