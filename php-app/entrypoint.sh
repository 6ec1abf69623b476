#!/bin/sh
# The container's first process: checks the settings, runs Apache, and makes every stop a graceful one.
# To Apache SIGTERM is "drop everything" and SIGWINCH is "finish what you have in hand"; whoever stops this container
# (docker stop, ECS, a supervisor that knows only SIGTERM) means the latter.
set -u

# The log's times say Z; and Apache's configuration needs these.
export TZ=UTC PORT="${PORT:-80}" STOP_TIMEOUT_SECONDS="${STOP_TIMEOUT_SECONDS:-25}"

apache=
stopping=

# Exactly one SIGWINCH: it is lost before Apache catches it (the 28th bit in SigCgt), and a second one means "at once".
finish() {
    [ -z "$stopping" ] || return
    stopping=yes
    while [ -n "$apache" ] && kill -0 "$apache" 2>/dev/null; do
        if grep -q '^SigCgt:.[0-9a-f]\{9\}[89a-f]' "/proc/$apache/status"; then
            kill -s WINCH "$apache"
            return
        fi
        sleep 0.1
    done
}

trap finish TERM WINCH
trap '[ -z "$apache" ] || kill -s TERM "$apache"' INT

php /var/www/check.php || exit 1
[ -z "$stopping" ] || exit 0

# Left by a container that was killed; /tmp may outlive it.
rm -f /tmp/apache2.pid
apache2 -DFOREGROUND &
apache=$!
status=0
while kill -0 "$apache" 2>/dev/null; do
    # A signal ends this wait, but not Apache.
    wait "$apache"
    status=$?
done
exit "$status"
