# Installs what is missing, and says so; quick when nothing is. Sourced by the other scripts.

build_packages="liblua5.4-dev libcurl4-openssl-dev libmicrohttpd-dev libsqlite3-dev libyaml-dev libssl-dev libpcre2-dev pkg-config"

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# need_packages NAME... : installs those that are not there.
need_packages() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || fail "these packages are missing and there is no apt-get:$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing; install them as root:$missing"
        as_root="sudo"
    fi
    say "installing$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

need_swift() {
    command -v swift >/dev/null || fail "there is no Swift toolchain; get one from swift.org (6.2 or newer) and put it on the PATH"
}

# On both the build fails on an import that Package.swift does not list.
build_flags="--explicit-target-dependency-import-check error"

# Of release builds. For size: it costs a few percent of time where little is spent, and saves a megabyte and a half,
# with functions that are there once only and without names that nobody outside asks for.
release_flags="-c release $build_flags --static-swift-stdlib -Xswiftc -Osize -Xlinker --gc-sections -Xlinker --icf=safe
    -Xlinker --no-export-dynamic -Xlinker -s"
