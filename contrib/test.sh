#!/usr/bin/env bash
# Installs what the tests need, then checks the format, builds with warnings as errors, runs every test
# and holds the size of the release binary. Stops what it started. Needs root, for the engines (contrib/engine.sh).
#
#   contrib/test.sh             everything within an hour on two cores
#   contrib/test.sh --all       the longest matrices too: two hours or so
#   contrib/test.sh --quick     no release build
set -euo pipefail
cd "$(dirname "$0")/.."
. contrib/lib/packages.sh

all="" quick=""
for word in "$@"; do
    case "$word" in
        --all) all=1 ;;
        --quick) quick=1 ;;
        *) fail "\"$word\": expected --all or --quick" ;;
    esac
done

need_packages $build_packages lua5.4 jq curl openssl tzdata
need_swift
contrib/engine.sh install

# The tests remove their engines and registries themselves; this waits until they have, and is for what they could not.
GRAPNEL_TEST_ENGINES=$(mktemp -d /tmp/grapnel-XXXXXX)
export GRAPNEL_TEST_ENGINES
cleanup() {
    local part
    for part in "$GRAPNEL_TEST_ENGINES"/*/; do
        [ ! -d "$part" ] || contrib/engine.sh sweep "${part%/}"
    done
    rm -rf "$GRAPNEL_TEST_ENGINES" "$GRAPNEL_TEST_ENGINES.log"
}
trap cleanup EXIT

say "checking the format"
swift format lint --strict --recursive Sources Tests contrib/bench Package.swift

say "checking that nothing imports Foundation"
if grep -rnE '^\s*(@[a-zA-Z()]+ )*(public |internal |private |package )?import (Foundation|FoundationNetworking|FoundationEssentials)\s*$' Sources Tests; then
    fail "Foundation adds megabytes to the binary and to every process"
fi

say "checking the scripts"
for script in contrib/*.sh contrib/lib/*.sh contrib/bench/*.sh contrib/example*/*/*.sh contrib/example-container/web/build .ci/run; do bash -n "$script"; done

say "building the tests"
# shellcheck disable=SC2086
swift build --build-tests $build_flags -Xswiftc -warnings-as-errors

export GRAPNEL_LONG="${all:+1}"
# run_tests FILTER... : one at a time, because many of them wait for real processes and sockets, and two cores starve
# when all do at once. Of a run that fails, what failed is said again at its end: that is where people look first.
run_tests() {
    local output="$GRAPNEL_TEST_ENGINES.log" failed=0
    swift test --skip-build --no-parallel "$@" 2>&1 | tee "$output" | grep --line-buffered -v '^◇ Test case ' || failed=1
    if [ "$failed" -ne 0 ]; then
        say "what failed"
        grep -aE -A 6 '^✘|^error:|Fatal error' "$output" | grep -avE '^(◇|✔)' | cut -c1-2000 | tail -n 100 || true
        if ! grep -aq '^✘ Test run' "$output"; then tail -n 5 "$output"; fi
        have_failed=1
    fi
}
have_failed=0
say "running the tests of the modules"
run_tests --skip '^KillTests\.' --skip '^CommandLineTests\.'
say "running the tests of the program: kills and commands"
run_tests --filter '^KillTests\.' --filter '^CommandLineTests\.'
[ "$have_failed" -eq 0 ] || fail "tests failed"

if [ -z "$quick" ]; then
    contrib/build.sh
    binary=".build/release/grapnel"
    size=$(stat -c %s -L "$binary")
    [ "$size" -le $((16 << 20)) ] || fail "$binary has $size bytes, expected 16 MiB at most"
    # What the kill tests use to kill the agent must not be there for anybody else.
    if grep -q GRAPNEL_TEST_KILL "$binary"; then fail "$binary can be told to kill itself"; fi
    say "running the release binary"
    "$binary" version
    say "doing what the README says"
    mkdir "$GRAPNEL_TEST_ENGINES/try"
    contrib/lib/try-example.sh "$GRAPNEL_TEST_ENGINES/try"
fi
say "all good"
