#!/usr/bin/env bash
# Builds the release binary: .build/release/grapnel, static standard library, stripped.
set -euo pipefail
cd "$(dirname "$0")/.."
. contrib/lib/packages.sh

need_packages $build_packages
need_swift
say "building the release binary"
# shellcheck disable=SC2086
swift build -c release $build_flags --static-swift-stdlib --product grapnel \
    -Xlinker --gc-sections -Xlinker -s
binary="$(swift build -c release --static-swift-stdlib --show-bin-path)/grapnel"
say "$binary, $(($(stat -c %s "$binary") / 1024)) KiB"
