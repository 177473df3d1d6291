# shellcheck shell=bash
# What every part of the set-up uses: how it speaks, where it keeps things, and how it knows that a thing is done.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${PALINODE_CACHE:-$HOME/.cache/palinode}
mkdir -p "$CACHE/stamps" "$CACHE/logs"
CACHE=$(cd "$CACHE" && pwd)
# shellcheck source=deploy/setup/versions.sh
source "$ROOT/deploy/setup/versions.sh"

say() { printf '%s\n' "palinode set-up: $*" >&2; }

# Ends the set-up with one sentence that says what to do.
stop() {
  say "$*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# at_least 17 17.0.15: whether the second version is the first or a later one.
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1) == "$1" ]]; }

# run_logged NAME COMMAND…: the command's output goes to a log in the cache; the exit code is the command's.
run_logged() {
  local name=$1
  shift
  "$@" >"$CACHE/logs/$name.log" 2>&1 </dev/null
}

# A stamp holds the pins that a thing was made from: another pin makes it again.
is_stamped() { [[ -f $CACHE/stamps/$1 && $(<"$CACHE/stamps/$1") == "$2" ]]; }

stamp() { printf '%s\n' "$2" >"$CACHE/stamps/$1"; }
