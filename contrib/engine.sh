#!/usr/bin/env bash
# A private Docker engine for tests and for trying things: its own data, socket and bridge, no rule in the firewall,
# nothing installed but a directory in the cache. Needs root. The engine that the machine may run is left alone.
#
#   contrib/engine.sh install              fetches the engines, 20.10 and 26.1, an image registry and the first compose
#   contrib/engine.sh start VERSION DIR [OPTION...]
#                                          starts one that keeps everything in DIR; its socket is DIR/docker.sock
#   contrib/engine.sh stop DIR             as a machine that is shut down
#   contrib/engine.sh kill DIR             as a machine whose power fails: containers and all
#   contrib/engine.sh remove DIR           kills it and removes DIR
#   contrib/engine.sh sweep PARENT         removes every engine in PARENT, ends what else runs from there, removes PARENT
#   contrib/engine.sh guard PARENT         waits until its standard input ends, then sweeps
#   contrib/engine.sh path NAME            where the programs of an engine, of `registry` or of `compose-1` are
set -euo pipefail
cd "$(dirname "$0")/.."
. contrib/lib/packages.sh

cache="${GRAPNEL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/grapnel-tests}"

programs() {
    case "$1" in
        registry | compose-1) printf '%s\n' "$cache/$1/bin" ;;
        *) printf '%s\n' "$cache/engine-$1/bin" ;;
    esac
}

# fetch NAME SUITE PACKAGE... : unpacked beside, so that no service of the distribution is started.
fetch() {
    local name=$1 suite=$2 dir part
    shift 2
    dir="$cache/$name"
    [ ! -e "$dir/complete" ] || return 0
    say "fetching $name"
    part="$dir.part"
    rm -rf "$part"
    mkdir -p "$part/lists/partial" "$part/archives/partial" "$part/sources" "$part/root" "$part/bin" "$part/deb"
    sources "$suite" "$part/sources"
    local apt=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$part/sources"
        -o "Dir::State::lists=$part/lists" -o "Dir::Cache=$part" -o APT::Sandbox::User=root)
    apt-get "${apt[@]}" update -qq
    (cd "$part/deb" && apt-get "${apt[@]}" download -qq "$@")
    local file
    for file in "$part"/deb/*.deb; do dpkg -x "$file" "$part/root"; done
    mkdir -p "$part/root/usr/bin" "$part/root/usr/sbin"
    find "$part/root/usr/bin" "$part/root/usr/sbin" -perm -u+x ! -type d -exec cp -L {} "$part/bin/" \;
    [ ! -d "$part/root/usr/libexec/docker/cli-plugins" ] || cp -r "$part/root/usr/libexec/docker/cli-plugins" "$part/"
    [ ! -d "$part/root/usr/lib/python3/dist-packages" ] || with_libraries "$part"
    rm -rf "$part/lists" "$part/archives" "$part/deb" "$part/root" "$part"/*cache.bin
    touch "$part/complete"
    rm -rf "$dir"
    mv "$part" "$dir"
}

# The first compose, which is written in Python, finds what it needs beside itself.
with_libraries() {
    mkdir -p "$1/lib"
    cp -r "$1"/root/usr/lib/python3/dist-packages/. "$1"/root/usr/lib/python3.*/* "$1/lib/"
    mv "$1/bin/docker-compose" "$1/lib/docker-compose.py"
    rm "$1"/bin/*
    printf '#!/bin/sh\nlib=${0%%/*}/../lib\nPYTHONPATH=$lib exec /usr/bin/python3 "$lib/docker-compose.py" "$@"\n' \
        >"$1/bin/docker-compose"
    chmod +x "$1/bin/docker-compose"
}

# The distribution's own sources, for another of its releases, into a directory: they come in two notations.
sources() {
    local own other
    own=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    other="s/\b$own-updates\b//; s/\b$own\b/$1/"
    { cat /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } | awk -v RS= '!/security/' | head -n 20 |
        sed "$other" >"$2/suite.sources"
    grep -h '^deb ' /etc/apt/sources.list 2>/dev/null | grep -v -e security -e "$own-" |
        sed "$other" >"$2/suite.list" || true
}

install() {
    need_packages iproute2 procps curl busybox-static python3
    fetch registry bookworm docker-registry
    fetch engine-20.10 bookworm docker.io containerd runc tini
    fetch engine-26.1 trixie docker.io docker-cli containerd docker-compose
    fetch compose-1 bookworm docker-compose python3-docker python3-dockerpty python3-docopt python3-dotenv \
        python3-jsonschema python3-requests python3-texttable python3-websocket python3-yaml python3-distro \
        python3-attr python3-pyrsistent python3-urllib3 python3-idna python3-chardet python3-charset-normalizer \
        python3-certifi python3-six python3-pkg-resources python3-distutils python3-lib2to3
    # runc of the newer release wants a newer C library.
    local program
    for program in runc docker-init; do
        [ -e "$(programs 26.1)/$program" ] || cp "$(programs 20.10)/$program" "$(programs 26.1)/$program"
    done
}

# One that no other engine here has: from the directory's name.
number() { printf '%s' "$1" | cksum | awk '{ print $1 % 16000 }'; }
bridge() { printf 'grapnel%s' "$(number "$1")"; }

start() {
    local version=$1 dir=$2 n
    shift 2
    [ -x "$(programs "$version")/dockerd" ] || fail "the engine $version is not here, expected contrib/engine.sh install"
    [ "$(id -u)" -eq 0 ] || fail "an engine can only be started by root"
    mkdir -p "$dir"
    n=$(number "$dir")
    if ! ip link show "$(bridge "$dir")" >/dev/null 2>&1; then
        ip link add "$(bridge "$dir")" type bridge
        # 10.64.0.0 and on: a quarter of it for the bridge, the rest for networks that tests make.
        ip addr add "10.$((64 + n / 256)).$((n % 256)).1/26" dev "$(bridge "$dir")"
        ip link set "$(bridge "$dir")" up
    fi
    rm -f "$dir/docker.sock" "$dir/docker.pid"
    PATH="$(programs "$version"):$PATH" setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" \
        --pidfile "$dir/docker.pid" -H "unix://$dir/docker.sock" --bridge "$(bridge "$dir")" \
        --iptables=false --ip-forward=false --insecure-registry 127.0.0.0/8 \
        --default-address-pool "base=10.$((64 + n / 256)).$((n % 256)).64/26,size=28" "$@" \
        >>"$dir/log" 2>&1 </dev/null &
    local waited=0
    until curl -sf -o /dev/null --unix-socket "$dir/docker.sock" http://engine/_ping; do
        sleep 0.05
        waited=$((waited + 1))
        [ "$waited" -lt 600 ] || { tail -n 20 "$dir/log" >&2; fail "the engine $version did not start in $dir"; }
    done
}

engine_pids() { cat "$1/docker.pid" 2>/dev/null || true; }

# A zombie has gone too: it is its parent that is late.
running() { grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

gone() {
    local waited=0
    while running "$1"; do
        sleep 0.05
        waited=$((waited + 1))
        [ "$waited" -lt 600 ] || fail "process $1 does not end"
    done
}

stop() {
    local pid
    pid=$(engine_pids "$1")
    [ -n "$pid" ] || return 0
    kill "$pid" 2>/dev/null || return 0
    gone "$pid"
}

# Everything at once, the processes in the containers too: what has this directory on its command line.
kill_all() {
    local pid
    pid=$(engine_pids "$1")
    [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
    [ -z "$pid" ] || gone "$pid"
    local container
    for container in "$1"/exec/containerd/daemon/io.containerd.runtime.v2.task/moby/*/init.pid; do
        [ ! -e "$container" ] || kill -9 "$(cat "$container")" 2>/dev/null || true
    done
    local process
    for process in $(pgrep -f -- "$1/exec" || true); do
        [ "$process" = $$ ] || kill -9 "$process" 2>/dev/null || true
    done
    for process in $(pgrep -f -- "$1/exec" || true); do
        [ "$process" = $$ ] || gone "$process"
    done
    # What a machine loses with its power: its mounts, and what lies in /run.
    unmount "$1"
    rm -rf "$1/exec" "$1/docker.pid"
}

unmount() {
    local mounted
    for mounted in $(awk -v d="$1/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r); do
        umount -l "$mounted" 2>/dev/null || true
    done
}

# Nobody waits for containers that nobody will see again.
remove() {
    kill_all "$1"
    ip link del "$(bridge "$1")" 2>/dev/null || true
    rm -rf "$1"
}

# By its directory alone: the agent's tests may have died in any way. Twice at once does no harm.
sweep() {
    local dir process
    exec 9>"$1.lock"
    flock 9
    for dir in "$1"/*/; do
        dir=${dir%/}
        # An engine's, also of one that is down.
        if [ -d "$dir/data" ]; then remove "$dir"; fi
        for process in $(pgrep -f -- "$dir/" || true); do
            [ "$process" = $$ ] || kill -9 "$process" 2>/dev/null || true
        done
    done
    rm -rf "$1" "$1.lock"
}

guard() {
    # From a terminal the interrupt is meant for the tests.
    trap '' INT HUP
    cat >/dev/null
    sweep "$1"
}

case "${1:-}" in
    install) install ;;
    start) start "${@:2}" ;;
    stop) stop "$2" ;;
    kill) kill_all "$2" ;;
    remove) remove "$2" ;;
    sweep) sweep "$2" ;;
    guard) guard "$2" ;;
    path) programs "$2" ;;
    *) fail "expected install, start VERSION DIR, stop DIR, kill DIR, remove DIR, sweep PARENT, guard PARENT or path NAME" ;;
esac
