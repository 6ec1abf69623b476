<?php

/**
 * The container's health check: exit 0 if GET /healthz answers 200 within two seconds, else 1.
 *
 *     php -n /var/www/healthcheck.php
 *
 * php-cli comes with mod_php in Debian, so this costs nothing; curl would add a package, and bash's /dev/tcp
 * has no timeout of its own. `-n` leaves all extensions out, which makes it start in a few milliseconds.
 */

declare(strict_types=1);

$port = getenv('PORT') ?: '80';
$deadline = microtime(true) + 2;
$socket = @stream_socket_client("tcp://127.0.0.1:{$port}", $code, $reason, 2);
if ($socket === false) {
    fwrite(STDERR, "health check: port {$port}: {$reason}\n");
    exit(1);
}
stream_set_timeout($socket, 0, max(1, (int) (($deadline - microtime(true)) * 1e6)));
fwrite($socket, "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
$status = (string) fgets($socket);
if (preg_match('~^HTTP/1\.\d 200 ~', $status) !== 1) {
    fwrite(STDERR, "health check: port {$port}: GET /healthz answered '" . trim($status) . "'\n");
    exit(1);
}
