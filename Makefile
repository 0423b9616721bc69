# Every target installs what it needs first (tools/bootstrap.sh), then works on all cores, or on JOBS=N.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
export JOBS FUZZ_SECONDS

CTEST = ctest --output-on-failure --no-tests=error -j $(JOBS)
say = @printf '\n== %s\n' "$(1)"

.PHONY: help demo build test test-peers test-image test-asan test-tsan bench bench-peer soak lint lint-quick format fuzz models speech clean

help: ## show this list
	@echo "usage: make TARGET [JOBS=N]"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r target what; do printf '  %-12s %s\n' "$$target" "$$what"; done

demo: ## build the program and watch it find a planted bug in a support agent: no key, no network
	@tools/bootstrap.sh demo
	$(call say,demo: building the program alone (release))
	@tools/build.sh release antiphon
	@examples/demo/run.sh

build: ## build the release program: build/release/bin/antiphon
	@tools/bootstrap.sh build
	$(call say,build: release)
	@tools/build.sh release antiphon antiphon_gateway antiphon_audio antiphon_session antiphon_manual
	@echo "built build/release/bin/antiphon"

test: ## build everything with warnings as errors and run all tests
	@tools/bootstrap.sh test
	$(call say,test: building (dev))
	@tools/build.sh dev
	$(call say,test: running)
	@$(CTEST) --test-dir build/dev

test-peers: ## test against foreign software: official clients, installed as they come
	@tools/bootstrap.sh peers
	$(call say,test-peers: building (dev))
	@tools/build.sh dev
	$(call say,test-peers: running)
	@tests/peers/run.sh

test-image: ## build the gateway's container image and call it, confined as Compose does (podman or docker, and a registry for its base; half an hour)
	@python3 tests/deploy/image_test.py

test-asan: ## run all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/bootstrap.sh asan
	$(call say,test-asan: building (asan))
	@tools/build.sh asan
	$(call say,test-asan: running)
	@UBSAN_OPTIONS=print_stacktrace=1 $(CTEST) --test-dir build/asan

# The modules that have threads. What is not built here has no tests to run.
TSAN_TARGETS = base_test audio_test chat_test net_test providers_test scenario_test adapters_test store_test cli_test spanning_test antiphon
test-tsan: ## run the tests of the modules that have threads under ThreadSanitizer
	@tools/bootstrap.sh asan
	$(call say,test-tsan: building (tsan))
	@tools/build.sh tsan $(TSAN_TARGETS)
	$(call say,test-tsan: running)
	@TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions=$(CURDIR)/tools/tsan.supp" $(CTEST) --test-dir build/tsan --timeout 600 -E '_NOT_BUILT$$|^(consumer|docs|tools)\.'

bench: ## measure speed and memory with optimised code
	@tools/bootstrap.sh bench
	@bench/run.sh

bench-peer: ## measure us beside langwatch/scenario (Node and Python, installed as pinned): the same workloads
	@tools/bootstrap.sh bench
	@tools/bootstrap.sh peers
	@bench/peer/run.sh

soak: ## play 130,000 rehearsals in one process; fails when memory, open files or threads grow
	@tools/bootstrap.sh bench
	@tools/build.sh bench bench_soak bench_stub_llm
	@build/bench/bin/bench_soak

lint: lint-quick ## check layers, format, scripts, the code (clang-tidy) and the types of web/
	@tools/lint.sh tidy web

lint-quick: ## the part of lint that takes seconds: layers, format, scripts
	@tools/bootstrap.sh lint
	@tools/lint.sh layers format shell

format: ## rewrite C++ files as .clang-format says
	@tools/bootstrap.sh lint
	@tools/lint.sh reformat

fuzz: ## run every fuzzer for FUZZ_SECONDS each (60)
	@tools/bootstrap.sh fuzz
	$(call say,fuzz: building)
	@tools/build.sh fuzz fuzzers
	@tools/fuzz.sh

models: ## install the sentence encoder all-MiniLM-L6-v2 (84 MB to fetch) for `embedding: minilm`, and the voice detector Silero (11 MB); nothing else needs them
	@tools/get-minilm.sh
	@tools/get-silero.sh

speech: ## fetch again what listens and speaks without a key, where the build could not (95 MB): Moonshine, hibari
	@tools/get-speech.sh

clean: ## remove what was built; keep unpacked dependencies
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +; fi
	@rm -rf antiphon-out
	@echo "removed build/ (but build/deps) and antiphon-out/"
