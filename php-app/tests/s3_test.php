<?php

/**
 * How answers of S3 are read, and which failures may pass.
 */

declare(strict_types=1);

use ImageApp\Deadline;
use ImageApp\DnsSuffix;
use ImageApp\S3Answer;
use ImageApp\S3Call;
use ImageApp\S3Error;

/** An answer that has come in, and what was passed on of it. */
$receive = static function (S3Call $call, array $lines, string $body): S3Answer {
    $answer = new S3Answer($call);
    array_map(static fn (string $line): int => $answer->onHeaderLine(curl_init(), $line . "\r\n"), [...$lines, '']);
    $answer->onBlock(curl_init(), $body);

    return $answer;
};
$passed = [];
$stream = new S3Call('GET', 'k', onHead: static function (int $status, array $headers) use (&$passed): void {
    $passed[] = [$status, $headers];
}, onBody: static function (string $block) use (&$passed): bool {
    $passed[] = $block;

    return false;
});

$interim = ['HTTP/1.1 100 Continue', '', 'HTTP/1.1 206 Partial Content', 'ETag: "a:b"', 'X-Amz-Meta-Width:  3 '];
$answer = $receive($stream, $interim, 'image');
check('passed on', [[206, ['etag' => '"a:b"', 'x-amz-meta-width' => '3']], 'image'], $passed);
check('stopped by the receiver', [true, ''], [$answer->stopped, $answer->body]);

$passed = [];
$error = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>x</Message></Error>';
$answer = $receive($stream, ['HTTP/1.1 404 Not Found'], $error);
check('an error is not passed on', [[], 404, 'NoSuchKey'], [$passed, $answer->status, $answer->errorCode()]);
check('no code', '', $receive($stream, ['HTTP/1.1 500 x'], '<html>')->errorCode());
check('what is not streamed is kept', 'list', $receive(new S3Call('GET'), ['HTTP/1.1 200 OK'], 'list')->body);

foreach ([
    [0, '', true], [429, '', true], [500, 'InternalError', true], [503, 'SlowDown', true],
    [400, 'RequestTimeout', true], [400, 'InvalidArgument', false],
    [403, 'AccessDenied', false], [404, 'NoSuchKey', false],
] as [$status, $code, $passing]) {
    check("passing: {$status} {$code}", $passing, (new S3Error($status, '', $code))->isPassing());
}
foreach ([
    [404, 'NoSuchKey', true], [404, '', true], [404, 'NoSuchBucket', false], [403, '', false],
] as [$status, $code, $missing]) {
    check("missing: {$status} {$code}", $missing, (new S3Error($status, '', $code))->isMissingObject());
}

$deadline = new Deadline(0.05);
check('a pause beyond the deadline is none', [false, false], [$deadline->pause(0.06), $deadline->hasPassed()]);
check('a pause before it', [true, true], [$deadline->pause(0.001), $deadline->left() < 0.05]);
check('a deadline passes', true, (new Deadline(-1))->hasPassed());

$suffixes = [
    'eu-west-1' => 'amazonaws.com',
    'us-gov-west-1' => 'amazonaws.com',
    'cn-northwest-1' => 'amazonaws.com.cn',
    'eusc-de-east-1' => 'amazonaws.eu',
    'us-iso-west-1' => 'c2s.ic.gov',
    'us-isob-east-1' => 'sc2s.sgov.gov',
    'eu-isoe-west-1' => 'cloud.adc-e.uk',
    'us-isof-south-1' => 'csp.hci.ic.gov',
];
foreach ($suffixes as $region => $suffix) {
    check("the domain of {$region}", $suffix, DnsSuffix::of($region));
}
