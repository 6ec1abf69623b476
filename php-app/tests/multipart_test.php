<?php

/**
 * Reading forms: what browsers and curl send, limits, and bodies that are cut off.
 */

declare(strict_types=1);

use ImageApp\Config;
use ImageApp\MultipartReader;
use ImageApp\UploadedFile;

$config = new Config('bucket', 'eu-central-1', null, 200_000, 2);

/** @return list<array{string, string}> name and content of each file */
$parse = static function (string $body, string $type = 'multipart/form-data; boundary=XX') use ($config): array {
    $stream = fopen('php://temp', 'w+b');
    fwrite($stream, $body);
    rewind($stream);
    $files = MultipartReader::files($stream, $type, 'fileToUpload', $config);

    return array_map(static function (UploadedFile $file): array {
        $read = $file->content->reader();
        for ($content = ''; ($block = $read(10_000)) !== '';) {
            $content .= $block;
        }

        return [$file->clientName, $content];
    }, $files);
};
$part = static fn (string $disposition, string $content): string =>
    "--XX\r\nContent-Disposition: form-data; {$disposition}\r\nContent-Type: image/png\r\n\r\n{$content}\r\n";
$file = static fn (string $name, string $content, string $field = 'fileToUpload'): string =>
    $part("name=\"{$field}\"; filename=\"{$name}\"", $content);
$end = "--XX--\r\n";

check('one', [['a.png', 'abc']], $parse($file('a.png', 'abc') . $end));
check('two under one plain name', [['a', '1'], ['b', '2']], $parse($file('a', '1') . $file('b', '2') . $end));
check('array field', [['a', '1']], $parse($file('a', '1', 'fileToUpload[]') . $end));
check('other fields', [['a', '1']], $parse($part('name="submit"', 'x') . $file('z', '9', 'other') . $file('a', '1') . $end));
check('none chosen', [], $parse($file('', '') . $end));
check('empty file', [['a', '']], $parse($file('a', '') . $end));
check('line breaks and half a boundary inside', [['a', "\r\n--X\r\n\r\n--"]], $parse($file('a', "\r\n--X\r\n\r\n--") . $end));
check('quoted boundary', [['a', '1']], $parse($file('a', '1') . $end, 'multipart/form-data; boundary="XX"'));
check('preamble', [['a', '1']], $parse("hello\r\n" . $file('a', '1') . $end));
check('names by curl', [['a"b\\c.png', '1']], $parse($file('a\\"b\\\\c.png', '1') . $end));
check('names by browsers', [['a"é.png', '1']], $parse($file('a%22é.png', '1') . $end));
check('encoded name', [['ü.png', '1']], $parse($part("name=\"fileToUpload\"; filename=\"u.png\"; filename*=UTF-8''%C3%BC.png", '1') . $end));

// Longer than one block, so that a boundary falls on every place between two blocks at some length.
foreach ([65_000, 65_400, 65_436, 65_437, 65_440, 65_536, 131_072, 200_000] as $length) {
    $content = substr(str_repeat("0123456789\r\n", 20_000), 0, $length);
    check("{$length} bytes", true, $parse($file('a', $content) . $file('b', '2') . $end)[0][1] === $content);
}

check('too large', 413, refusal(fn () => $parse($file('a', str_repeat('a', 200_001)) . $end)));
check('too many', 413, refusal(fn () => $parse($file('a', '1') . $file('b', '2') . $file('c', '3') . $end)));
check('cut off', 400, refusal(fn () => $parse($file('a', '1'))));
check('cut off in headers', 400, refusal(fn () => $parse("--XX\r\nContent-Dispo")));
check('empty body', 400, refusal(fn () => $parse('')));
check('no form', 400, refusal(fn () => $parse('{}', 'application/json')));
check('no boundary', 400, refusal(fn () => $parse('', 'multipart/form-data')));
check('endless headers', 400, refusal(fn () => $parse("--XX\r\nA: " . str_repeat('a', 20_000) . "\r\n\r\n" . $end)));
