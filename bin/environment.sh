# Makes the environment of a command in bin/: `.venv`, or the folder in `venv`, from exactly what a lock names.
# Sourced, after `cd` to the checkout. POSIX sh; safe to repeat; a second time it costs nothing.
# A caller that wants another folder sets `venv` after sourcing. Only `.venv` gets the hotline itself.
#
#     environment requirements.lock [PROGRAM=PACKAGE ...]
#
# Each PROGRAM that is missing is installed as Debian's PACKAGE if we are root, and asked for in one line if not.

venv=.venv

# A hotline is a dozen processes and a test run starts hundreds: each would compile every module that it imports.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Runs a command, and says each of its lines that begins as one of these words does, at once; all of them if it fails.
#
#     telling 'Unpacking|Setting up' COMMAND ...
telling() {
    words=$1
    shift
    log=$(mktemp)
    { "$@" 2>&1 && : >"$log.done"; } | while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        if printf '%s\n' "$line" | grep -Eq "^ *($words)"; then say "  $line"; fi
    done
    if [ -f "$log.done" ]; then
        rm -f "$log" "$log.done"
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    return 1
}

environment() {
    lock=$1
    shift
    python=$(newest_python) || python=
    if [ -z "$python" ]; then
        need python3=python3 venv=python3-venv "$@"
        python=$(newest_python) || die "Python 3.11 or newer is needed; this machine offers none."
    fi
    # Both wait for a network most of the time.
    need "$@" &
    programs=$!
    packages "$lock"
    wait "$programs" || die "Without these programs this cannot go on."
}

# `.venv` with the packages of a lock, unless it has them already.
packages() {
    stamp=$venv/.made-of-$1
    wanted=$(cat "$1" pyproject.toml | cksum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && "$venv/bin/python" -c '' 2>/dev/null; then
        return
    fi
    make_venv
    fill_venv "$1"
    printf '%s\n' "$wanted" >"$stamp"
}

# Debian packages for the programs that are missing: one apt-get for all of them.
need() {
    missing=
    for pair in "$@"; do
        if ! has "${pair%%=*}"; then missing="$missing ${pair#*=}"; fi
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        die "Missing. As root: apt-get install --yes$missing"
    say "Asking Debian for$missing ..."
    telling 'Fetched' apt-get update || die "apt-get could not look for$missing."
    telling 'Need to get|Fetched|Setting up' env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends $missing || die "apt-get could not install$missing."
}

has() {
    case $1 in
    venv) has_venv python3 ;;
    *) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -n "$(ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null)" ] ;;
    esac
}

# A Debian python3 without python3-venv can make no environment that holds pip.
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

newest_python() {
    for found in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && has_venv "$found"; then
            printf '%s\n' "$found"
            return
        fi
    done
    return 1
}

make_venv() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    say "Making $venv, which takes a moment ..."
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

fill_venv() {
    say "Installing the packages of $1; on a slow line this takes minutes, and only once ..."
    if ! with_uv "$1"; then
        say "uv could not; pip installs instead, one by one ..."
        telling 'Collecting|Downloading|Installing|Successfully' "$venv/bin/python" -m pip install \
            --disable-pip-version-check --progress-bar off --require-hashes -r "$1"
    fi
    [ "$venv" = .venv ] || return 0
    say "Adding the hotline itself ..."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --no-index --editable .
}

with_uv() {
    say "  first uv, which is quicker than pip"
    mine=$(mktemp) || return 1
    awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' "$1" >"$mine"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$mine" &&
        telling 'Resolved|Downloading|Prepared|Installed' env VIRTUAL_ENV="$PWD/$venv" \
            "$venv/bin/uv" pip install --compile-bytecode --require-hashes -r "$1"
    done_with=$?
    rm -f "$mine"
    return $done_with
}
