# shellcheck shell=bash
# Tells cargo where the prebuilt RocksDB is, and which libraries of the system it need not compile.

rust_target() {
  case $(uname -m) in
  aarch64) echo aarch64-unknown-linux-gnu ;;
  *) echo x86_64-unknown-linux-gnu ;;
  esac
}

# Debian's builds of what crates would otherwise compile from C: a minute of the processor time of a first build. Not
# SQLite: rusqlite needs a newer one than Debian 12 has.
system_libraries() {
  local jemalloc
  # The one for position-independent programs, as Rust's are; cc prints the bare name when there is none.
  jemalloc=$(cc -print-file-name=libjemalloc_pic.a)
  [[ $jemalloc == /* ]] && echo "JEMALLOC_OVERRIDE = \"$(realpath "$jemalloc")\""
  pkg-config --exists libzstd && echo 'ZSTD_SYS_USE_PKG_CONFIG = "1"'
  return 0
}

cargo_config() {
  echo "# Written by 'make setup'. Not committed: it holds the paths of this machine."
  echo '[env]'
  system_libraries
  [[ ${ROCKSDB:-} == source ]] && return
  cat <<END
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
