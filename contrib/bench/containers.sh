#!/usr/bin/env bash
# What a container deploy costs, on a private engine (root): how long the service does not answer beside
# `docker stop; docker rm; docker run`, the agent's own processor time, and its memory after many deploys.
# Fails when the service is away for more than 100 ms longer than with plain docker.
#
#   contrib/bench/containers.sh
#
# ROUNDS=7 and DEPLOYS=100 in the environment change how long it takes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. contrib/lib/packages.sh

rounds="${ROUNDS:-7}"
deploys="${DEPLOYS:-100}"
port=18481
work="$(mktemp -d /tmp/grapnel-XXXXXX)"
agent=""
clean_up() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    contrib/engine.sh remove "$work/engine" || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

contrib/build.sh
clang -O2 -Wall -o "$work/gap" contrib/bench/gap.c
contrib/engine.sh install
contrib/engine.sh start 26.1 "$work/engine"
export DOCKER_HOST="unix://$work/engine/docker.sock" GRAPNEL_HOME="$work/home"
PATH="$PWD/.build/release:$(contrib/engine.sh path 20.10):$PATH"

say "building two releases"
cp -r contrib/example-container/web "$work/web"
cp /bin/busybox "$work/web/busybox"
for release in 1 2; do
    # Without its own check, whose interval would be all that is measured.
    sed -i '/^HEALTHCHECK/d' "$work/web/Dockerfile"
    "$work/web/build" "$release" >/dev/null
    docker tag grapnel-example:latest "bench:$release"
done
run() { docker run -d --name web -p "127.0.0.1:$port:8080" "$1" >/dev/null; }
docker tag bench:1 bench:latest
run bench:latest
mkdir "$GRAPNEL_HOME"
cat >"$GRAPNEL_HOME/grapnel.yaml" <<TEXT
services:
  web:
    container: { name: web, pull: never }
    image: bench:latest
    health: { interval: 100ms, stable: 100ms, grace: 10s }
TEXT
grapnel run 2>"$work/log" &
agent=$!
for _ in $(seq 100); do
    ! grep -q ' runs on ' "$work/log" || break
    sleep 0.1
done
grep -q ' runs on ' "$work/log" || { cat "$work/log"; fail "the agent did not start"; }

current=1
flip() {
    current=$((3 - current))
    docker tag "bench:$current" bench:latest
}
by_grapnel() { grapnel deploy web >/dev/null; }
by_docker() {
    docker stop web >/dev/null
    docker rm web >/dev/null
    run bench:latest
}
# gap COMMAND : the longest silence while it runs.
gap() {
    mkfifo "$work/end"
    "$work/gap" "$port" <"$work/end" >"$work/longest" &
    local prober=$!
    exec 3>"$work/end"
    sleep 0.3
    "$1"
    sleep 1
    exec 3>&-
    wait "$prober"
    rm "$work/end"
    cat "$work/longest"
}
middle() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
memory() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$agent/status"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }

say "the time without an answer, $rounds rounds"
for _ in $(seq "$rounds"); do
    flip
    gap by_grapnel >>"$work/ours"
    flip
    gap by_docker >>"$work/docker"
    # It has another container now, and finds out.
done
ours=$(middle <"$work/ours")
docker=$(middle <"$work/docker")

say "$deploys deploys"
before=$(memory)
begin=$(ticks)
started=$(date +%s%N)
for _ in $(seq "$deploys"); do
    flip
    by_grapnel
done
taken=$((($(date +%s%N) - started) / 1000000 / deploys))
own=$((($(ticks) - begin) * 1000 / $(getconf CLK_TCK) / deploys))

printf '%-44s %s\n' "no answer, grapnel deploy (ms)" "$ours" "no answer, docker stop; rm; run (ms)" "$docker" \
    "a whole deploy, with the engine's part (ms)" "$taken" "the agent's own processor time in it (ms)" "$own" \
    "memory before (MB)" "$before" "memory after $deploys deploys (MB)" "$(memory)"
[ "$ours" -le $((docker + 100)) ] || fail "the service is away for $((ours - docker)) ms more than with plain docker"
