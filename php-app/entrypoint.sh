#!/bin/sh
# The container's first process: checks the settings, runs Apache, and makes every stop a graceful one.
#
# To Apache SIGTERM is "drop everything" and SIGWINCH is "close the door and finish what you have in hand"; whoever stops
# this container (docker stop, ECS, a supervisor that knows only SIGTERM) means neither: a load balancer hears of it
# later. So requests are still taken for DRAIN_SECONDS. Each answer closes its connection anyway (apache/apache2.conf).
set -u

# The log's times say Z; and Apache's configuration needs these.
export TZ=UTC PORT="${PORT:-80}" STOP_TIMEOUT_SECONDS="${STOP_TIMEOUT_SECONDS:-25}"
drain_seconds="${DRAIN_SECONDS:-10}"

# GET /readyz looks for it (src/Health.php).
draining=/tmp/image-app-draining

# serving, draining, finishing: each signal leads to the next one, and the last one ends at once.
phase=serving
apache=
asked=
timer=

on_stop() {
    case "$phase" in
        serving)
            if [ -z "$apache" ] || [ "$drain_seconds" -eq 0 ]; then
                finish
                return
            fi
            phase=draining
            # In a shell of its own: this one would exit where /tmp takes no file. Then /readyz does not know, which is all.
            ( : > "$draining" ) || true
            # $$ is this shell in there, too.
            { sleep "$drain_seconds"; kill -s USR1 $$; } &
            timer=$!
            ;;
        draining) finish ;;
        finishing) end_at_once ;;
    esac
}

# Who sits at a terminal does not want to wait for a load balancer.
on_interrupt() {
    if [ "$phase" = finishing ]; then end_at_once; else finish; fi
}

on_drained() {
    [ "$phase" != draining ] || finish
}

# Exactly one SIGWINCH: it is lost before Apache catches it (the 28th bit in SigCgt), and a second one means "at once".
# A process that is not Apache yet is a copy of this shell, which catches it, too.
finish() {
    phase=finishing
    while [ -n "$apache" ] && kill -0 "$apache" 2>/dev/null; do
        if grep -q '^Name:.apache2$' "/proc/$apache/status" && grep -q '^SigCgt:.[0-9a-f]\{9\}[89a-f]' "/proc/$apache/status"
        then
            asked=yes
            kill -s WINCH "$apache"
            return
        fi
        sleep 0.1
    done
}

end_at_once() {
    [ -z "$apache" ] || kill -s TERM "$apache" 2>/dev/null
}

trap on_stop TERM WINCH
trap on_interrupt INT
trap on_drained USR1

# It says how many processes fit by a channel of its own: what it has to complain of goes to the log.
{ APACHE_WORKERS=$(php /var/www/check.php 3>&1 >&4) || exit 1; } 4>&1
export APACHE_WORKERS
[ "$phase" = serving ] || exit 0

# Left by a container that was killed; /tmp may outlive it.
rm -f /tmp/apache2.pid "$draining"
apache2 -DFOREGROUND &
apache=$!
# A signal that came before there was an Apache to pass it on to.
[ "$phase" != finishing ] || [ -n "$asked" ] || finish
status=0
while kill -0 "$apache" 2>/dev/null; do
    # A signal ends this wait, but not Apache.
    wait "$apache"
    status=$?
done
[ -z "$timer" ] || kill "$timer" 2>/dev/null
exit "$status"
