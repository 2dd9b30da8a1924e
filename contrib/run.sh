#!/usr/bin/env bash
# Builds Grapnel and runs it in the foreground with a small example home in .home; Ctrl-C stops it.
# Quick when nothing is to be done.
set -euo pipefail
cd "$(dirname "$0")/.."
. contrib/lib/packages.sh

need_packages $build_packages
need_swift
say "building (the first time takes some minutes)"
# shellcheck disable=SC2086
swift build -c release $build_flags --static-swift-stdlib --product grapnel -Xlinker --gc-sections -Xlinker -s
bin="$(swift build -c release --static-swift-stdlib --show-bin-path)"

home="$PWD/.home"
if [ ! -e "$home" ]; then
    say "making an example home in .home"
    cp -r contrib/example "$home"
    chmod -R go-w "$home"
    printf 'GRAPNEL_EXAMPLE=%s\n' "$home" >"$home/env"
fi

cat <<TEXT

The agent runs below. In another terminal, in $PWD, type:

  export PATH="$bin:\$PATH" GRAPNEL_HOME="$home"

  grapnel deploy site                        # the first release, v1, goes live
  echo v2 > .home/site/available             # a new release appears ...
  grapnel deploy site                        # ... and is deployed, gated on health
  echo v3-bad > .home/site/available         # a bad one appears
  grapnel deploy site                        # it fails its health check, v2 is put back
  grapnel status                             # the truth, and what to type next
  grapnel deploy site                        # the bad one is blocked now
  grapnel rollback site                      # back to v1, and hold it
  grapnel history

TEXT
exec "$bin/grapnel" run --home "$home"
