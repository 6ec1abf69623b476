<?php

/**
 * Runs every *_test.php beside it; the image does not build if one fails.
 */

declare(strict_types=1);

require __DIR__ . '/../src/autoload.php';

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
    } catch (ImageApp\UploadRefused $refused) {
        return $refused->status;
    }
}

foreach (glob(__DIR__ . '/*_test.php') ?: [] as $test) {
    require $test;
}
echo "{$checks} checks, {$failures} failed\n";
exit($failures === 0 && $checks > 0 ? 0 : 1);
