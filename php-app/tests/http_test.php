<?php

/**
 * What requests ask for: ranges, tags, addresses, from which site.
 */

declare(strict_types=1);

use ImageApp\ByteRange;
use ImageApp\CrossSite;
use ImageApp\ETags;
use ImageApp\Request;

foreach ([
    'bytes=0-0' => [0, 0],
    'bytes=2-5' => [2, 5],
    'Bytes=2-' => [2, 9],
    'bytes=2-99' => [2, 9],
    'bytes=-3' => [7, 9],
    'bytes=-99' => [0, 9],
    'bytes=0-99999999999999999999999' => [0, 9],
] as $header => $range) {
    $found = ByteRange::of($header, 10);
    check("range: {$header}", $range, $found === null ? null : [$found->first, $found->last]);
}
foreach (['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999999-'] as $header) {
    check("range beyond the end: {$header}", true, ByteRange::of($header, 10)?->isBeyondTheEnd());
}
foreach (['bytes=0-', 'bytes=-1'] as $header) {
    check("range of nothing: {$header}", true, ByteRange::of($header, 0)?->isBeyondTheEnd());
}
$malformed = ['', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'lines=0-1', 'bytes=0-1x', 'bytes 0-1'];
foreach (['bytes=0-1,3-4', ...$malformed] as $header) {
    check("in full: {$header}", null, ByteRange::of($header, 10));
}

foreach (['"abc"', 'W/"abc"', '"x", "abc"', '"x,y",W/"abc" ', '*', ' * '] as $header) {
    check("known: {$header}", true, ETags::match($header, '"abc"'));
}
foreach (['', '"abcd"', 'abc', '"x", "y"', '"*"'] as $header) {
    check("not known: {$header}", false, ETags::match($header, '"abc"'));
}
check('known, stored as a weak one', true, ETags::match('"abc"', 'W/"abc"'));

$cases = json_decode((string) file_get_contents(__DIR__ . '/cross_site.json'), true, 8, JSON_THROW_ON_ERROR);
check('the cases of other sites are there', true, count($cases) > 50);
foreach ($cases as $case) {
    $headers = array_change_key_case($case['headers']) + ['host' => 'a.example'];
    $request = new Request('POST', '/upload', '/upload', $headers);
    $refusal = refusal(fn () => CrossSite::refuse($request, $case['trusted'] ?? false, $case['behind_tls'] ?? false));
    check("from {$case['what']}", $case['allowed'] ? 0 : 403, $refusal);
}

foreach ([
    'text/html' => false, 'application/json' => true, 'text/plain;q=0.5, Application/JSON;q=0.9' => true,
    '*/*' => false, 'application/json-seq' => false, '' => false,
] as $accept => $json) {
    check("json: {$accept}", $json, (new Request('GET', '/', '/', ['accept' => (string) $accept]))->wantsJson());
}

foreach ([
    ['/', '', './'], ['/upload', '', './'], ['//upload', '', './'], ['/images/a/b', '', '../../'],
    ['/images/a%2Fb', '', '../'], ['/view/a//b', '', '../../../'],
    ['/php/upload', '/php', './'], ['/php/view/a/b', '/php', '../../'], ['/view/a/b', '/php', '../../'],
    ['/a/b/view/x', '/a/b', '../'], ['//php//view/a', '/php', '../../'], ['/a//b/x', '/a/b', './'],
    ['/%70hp/view/a', '/php', '../'], ['/phpx/y', '/php', '../'], ['/a/bc/x', '/a/b', '../../'],
] as [$raw, $basePath, $root]) {
    $path = preg_replace('~/+~', '/', rawurldecode($raw));
    check("back from {$raw} below '{$basePath}'", $root, (new Request('GET', $path, $raw))->root($basePath));
}

foreach (['3' => 3, '0' => 0, '-1' => 0, 'x' => 0, '' => 0, '1e3' => 0] as $value => $count) {
    $request = new Request('GET', '/', '/', [], ['uploaded' => (string) $value]);
    check("count: {$value}", $count, $request->queryCount('uploaded'));
}
check('query: a list', '', (new Request('GET', '/', '/', [], ['after' => ['x']]))->query('after'));
