#!/usr/bin/env bash
# Tries how Herald is run for real: verifies the unit where systemd is, and builds and runs the
# container file without an engine. Ends with 77 and a reason where the tools are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
export PIP_QUIET=1 PIP_DISABLE_PIP_VERSION_CHECK=1
stage=$(mktemp -d)
chmod 755 "$stage"
trap 'rm -rf "$stage"' EXIT

unit() { # one variant of the unit, its program and user being ones that exist here
    sed -e "s,^ExecStart=/opt/herald/bin/herald,ExecStart=/bin/true," \
        -e "s,^Documentation=.*,," "$@" config/service/herald.service > "$stage/herald.service"
    systemd-analyze verify "$stage/herald.service"
    systemd-analyze security --offline=true --threshold=20 --no-pager "$stage/herald.service" \
        > "$stage/security" || { cat "$stage/security"; exit 1; }
    tail -n 1 "$stage/security"
}

if [ "${1:-all}" != container ]; then
    if ! command -v systemd-analyze > /dev/null; then
        echo "systemd-analyze is not installed"
        exit 77
    fi
    echo "+ the unit, as it is and with the key handed in"
    unit
    unit -e 's,^#LoadCredential,LoadCredential,'
fi

if [ "${1:-all}" != unit ]; then
    for tool in unshare setpriv chroot mount useradd; do
        command -v $tool > /dev/null || { echo "$tool is not installed"; exit 77; }
    done
    unshare --mount true 2> /dev/null || { echo "mounts are root's, and you are not"; exit 77; }
    echo "+ the container file, built and run"
    unshare --mount --propagation private \
        "$python" -m tests.service.container config/service/Containerfile "$stage"
fi
