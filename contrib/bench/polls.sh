#!/usr/bin/env bash
# What looking for new releases costs, with a real engine (root) and a real registry: one look at 1,000 containers of 100
# repositories, beside a curl that asks for each of them over one connection; and an agent that looks at 20
# containers every 10 s, beside a curl for each look. Fails when it asks more than once for a repository, or costs
# more than that.
#
#   contrib/bench/polls.sh
#
# WATCH=60 in the environment is for how many seconds the agent is watched.
set -euo pipefail
cd "$(dirname "$0")/../.."
. contrib/lib/packages.sh

containers=1000 repositories=100
watch="${WATCH:-60}"
work="$(mktemp -d /tmp/grapnel-XXXXXX)"
agent="" registry=""
clean_up() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    [ -z "$registry" ] || kill "$registry" 2>/dev/null || true
    contrib/engine.sh remove "$work/engine" || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

need_packages jq curl
contrib/build.sh
clang -O2 -Wall -o "$work/rusage" contrib/bench/rusage.c
contrib/engine.sh install
contrib/engine.sh start 26.1 "$work/engine"
export DOCKER_HOST="unix://$work/engine/docker.sock"
PATH="$PWD/.build/release:$(contrib/engine.sh path registry):$(contrib/engine.sh path 20.10):$PATH"
type=application/vnd.docker.distribution.manifest.v2+json

# ------------------------------------------------------------------------------------------------ The registry

cat >"$work/registry.yml" <<TEXT
version: 0.1
log: { level: info }
storage: { filesystem: { rootdirectory: "$work/images" } }
http: { addr: "127.0.0.1:0" }
TEXT
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
registry=$!
host=""
for _ in $(seq 100); do
    host="$(sed -n 's/.*listening on \(127.0.0.1:[0-9]*\).*/\1/p' "$work/registry.log")"
    [ -z "$host" ] || break
    sleep 0.1
done
[ -n "$host" ] || fail "the registry did not start: $(cat "$work/registry.log")"

# What it has logged since there were so many lines.
lines() { wc -l <"$work/registry.log"; }
since() { tail -n "+$(($1 + 1))" "$work/registry.log" | grep 'useragent=grapnel'; }
manifests() { since "$1" | grep -c 'uri=/v2/.*/manifests/' || true; }
connections() { since "$1" | sed -n 's/.*remoteaddr="\([0-9.:]*\)".*/\1/p' | sort -u | wc -l; }

say "pushing $repositories repositories, creating $containers containers"
cp -r contrib/example-container/web "$work/web"
cp /bin/busybox "$work/web/busybox"
sed -i '/^HEALTHCHECK/d' "$work/web/Dockerfile"
"$work/web/build" 1 >/dev/null
for number in $(seq "$repositories"); do
    docker tag grapnel-example:latest "$host/r$number:latest"
    docker push -q "$host/r$number:latest" >/dev/null
done
# They need not run to be looked at.
for number in $(seq "$containers"); do
    curl -sf -o /dev/null --unix-socket "$work/engine/docker.sock" -H 'Content-Type: application/json' \
        -d "{\"Image\": \"$host/r$((number % repositories + 1)):latest\"}" "http://engine/containers/create?name=s$number"
done

# settings COUNT POLL : the first of the containers.
settings() {
    printf 'poll: %s\nservices:\n' "$2"
    for number in $(seq "$1"); do
        echo "  s$number: { container: s$number, image: \"$host/r$((number % repositories + 1))\" }"
    done
}

# ------------------------------------------------------------------------------------------------ One look at many

export GRAPNEL_HOME="$work/many"
mkdir "$GRAPNEL_HOME"
settings "$containers" 5m >"$GRAPNEL_HOME/grapnel.yaml"
grapnel check >/dev/null
say "one look at $containers containers"
before=$(lines)
"$work/rusage" "$work/ours" grapnel once >"$work/table" || fail "a look failed: $(tail -n 3 "$work/table")"
[ "$(grep -c 'up-to-date' "$work/table")" -eq "$containers" ] || fail "not all are up to date: $(tail -n 3 "$work/table")"
asked=$(manifests "$before")
over=$(connections "$before")
for number in $(seq "$containers"); do
    printf 'url = "http://%s/v2/r%s/manifests/latest"\n' "$host" $((number % repositories + 1))
done >"$work/urls"
"$work/rusage" "$work/curl" curl -sfI -H "Accept: $type" -K "$work/urls" >/dev/null
read -r took used resident <"$work/ours"
read -r curl_took curl_used _ <"$work/curl"

# ------------------------------------------------------------------------------------------------ Twenty, all the time

export GRAPNEL_HOME="$work/few"
mkdir "$GRAPNEL_HOME"
settings 20 10s >"$GRAPNEL_HOME/grapnel.yaml"
grapnel run 2>"$work/log" &
agent=$!
ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }
# The first looks are over by then.
sleep 12
grep -q ' runs on ' "$work/log" || { cat "$work/log"; fail "the agent did not start"; }
say "watching an agent for $watch s"
before=$(lines)
begin=$(ticks)
sleep "$watch"
own=$((($(ticks) - begin) * 1000 / $(getconf CLK_TCK)))
looks=$(manifests "$before")
memory=$(awk '/^VmRSS/ { print $2 }' "/proc/$agent/status")
up_to_date="$(grapnel status --json | jq '[.[] | select(.poll.finding == "up-to-date")] | length')"
[ "$up_to_date" -eq 20 ] || fail "only $up_to_date of 20 are up to date: $(grapnel status)"
curls=0
for number in $(seq 20); do
    "$work/rusage" "$work/each" curl -sfI -H "Accept: $type" "http://$host/v2/r$number/manifests/latest" >/dev/null
    read -r _ each _ <"$work/each"
    curls=$((curls + each))
done
curls=$((curls * looks / 20))

# ------------------------------------------------------------------------------------------------ All

mb() { awk -v kib="$1" 'BEGIN { printf "%.1f", kib / 1024 }'; }
printf '%-66s %s\n' \
    "one look at $containers containers of $repositories repositories (ms)" "$took" \
    "  its own processor time (ms)" "$used" \
    "  requests for manifests" "$asked" \
    "  connections to the registry" "$over" \
    "  resident at most (MB)" "$(mb "$resident")" \
    "curl, $containers requests over one connection (ms)" "$curl_took" \
    "  its own processor time (ms)" "$curl_used" \
    "20 containers every 10 s: looks in $watch s" "$looks" \
    "  the agent's processor time (ms)" "$own" \
    "  of a core (%)" "$(awk -v o="$own" -v w="$watch" 'BEGIN { printf "%.2f", o / w / 10 }')" \
    "  resident (MB)" "$(mb "$memory")" \
    "a curl for each of these looks, processor time (ms)" "$curls"
[ "$asked" -eq "$repositories" ] || fail "expected one request for each of the $repositories repositories"
[ "$over" -le 8 ] || fail "expected connections to be used again"
[ "$took" -le $((5 * curl_took)) ] || fail "one look takes more than 5 times as long as curl's $containers requests"
[ "$own" -le "$curls" ] || fail "looks by the agent cost more than a curl for each"
