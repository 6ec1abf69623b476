<?php

/**
 * Apache's processes, and who may hold how many of them.
 */

declare(strict_types=1);

use ImageApp\Admission;
use ImageApp\Workers;

$mib = 1 << 20;
foreach ([
    'control groups 1' => [['', (string) (512 * $mib)], 0, '', 512],
    'control groups 2' => [[512 * $mib . "\n", ''], 0, '', 512],
    'no limit by control groups 1' => [['', '9223372036854771712'], 1024, '', 1024],
    'no limit by control groups 2' => [["max\n", ''], 1024, '', 1024],
    'the task has less than the container' => [[2048 * $mib . "\n", ''], 512, '', 512],
    'the container has less than the task' => [[512 * $mib . "\n", ''], 2048, '', 512],
    'the machine has less' => [["max\n", ''], 0, "MemFree: 1 kB\nMemTotal:      524288 kB\n", 512],
] as $case => [$limits, $taskMib, $memInfo, $expected]) {
    check("memory: {$case}", $expected * $mib, Workers::memory($limits, $taskMib, $memInfo));
}
check('memory: nothing is known', Workers::MOST, Workers::fitting(Workers::memory(['', ''], 0, '')));
foreach ([64, 512, 1024, 2048, 16384] as $size) {
    $workers = Workers::fitting($size * $mib);
    check("workers of {$size} MiB are some", true, $workers >= Workers::LEAST && $workers <= Workers::MOST);
    check("workers of {$size} MiB fit", true, $workers === Workers::LEAST || 80 + 16 * $workers <= $size);
}
foreach ([Workers::LEAST, 8, 27, Workers::MOST] as $workers) {
    $s3 = Admission::placesFor('s3', $workers);
    $waiting = Admission::placesFor('waiting', $workers);
    $uploads = Admission::placesFor('uploads', $workers);
    check("some of {$workers} are left for health checks", true, $s3 < $workers);
    check("some of {$workers} are left for pages", true, $waiting < $s3);
    check("some of {$workers} may upload", true, $uploads >= 1 && $uploads <= $waiting);
}
check('as many as there were', [112, 104], [Admission::placesFor('s3', 128), Admission::placesFor('waiting', 128)]);
