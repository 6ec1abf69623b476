<?php

/**
 * The container's first process: no signal is lost, whenever it comes, and none is passed on twice.
 * Here other programs stand for Apache and PHP; the conformance suite has the real ones.
 */

declare(strict_types=1);

/**
 * Runs the script with these programs instead of those of the same name.
 *
 * @param array<string, string> $programs
 *
 * @return array{int, string} its exit code, and what was printed
 */
$run = static function (string $script, array $programs, int $drainSeconds): array {
    $folder = sys_get_temp_dir() . '/entrypoint-' . bin2hex(random_bytes(8));
    mkdir($folder);
    foreach ($programs as $name => $lines) {
        file_put_contents("{$folder}/{$name}", "#!/bin/sh\n{$lines}\n");
        chmod("{$folder}/{$name}", 0700);
    }
    $variables = ['PATH' => "{$folder}:" . getenv('PATH'), 'DRAIN_SECONDS' => (string) $drainSeconds];
    $streams = [1 => ['pipe', 'w'], 2 => ['redirect', 1]];
    $process = proc_open(['sh', '-c', $script], $streams, $pipes, null, $variables);
    $printed = (string) stream_get_contents($pipes[1]);
    $status = proc_close($process);
    array_map(unlink(...), glob("{$folder}/*") ?: []);
    rmdir($folder);

    return [$status, $printed];
};
$draining = sys_get_temp_dir() . '/entrypoint-draining-' . bin2hex(random_bytes(8));
$script = str_replace('/tmp/image-app-draining', $draining, (string) file_get_contents(__DIR__ . '/../entrypoint.sh'));
// It ends with the first signal, or by itself after a while.
$apache = static fn (string $first): string => "trap 'echo graceful; exit 0' WINCH\ntrap 'echo at once; exit 1' TERM\n"
    . "{$first}\nfor i in \$(seq 50); do sleep 0.1; done\necho not stopped\nexit 9";
$php = 'echo 4 >&3';
$stop = 'kill -s TERM "$PPID"';

$early = ['php' => $php, 'rm' => $stop, 'apache2' => $apache('')];
check('a signal just before Apache runs', [0, "graceful\n"], $run($script, $early, 0));
check('a signal just before Apache runs, with time to drain', [0, "graceful\n"], $run($script, $early, 60));
// Once the script sleeps, it waits for Apache.
$late = ['php' => $php, 'apache2' => $apache("until grep -q '^State:.S' /proc/\$PPID/status; do :; done\n{$stop}")];
check('a signal once Apache runs', [0, "graceful\n"], $run($script, $late, 0));
check('a signal once Apache runs, with time to drain', [0, "graceful\n"], $run($script, $late, 1));
check('it says that it drains', true, file_exists($draining));
unlink($draining);
$during = ['php' => "{$php}\n{$stop}", 'apache2' => $apache('')];
check('a signal before the settings are checked', [0, ''], $run($script, $during, 0));
[$status, $printed] = $run(str_replace($draining, '/nowhere/draining', $script), $late, 1);
check('it drains where /tmp takes no file', [0, true], [$status, str_ends_with($printed, "graceful\n")]);
