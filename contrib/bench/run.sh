#!/usr/bin/env bash
# Holds the budgets: measures each thing in turns with plain C that does the same, and fails when it costs too many
# times as much. README.md beside this file says what each row holds.
#
#   contrib/bench/run.sh            everything
#   contrib/bench/run.sh NAME...    rows whose names begin with that
#
# ROUNDS=11 and DEPLOYS=2000 in the environment change how long it takes. URGENT=1, which needs root, lets all that is
# measured run before everybody else's work, which then waits.
set -euo pipefail
cd "$(dirname "$0")/../.."
. contrib/lib/packages.sh

rounds="${ROUNDS:-11}"
deploys="${DEPLOYS:-2000}"
names=("$@")
# On the disk that the build is on: where there is nothing but memory a commit costs nothing.
mkdir -p .build/bench
work="$(mktemp -d "$PWD/.build/bench/XXXXXX")"
home="$work/home"
agent=""
status=0
ran=""

clean_up() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

build() {
    need_packages $build_packages wrk
    contrib/build.sh
    say "building the measurements"
    # shellcheck disable=SC2086
    swift build $release_flags --product bench
    grapnel="$PWD/.build/release/grapnel"
    bench="$PWD/.build/release/bench"
    baseline="$PWD/.build/bench/baseline"
    # All of the agent's libraries, needed or not: its start loads them too.
    # shellcheck disable=SC2046
    clang -O2 -Wall -o "$baseline" contrib/bench/baseline/*.c -pthread -Wl,--no-as-needed \
        $(pkg-config --cflags --libs lua5.4 libcurl libmicrohttpd sqlite3 yaml-0.1 libcrypto libpcre2-8)
}

make_home() {
    mkdir -p "$home/hooks" "$work/executable/hooks/post-up.d" "$work/lua/hooks" "$work/journal"
    echo "return { post_up = function() end }" >"$work/lua/hooks/web.lua"
    printf '#!/bin/sh\nexit 0\n' >"$work/executable/hooks/post-up.d/10-bench"
    chmod 755 "$work/executable/hooks/post-up.d/10-bench"
    echo "services:" >"$home/grapnel.yaml"
    for service in web s{2..10}; do
        echo "  $service: { driver: script, script: { run: [/bin/true] } }" >>"$home/grapnel.yaml"
    done
    # The baseline writes into a journal that the agent's own code made.
    "$bench" journal 1 1 "$work/journal" >/dev/null
}

# ------------------------------------------------------------------------------------------------ Rows of the table

wanted() { # NAME... : any of them
    [ "${#names[@]}" -gt 0 ] || return 0
    local row name
    for row in "$@"; do
        for name in "${names[@]}"; do [[ "$row" == "$name"* ]] && return 0; done
    done
    return 1
}

median() { sort -g | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

show() { # UNIT VALUE, in microseconds or bytes
    case "$1" in
        /s) awk -v v="$2" 'BEGIN { printf "%d/s", 1000000 / v }' ;;
        ms) awk -v v="$2" 'BEGIN { printf "%.2f ms", v / 1000 }' ;;
        MB) awk -v v="$2" 'BEGIN { printf "%.2f MB", v / 1048576 }' ;;
    esac
}

row() { # NAME UNIT LIMIT OURS BASELINE RATIO WHAT
    verdict=ok
    if awk "BEGIN { exit !($6 > $3) }"; then verdict=OVER status=1; fi
    printf '%-16s %12s %12s %7.2f %6.2f  %-4s  %s\n' \
        "$1" "$(show "$2" "$4")" "$(show "$2" "$5")" "$6" "$3" "$verdict" "$7"
    ran=1
}

# compare NAME UNIT LIMIT WHAT OURS BASELINE: two commands that print microseconds, in turns. The ratio is the
# middle one of the rounds' own, since each pair met the same machine.
compare() {
    wanted "$1" || return 0
    : >"$work/ours" && : >"$work/baseline"
    for ((round = 1; round <= rounds; round++)); do
        if ((round % 2)); then sides=(ours baseline); else sides=(baseline ours); fi
        for side in "${sides[@]}"; do
            if [ "$side" = ours ]; then command="$5"; else command="$6"; fi
            $command >>"$work/$side" || fail "$1: $command"
        done
    done
    ratio="$(paste "$work/ours" "$work/baseline" | awk '{ print $1 / $2 }' | median)"
    row "$1" "$2" "$3" "$(median <"$work/ours")" "$(median <"$work/baseline")" "$ratio" "$4"
}

# hold NAME BUDGET WHAT BYTES: what does not depend on the machine's speed is held against the budget itself.
hold() {
    wanted "$1" || return 0
    row "$1" MB 1 "$4" "$2" "$(awk "BEGIN { print $4 / $2 }")" "$3"
}

# ------------------------------------------------------------------------------------------------ The whole agent

# Microseconds from the start of a program until it says that it runs.
ready() {
    local begun=$EPOCHREALTIME line lines
    exec {lines}< <(exec "$@" 2>&1)
    agent=$!
    while read -r line <&"$lines" && [[ "$line" != *" runs on "* ]]; do :; done
    local ended=$EPOCHREALTIME
    stop_agent
    exec {lines}<&-
    [[ "$line" == *" runs on "* ]] && echo $((${ended/./} - ${begun/./}))
}

start_agent() {
    : >"$work/log"
    "$grapnel" run --home "$home" >"$work/log" 2>&1 &
    agent=$!
    until grep -q ' runs on ' "$work/log"; do
        kill -0 "$agent" 2>/dev/null || fail "the agent ended: $(cat "$work/log")"
        sleep 0.05
    done
}

stop_agent() {
    kill "$agent" && wait "$agent" || true
    agent=""
}

memory() { awk -v "key=$1:" '$1 == key { print $2 * 1024 }' "/proc/$agent/smaps_rollup"; }

whole_agent() {
    # The first start of all makes the database, which is not what is compared.
    start_agent
    stop_agent
    compare start ms 5 "exec to ready, 10 services; the libraries, a commit and a port" \
        "ready $grapnel run --home $home" "ready $baseline ready 1 $work/journal"

    start_agent
    sleep 2
    local resident warm
    resident="$(memory Rss)"
    hold memory-resident $((25 << 20)) "idle, 10 services: resident" "$resident"
    hold memory-private $((8 << 20)) "idle, 10 services: private and dirty" "$(memory Private_Dirty)"
    # Its log has to have grown, as the baseline's has.
    "$bench" deploys 100 "$home" >/dev/null
    compare deploy ms 5 "a deploy of /bin/true; the script and 14 commits" \
        "$bench deploys 50 $home" "$baseline deploys 50 $work/journal"
    if wanted growth growth-late; then
        "$bench" deploys 200 "$home" >/dev/null
        warm="$(memory Rss)"
        "$bench" deploys "$deploys" "$home" >/dev/null
        hold growth $((10 << 20)) "more resident after $deploys deploys than at the start" $(($(memory Rss) - resident))
        hold growth-late $((deploys << 10)) "and than after the first hundreds: 1 KiB a deploy" $(($(memory Rss) - warm))
    fi
    stop_agent
}

# ------------------------------------------------------------------------------------------------ All

build
make_home
if [ -n "${URGENT:-}" ]; then chrt --rr --pid 1 $$; fi
say "measuring, $rounds rounds; load average $(cut -d' ' -f1 /proc/loadavg) on $(nproc) cores"
printf '%-16s %12s %12s %7s %6s\n' name ours baseline ratio limit

compare process-one ms 2.5 "one /bin/true after the other" \
    "$bench processes 300 1" "$baseline processes 300 1"
compare process-many /s 2.5 "/bin/true, 8 at once" \
    "$bench processes 800 8" "$baseline processes 800 8"
compare lua-first ms 40 "first Lua hook of a deploy: find, load, call; state, load, call" \
    "$bench lua-first 500 $work/lua" "$baseline lua 500 $work/lua"
compare lua-again ms 6 "a further call of it; the same" \
    "$bench lua-again 2000 $work/lua" "$baseline lua 500 $work/lua"
compare executable ms 3 "an empty shell script as a hook; posix_spawn" \
    "$bench executable 200 $work/executable" "$baseline executable 200 $work/executable"
compare tags-semver ms 40 "choice among 10,000 tags by version; sscanf and qsort" \
    "$bench tags 10 semver 10000" "$baseline tags 10 semver 10000"
compare tags-regex ms 40 "choice among 10,000 tags by a group; pcre2_match and qsort" \
    "$bench tags 10 regex 10000" "$baseline tags 10 regex 10000"
compare journal-one /s 1.9 "commits of an entry, FULL, one writer" \
    "$bench journal 500 1 $work/journal" "$baseline journal 500 1 $work/journal"
compare journal-many /s 10 "commits, FULL, 64 writers; 64 inserts to a commit" \
    "$bench journal 12800 64 $work/journal" "$baseline journal 12800 64 $work/journal"
compare http /s 4 "requests, 32 connections of wrk; bare libmicrohttpd" \
    "$bench http 1 32" "$baseline http 1 32"
hold size $((16 << 20)) "the stripped binary" "$(stat -L -c %s "$grapnel")"
if wanted start memory-resident memory-private deploy growth growth-late; then whole_agent; fi

[ -n "$ran" ] || fail "no row's name begins with \"${names[*]}\""
load="$(cut -d' ' -f1 /proc/loadavg)"
say "load average $load"
# The bench is one of those who run, and has two threads at times.
if awk "BEGIN { exit !($load > $(nproc) + 2) }"; then
    say "the machine has more work than cores: ratios are blunt, see README.md"
fi
exit $status
