<?php

/**
 * Runs every *_test.php beside it; the image does not build if one fails.
 */

declare(strict_types=1);

// Pages keep what their assets are called in APCu, which the command line has switched off.
if (in_array(ini_get('apc.enable_cli'), ['', '0'], true)) {
    passthru(escapeshellarg(PHP_BINARY) . ' -d apc.enable_cli=1 ' . escapeshellarg(__FILE__), $status);
    exit($status);
}

require __DIR__ . '/../src/autoload.php';
require __DIR__ . '/images.php';

$failures = 0;
$checks = 0;

/** Compares by value and type, and names the case that differs. */
function check(string $case, mixed $expected, mixed $actual): void
{
    global $failures, $checks;
    $checks++;
    if ($expected !== $actual) {
        $failures++;
        [$wanted, $got] = [var_export($expected, true), var_export($actual, true)];
        fwrite(STDERR, "FAILED {$case}\n  expected {$wanted}\n  actual   {$got}\n");
    }
}

/** The status with which a rule refuses, 0 if it does not. */
function refusal(Closure $rule): int
{
    try {
        $rule();

        return 0;
    } catch (ImageApp\Refused $refused) {
        return $refused->status;
    }
}

/** The app's settings, with these variables and the least that it needs. */
function config(array $variables = []): ImageApp\Config
{
    $variables += ['S3_BUCKET' => 'bucket', 'AWS_REGION' => 'eu-central-1'];
    foreach ($variables as $name => $value) {
        putenv("{$name}={$value}");
    }
    try {
        return ImageApp\Config::fromEnvironment();
    } finally {
        array_map(putenv(...), array_keys($variables));
    }
}

/** @return resource a stream that holds this */
function stream(string $content): mixed
{
    $stream = fopen('php://temp', 'w+b');
    fwrite($stream, $content);
    rewind($stream);

    return $stream;
}

/** What was uploaded, within a stream that holds more. */
function uploaded(string $content, string $name = 'a.png', string $type = ''): ImageApp\UploadedFile
{
    $slice = new ImageApp\FileSlice(stream('before' . $content . 'after'), 6, strlen($content));

    return new ImageApp\UploadedFile($name, $type, $slice);
}

foreach (glob(__DIR__ . '/*_test.php') ?: [] as $test) {
    (static function () use ($test): void {
        require $test;
    })();
}
echo "{$checks} checks, {$failures} failed\n";
exit($failures === 0 && $checks > 0 ? 0 : 1);
