#!/usr/bin/env bash
# Does what contrib/run.sh prints, with a private engine, and compares what comes of it. Called by contrib/test.sh.
#   try-example.sh DIR    where the engine and the home of the example may be
set -euo pipefail
cd "$(dirname "$0")/../.."
. contrib/lib/packages.sh

dir=$1
contrib/engine.sh start 26.1 "$dir/example"
export DOCKER_HOST="unix://$dir/example/docker.sock" GRAPNEL_EXAMPLE="$dir/home"
PATH="$(contrib/engine.sh path 20.10):$PATH"
contrib/run.sh >"$dir/example.log" 2>&1 &
agent=$!
finish() {
    kill "$agent" 2>/dev/null && wait "$agent" || true
    contrib/engine.sh remove "$dir/example"
}
trap finish EXIT

for _ in $(seq 600); do
    ! grep -q ' runs on ' "$dir/example.log" || break
    kill -0 "$agent" 2>/dev/null || break
    sleep 0.5
done
grep -q ' runs on ' "$dir/example.log" || { cat "$dir/example.log"; fail "the agent of the example did not start"; }
bin="$(swift build -c release --static-swift-stdlib --show-bin-path)"
export PATH="$bin:$PATH" GRAPNEL_HOME="$GRAPNEL_EXAMPLE"

# expect STATUS WORDS COMMAND... : how it ends, and what it prints among other things.
expect() {
    local status=$1 words=$2 got=0 output
    shift 2
    output=$("$@" 2>&1) || got=$?
    if [ "$got" -ne "$status" ] || ! grep -qF -- "$words" <<<"$output"; then
        printf '%s\n' "$output"
        fail "$*: ended with $got and printed the above, expected $status and \"$words\""
    fi
}
release() { curl -fsS http://127.0.0.1:18480/; }

expect 0 "release 1" release
"$GRAPNEL_HOME/web/build" 2 >/dev/null
expect 0 "deployed" grapnel deploy web
expect 0 "release 2" release
"$GRAPNEL_HOME/web/build" 3-bad >/dev/null
expect 1 "rolled-back" grapnel deploy web
expect 0 "release 2" release
expect 0 "rolled-back" grapnel status
expect 0 "v1" grapnel deploy site
echo v2 >"$GRAPNEL_HOME/site/available"
expect 0 "v2" grapnel deploy site
echo v3-bad >"$GRAPNEL_HOME/site/available"
expect 1 "rolled-back to v2" grapnel deploy site
expect 1 "blocked" grapnel deploy site
expect 0 "v1" grapnel rollback site
expect 0 "rolled-back" grapnel history
