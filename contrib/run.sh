#!/usr/bin/env bash
# Builds Grapnel and runs it in the foreground with a small example home in .home; Ctrl-C stops it.
# Where a Docker engine answers, the example has a container too. Quick when nothing is to be done.
set -euo pipefail
cd "$(dirname "$0")/.."
. contrib/lib/packages.sh

need_packages $build_packages
need_swift
say "building (the first time takes some minutes)"
# shellcheck disable=SC2086
swift build $release_flags --product grapnel
bin="$PWD/.build/release"

home="${GRAPNEL_EXAMPLE:-$PWD/.home}"
if [ ! -e "$home" ]; then
    say "making an example home in $home"
    cp -r contrib/example "$home"
    chmod -R go-w "$home"
    printf 'GRAPNEL_EXAMPLE=%s\n' "$home" >"$home/env"
    chmod 600 "$home/env"
fi

engine=""
if command -v docker >/dev/null && timeout 5 docker version >/dev/null 2>&1; then engine=1; fi
if [ -n "$engine" ] && [ ! -e "$home/web" ]; then
    say "building the first release of a container, and starting it"
    need_packages busybox-static
    cp -r contrib/example-container/web "$home/web"
    cp /bin/busybox "$home/web/busybox"
    chmod -R go-w "$home/web"
    "$home/web/build" 1 >/dev/null
    docker rm -f grapnel-example >/dev/null 2>&1 || true
    docker run -d --name grapnel-example --restart unless-stopped -p 127.0.0.1:18480:8080 grapnel-example:latest \
        >/dev/null
    cat contrib/example-container/grapnel.yaml >>"$home/grapnel.yaml"
fi

cat <<TEXT

The agent runs below. In another terminal, in $PWD, type:

  export PATH="$bin:\$PATH" GRAPNEL_HOME="$home"

TEXT
if [ -n "$engine" ]; then
    cat <<TEXT
  $home/web/build 2                          # a new release of a container appears ...
  grapnel deploy web                         # ... and is deployed, gated on health
  curl http://127.0.0.1:18480/
  $home/web/build 3-bad                      # a bad one appears
  grapnel deploy web                         # it fails its health check, release 2 is put back
  grapnel status                             # the truth, and what to type next
  curl http://127.0.0.1:18480/

The same with a script in the place of a container:

TEXT
fi
cat <<TEXT
  grapnel deploy site                        # the first release, v1, goes live
  echo v2 > $home/site/available             # a new release appears ...
  grapnel deploy site                        # ... and is deployed
  echo v3-bad > $home/site/available         # a bad one appears
  grapnel deploy site                        # v2 is put back
  grapnel deploy site                        # the bad one is blocked now
  grapnel rollback site                      # back to v1, and hold it
  grapnel history

TEXT
[ -z "$engine" ] || printf 'To be rid of the container: docker rm -f grapnel-example; docker rmi grapnel-example\n\n'
exec "$bin/grapnel" run --home "$home"
