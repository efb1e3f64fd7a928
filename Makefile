# Two commands on a fresh machine: `make demo` drives the demonstration, `make test` passes the tests.

CARGO ?= cargo
UNDERSTUDY = target/debug/understudy

# Without it Mesa's device selection complains on every start.
export XDG_RUNTIME_DIR ?= /tmp

.PHONY: demo test test-all sanitize bench build clippy fmt check driver

demo: driver build
	$(UNDERSTUDY) demo --out runs/demo

test: driver
	$(CARGO) test --workspace

test-all: driver
	UNDERSTUDY_TEST_SEEDS=5 $(CARGO) test --workspace

# The tests of kernels and engine under the address sanitizer, of which the compiler says that it is unstable.
# Builds everything anew: a quarter of an hour on two cores.
sanitize: HOST = $(shell rustc -vV | sed -n 's/^host: //p')
sanitize:
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address $(CARGO) test -p perception --lib \
		--target $(HOST) --target-dir target/sanitize

# The networks against other engines, see docs/benchmarks.md. BENCH holds options: make bench BENCH="--only student"
bench:
	$(CARGO) run --example benchmark -- $(BENCH)

build:
	$(CARGO) build

# What continuous integration runs.
check: fmt clippy test

fmt:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --workspace --all-targets -- -D warnings

# The camera needs a Vulkan driver; a software one will do.
driver:
	@tools/ensure-vulkan
