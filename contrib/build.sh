#!/usr/bin/env bash
# Builds the release binary: .build/release/grapnel, static standard library, stripped.
set -euo pipefail
cd "$(dirname "$0")/.."
. contrib/lib/packages.sh

need_packages $build_packages
need_swift
say "building the release binary"
# shellcheck disable=SC2086
swift build $release_flags --product grapnel
binary="$PWD/.build/release/grapnel"
say "$binary, $(($(stat -L -c %s "$binary") / 1024)) KiB"
