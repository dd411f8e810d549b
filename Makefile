# The commands a person needs, and nothing else: the build is CMake's, the work
# is in scripts/.
.PHONY: bench binaries build demo format fuzz install lint setup test test-docker test-long

setup:
	scripts/setup

build: setup
	cmake --preset release
	cmake --build --preset release

# What people run, without the tests.
binaries: setup
	cmake --preset release
	cmake --build --preset release --target carousel carouseld carousel_worker

# Copies what `make binaries` built to PREFIX, below DESTDIR if that is given:
# sudo make install PREFIX=/usr/local. It builds nothing, so that root need not.
PREFIX ?= /usr/local
install:
	@test -x build/release/carouseld || { echo "first: make binaries" >&2; exit 1; }
	DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)" --strip

# Everything, ThreadSanitizer over what it can run on first, so that the last
# lines are those of the whole suite.
test: build
	cmake --preset tsan
	cmake --build --preset tsan
	ctest --preset tsan
	ctest --preset release

# Each of the fuzzers for so many seconds, with clang; docs/fuzzing.md.
SECONDS = 45
fuzz: setup
	cmake --preset fuzz -D CAROUSEL_FUZZ_SECONDS=$(SECONDS)
	cmake --build --preset fuzz
	ctest --preset fuzz

# What takes longer than a test should: a hundred rounds of kills, a full disk at
# every write of a training run, two hundred versions that come and go.
test-long: build
	ctest --preset release -C long -L long

# The image and the compose file for hosts without a GPU, built and run; needs
# Docker's engine, Python and openssl, and nothing that `make build` makes.
test-docker:
	python3 -B tests/deploy/docker_test.py --verbose

# Fetches real reviews and vectors, trains 50 epochs through the server,
# evaluates, predicts and draws; see scripts/demo.
demo: binaries
	scripts/demo

# Each beside its peers, in turn, a table a benchmark; tests/bench/README.md.
# word_vectors_bench.py is run by hand: gensim takes ten minutes for its file.
DEPS = $(or $(CAROUSEL_DEPS_DIR),$(HOME)/.cache/carousel)
bench: build
	set -e; for bench in build/release/*_bench; do \
	  case $$bench in */word_vectors_bench) continue;; esac; \
	  echo "== $$bench"; $$bench; done
	@echo "== tests/bench/ort_bench.py"
	$(DEPS)/venv/bin/python -B tests/bench/ort_bench.py

format:
	scripts/format

lint:
	scripts/lint
