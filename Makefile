# One command for each thing. Every target sets up what it needs first: with everything there that takes half a second.
# ROCKSDB=source in front of any of them compiles RocksDB instead of taking the prebuilt library.
.DEFAULT_GOAL := help
.PHONY: help setup setup-demo build lint test test-long simulate simulate-nightly planted chaos bench soak \
	bench-open bench-failover bench-recovery demo kafka clean

ORDERS ?= 200
SEEDS ?= 5000
START ?= 0
ROUNDS ?= 300
BROKERS ?= 3
MINUTES ?= 30

ifeq ($(ROCKSDB),source)
ifneq ($(shell command -v ccache),)
export CXX := ccache clang++
else
export CXX := clang++
endif
endif

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install and download what is missing (packages, Kafka, RocksDB)
	@deploy/setup.sh

# Without Java, Maven and Python: enough to compile and to run on the embedded broker.
setup-demo:
	@deploy/setup.sh $(if $(filter real,$(KAFKA)),all,demo)

build: setup-demo ## Compile everything
	cargo build --workspace --all-targets

lint: setup-demo ## Check the format and the lints
	cargo fmt --all --check
	cargo clippy --workspace --lib --bins -- -D warnings
	cargo clippy --workspace --tests --examples -- -D warnings -A clippy::unwrap_used -A clippy::expect_used

test: setup ## Run every test, on real Kafka where it matters
	cargo test --workspace --no-fail-fast

test-long: setup ## The same with a hundred times the cases of every property test, and everything on real Kafka
	PROPTEST_CASES=25600 KAFKA=both cargo test --workspace --no-fail-fast
	cargo test -p palinode-registry --features peer --test peer
	cargo test -p palinode-cli --features s3 --bin palinode backup
	$(MAKE) planted

# The same number gives the same world: START=4711 SEEDS=1 make simulate, or palinode simulate --seed 4711 --story.
simulate: setup-demo ## Run the orchestrator in simulated worlds: SEEDS=5000 START=0 make simulate
	cargo run -q -p palinode-cli -- simulate --seeds $(SEEDS) --start $(START)

# Every night other worlds: the number of the day says where they begin.
simulate-nightly: setup-demo
	cargo run -q -p palinode-cli -- simulate --seeds 1000000 --start $$(( $$(date +%s) / 86400 * 1000000 ))

planted: setup-demo ## Plant each known bug into a copy of the sources, and see that the simulation finds it
	cargo run -q -p palinode-simulation --example planted

# The same SEED hits the same processes at the same times. WRITE=docs/chaos.md puts the run into the table there.
chaos: setup ## Kill, pause, stop and cut off everything at random, then audit: ROUNDS=300 SEED=7 make chaos
	cargo test -q -p palinode-cli --test chaos -- --rounds=$(ROUNDS) --brokers=$(BROKERS) \
		--seed=$(or $(SEED),$(shell date +%s)) $(if $(WRITE),--write=$(abspath $(WRITE)))

# Compiled as for production, which the other targets are not: they are to be there soon.
bench: setup ## Measure the core alone, and rate, latency and processor time on real Kafka
	cargo run -q --release -p palinode-scenario --example core_cost
	cargo run -q --release -p palinode-cli -- bench

# A load that it can bear for long, and one that it cannot: MINUTES=30 make soak
soak: setup ## Place orders for half an hour, then three times too many for a minute
	cargo run -q --release -p palinode-cli -- bench --only soak,overload --minutes $(MINUTES) \
		$(if $(WRITE),--write $(abspath $(WRITE)))

# Two orchestrators take turns, one with 10,000 open sagas and one with SAGAS. Some gigabytes of the disk meanwhile.
bench-open: setup ## Measure the throughput beside 10,000,000 open sagas, and a start with them: SAGAS=1000000 make bench-open
	cargo run -q --release -p palinode-cli -- bench --only open --open $(or $(SAGAS),10000000) \
		$(if $(WRITE),--write $(abspath $(WRITE)))

# Ten kills with a standby, ten restarts, ten kills without a standby: RUNS=3 is less.
bench-failover: setup ## Measure for how long orders stand still when a node is killed or restarted: RUNS=3 make bench-failover
	cargo run -q --release -p palinode-cli -- bench --only failover $(if $(RUNS),--runs $(RUNS)) \
		$(if $(WRITE),--write $(abspath $(WRITE)))

bench-recovery: setup-demo ## Measure recovery, throughput, timers and checkpoints with many open sagas: SAGAS=100000 PART=restore make bench-recovery
	cargo run -q -p palinode-engine --example recovery -- $(or $(SAGAS),1000000) $(PART)

# On the embedded broker; KAFKA=real or BOOTSTRAP=host:port in front choose another.
demo: setup-demo ## Place orders and watch them shipped or compensated: ORDERS=5000 make demo
	cargo run -q -p palinode-cli --no-default-features -- demo --orders $(ORDERS)

kafka: setup ## Run Kafka and a schema registry for development until Ctrl-C
	@deploy/kafka/dev.sh

clean: ## Remove what was built and written here; the downloads stay in the cache
	cargo clean
	rm -rf .palinode
