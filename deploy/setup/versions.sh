# shellcheck shell=bash disable=SC2034
# What the set-up pins. Kafka's own version stands in deploy/kafka/pom.xml, the checksums of its jars beside it.

RUST_MIN=1.89
JAVA_MIN=17

# Where the jar of RocksDB comes from; Maven, for Kafka, has its own settings.
MAVEN_CENTRAL=${MAVEN_CENTRAL:-https://repo1.maven.org/maven2}

KAFKA_VERSION=4.4.0

ROCKSDB_VERSION=11.8.1
ROCKSDB_JAR=rocksdbjni-$ROCKSDB_VERSION.jar
ROCKSDB_JAR_SHA256=628ed387887f4a431df480857954df2a28b4389bfe24858ccdec611cabf65dbf

# A first build takes 4 GiB with everything in it; later ones need room for what changes.
DISK_FIRST_BUILD_GIB=6
DISK_LATER_GIB=1
