# The two commands of the README. All the rest is meson's: see CONTRIBUTING.md.
.PHONY: run check build asan bench slow install-packages node-modules

build: install-packages
	build-aux/configure build
	ninja -C build

asan: install-packages
	build-aux/configure build/asan -Dapp=false -Db_sanitize=address,undefined
	ninja -C build/asan

# A demo server on loopback, a demo account, and the application connected to it.
run: build
	build-aux/run-demo

# Every default test, then the tests without a window under ASan and UBSan; the last line counts them.
check: build asan node-modules
	build-aux/run-tests

# The figures of tests/bench/, as ratios within one run.
bench: build
	build-aux/run-benchmarks

# The long runs: simulator, crash storms (not part of "check").
slow: build asan
	build-aux/run-tests --suite slow

install-packages:
	build-aux/install-packages

node-modules: build
	build-aux/install-node-modules
