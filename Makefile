# Each target works as the only command on a fresh Debian 12 with git and make: tools/bootstrap installs what is missing,
# says so, and does nothing (and needs no root) when nothing is.

PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
# Tests also wait: for clocks, for children, for a browser. One more than there are processors keeps these busy.
TEST_JOBS ?= $(shell expr $(JOBS) + 1)

# The release build is the preset `release`, in build/; the others are in build-<preset>/.
BUILD := cmake --build build -j $(JOBS)

.PHONY: all demo test unit sanitize mutations thorough churn install bench bench-sync bench-async format format-check lint clean help
.DEFAULT_GOAL := all
# Steps share build folders and the package manager; the work inside each is parallel.
.NOTPARALLEL:

all: ## Build the tool and its libraries into build/
	@tools/bootstrap build
	@tools/configure release
	@$(BUILD) --target product

demo: all ## Check three small programs, broken and fixed, and show the reports
	@tools/demo

# The product's own tests come last, so that theirs is the closing line.
test: format-check sanitize unit ## Everything that must hold before a change lands

unit: ## The tests, on the release build
	@tools/bootstrap test
	@tools/configure release -DLOCKSTEP_TESTS=ON
	@$(BUILD)
	@tools/run_ctest build -j $(TEST_JOBS)

sanitize: ## Unit tests under AddressSanitizer with UBSan; those of the libraries for programs under ThreadSanitizer, too
	@tools/bootstrap test
	@for preset in asan tsan; do \
	  tools/configure $$preset && cmake --build build-$$preset -j $(JOBS) && \
	  tools/run_ctest build-$$preset -j $(TEST_JOBS) || exit 1; \
	done

mutations: all ## Break lockstep::sync in small ways; lockstep check must notice
	@tools/bootstrap test
	@tests/sync/mutations/run -j $(JOBS)

thorough: ## What `make test` does a part of: all mutations, 1,000 replays, each golden program and the package by each compiler
	@tools/bootstrap test
	@tools/configure release -DLOCKSTEP_TESTS=ON
	@$(BUILD) --target product
	@tests/replay_test --replays 1000
	@tests/golden_test --all
	@tests/package_test build clang++-14
	@tests/sync/mutations/run -j $(JOBS)

churn: ## lockstep::async: ten thousand connections that come and go for a minute, on each backend
	@tools/bootstrap test
	@tools/configure release -DLOCKSTEP_TESTS=ON
	@$(BUILD) --target async_churn
	@for backend in io_uring epoll; do \
	  LOCKSTEP_ASYNC_BACKEND=$$backend build/tests/async/async_churn 10000 60 || exit 1; \
	done

install: all ## Install below PREFIX (/usr/local); DESTDIR is honoured
	@DESTDIR='$(DESTDIR)' cmake --install build --prefix '$(PREFIX)'

bench: ## Measure, as the numbers in bench/README.md were
	@tools/bootstrap bench
	@tools/configure release -DLOCKSTEP_BENCH=ON
	@$(BUILD)
	@bench/run
	@bench/reporting
	@bench/dump

bench-sync: all ## Measure lockstep::sync against what Debian packages; writes docs/sync-benchmarks.md
	@tools/bootstrap bench
	@bench/sync/run

bench-async: all ## Measure lockstep::async against Asio, libuv, asyncio and a raw epoll loop; writes docs/async-benchmarks.md
	@tools/bootstrap bench
	@bench/async/run

format: ## Lay out every C and C++ file
	@tools/bootstrap lint
	@tools/format

format-check:
	@tools/bootstrap test
	@tools/format --check

lint: format-check ## clang-format and clang-tidy; changes nothing
	@tools/bootstrap lint
	@tools/configure release -DLOCKSTEP_TESTS=ON
	@tools/tidy -j $(JOBS)

clean: ## Remove every build folder
	rm -rf build build-*/

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
