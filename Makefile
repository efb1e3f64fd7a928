# Two commands on a fresh machine: `make demo` drives the demonstration, `make test` passes the tests.

CARGO ?= cargo
UNDERSTUDY = target/debug/understudy

# Without it Mesa's device selection complains on every start.
export XDG_RUNTIME_DIR ?= /tmp

.PHONY: demo test test-all sanitize bench reproduce view test-view build clippy fmt check driver

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

# Teacher, student and its control from nothing into runs/training; three hours on two fast cores with AVX-512, a night
# on slower ones. Give it again after an interruption and it goes on.
reproduce: driver build
	$(UNDERSTUDY) capture
	test -e runs/training/teacher/teacher.safetensors || $(UNDERSTUDY) train teacher
	test -e data/soft_targets.bin || $(UNDERSTUDY) targets --teacher runs/training/teacher/teacher.safetensors
	test -e runs/training/student/student.safetensors || $(UNDERSTUDY) distill
	test -e runs/training/hard_label_student/hard_label_student.safetensors || $(UNDERSTUDY) train hard_label_student
	$(UNDERSTUDY) quantize --words coarse runs/training/teacher/teacher.safetensors
	$(UNDERSTUDY) quantize --words stage1,coarse runs/training/student/student.safetensors

build:
	$(CARGO) build

# A window on a story as it is driven. Builds Bevy's renderer besides, once. STORY=cut_in, or a recorded run's folder.
STORY ?= cut_in
view: driver
	$(CARGO) build --features viewer
	$(UNDERSTUDY) view $(STORY)

# The window's own tests: its layout, and that Bevy's camera sees what the sensor camera sees.
test-view: driver
	$(CARGO) test --features viewer --lib viewer

# What continuous integration runs.
check: fmt clippy test

fmt:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --features viewer --all-targets -- -D warnings

# The camera needs a Vulkan driver; a software one will do.
driver:
	@tools/ensure-vulkan
