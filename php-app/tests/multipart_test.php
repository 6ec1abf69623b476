<?php

/**
 * Reading forms: what browsers and curl send, limits, and bodies that are cut off.
 */

declare(strict_types=1);

use ImageApp\MultipartReader;
use ImageApp\PartHeaders;
use ImageApp\UploadedFile;

$config = config(['MAX_FILE_BYTES' => 200_000, 'MAX_FILES' => 2]);

/** @return list<array{string, string, string}> name, type and content of each file */
$parse = static function (string $body) use ($config): array {
    $files = MultipartReader::files(stream($body), 'XX', 'fileToUpload', $config);

    return array_map(static function (UploadedFile $file): array {
        $read = $file->content->reader();
        for ($content = ''; ($block = $read(10_000)) !== '';) {
            $content .= $block;
        }

        return [$file->clientName, $file->claimedType, $content];
    }, $files);
};
$part = static fn (string $disposition, string $content): string =>
    "--XX\r\nContent-Disposition: form-data; {$disposition}\r\nContent-Type: image/png\r\n\r\n{$content}\r\n";
$file = static fn (string $name, string $content, string $field = 'fileToUpload'): string =>
    $part("name=\"{$field}\"; filename=\"{$name}\"", $content);
$is = static fn (string $name, string $content): array => [$name, 'image/png', $content];
$end = "--XX--\r\n";

check('one', [$is('a.png', 'abc')], $parse($file('a.png', 'abc') . $end));
check('two under one plain name', [$is('a', '1'), $is('b', '2')], $parse($file('a', '1') . $file('b', '2') . $end));
check('array field', [$is('a', '1')], $parse($file('a', '1', 'fileToUpload[]') . $end));
$others = $part('name="submit"', 'x') . $file('z', '9', 'other');
check('other fields', [$is('a', '1')], $parse($others . $file('a', '1') . $end));
check('none chosen', [], $parse($file('', '') . $end));
check('empty file', [$is('a', '')], $parse($file('a', '') . $end));
$inside = "\r\n--X\r\n\r\n--";
check('line breaks and half a boundary inside', [$is('a', $inside)], $parse($file('a', $inside) . $end));
check('preamble', [$is('a', '1')], $parse("hello\r\n" . $file('a', '1') . $end));
check('epilogue', [$is('a', '1')], $parse($file('a', '1') . $end . str_repeat('x', 200_000)));
check('no headers', [$is('a', '1')], $parse("--XX\r\n\r\nplain\r\n" . $file('a', '1') . $end));
check('names by curl', [$is('a"b\\c.png', '1')], $parse($file('a\\"b\\\\c.png', '1') . $end));
check('names by browsers', [$is('a%22é.png', '1')], $parse($file('a%22é.png', '1') . $end));
check('file without a name', [], $parse($file('', 'abc') . $end));
$encoded = $part("name=\"fileToUpload\"; filename=\"u.png\"; filename*=UTF-8''%C3%BC.png", '1');
check('encoded name', [$is('ü.png', '1')], $parse($encoded . $end));
$bare = "--XX\r\ncontent-disposition: form-data; filename=a.png; name=fileToUpload\r\n\r\n1\r\n";
check('no type, no quotes, lower case', [['a.png', '', '1']], $parse($bare . $end));

// Longer than one block, so that a boundary falls on every place between two blocks at some length.
foreach ([65_000, 65_400, 65_436, 65_437, 65_440, 65_536, 131_072, 200_000] as $length) {
    $content = substr(str_repeat("0123456789\r\n", 20_000), 0, $length);
    check("{$length} bytes", true, $parse($file('a', $content) . $file('b', '2') . $end)[0][2] === $content);
}

check('too large', 413, refusal(fn () => $parse($file('a', str_repeat('a', 200_001)) . $end)));
check('too many', 413, refusal(fn () => $parse($file('a', '1') . $file('b', '2') . $file('c', '3') . $end)));
check('many others', [$is('a', '1')], $parse(str_repeat($part('name="x"', ''), 999) . $file('a', '1') . $end));
check('too many others', 400, refusal(fn () => $parse(str_repeat($part('name="x"', ''), 1001) . $end)));
check('too long', 413, refusal(fn () => $parse($part('name="x"', str_repeat('a', 2_000_000)) . $end)));
check('cut off', 400, refusal(fn () => $parse($file('a', '1'))));
check('cut off in headers', 400, refusal(fn () => $parse("--XX\r\nContent-Dispo")));
check('cut off in the last boundary', 400, refusal(fn () => $parse($file('a', '1') . '--XX-')));
check('empty body', 400, refusal(fn () => $parse('')));
check('endless headers', 400, refusal(fn () => $parse("--XX\r\nA: " . str_repeat('a', 20_000) . "\r\n\r\n" . $end)));

$boundary = MultipartReader::boundary(...);
check('boundary', 'XX', $boundary('multipart/form-data; boundary=XX'));
check('quoted boundary', 'X X', $boundary('Multipart/Form-Data;charset=utf-8; Boundary="X X"'));
foreach (['', 'application/json', 'multipart/form-data-x; boundary=XX', 'multipart/mixed; boundary=XX'] as $type) {
    check("no form: {$type}", 415, refusal(fn () => $boundary($type)));
}
foreach (['', ';', '; boundary=', '; x-boundary=XX'] as $parameters) {
    check("no boundary: {$parameters}", 400, refusal(fn () => $boundary('multipart/form-data' . $parameters)));
}

foreach ([
    'form-data; name="f"; filename="cat.png"' => ['f', 'cat.png'],
    'form-data;filename=cat.png;name=f' => ['f', 'cat.png'],
    'form-data ; Name = f ; FILENAME = cat one.png ' => ['f', 'cat one.png'],
    'form-data; name=f; filename="a;b=\"c\\\\.png"' => ['f', 'a;b="c\\.png'],
    'form-data; name=f; filename="C:\\Users\\cat.png"' => ['f', 'C:\\Users\\cat.png'],
    'form-data; name=f; filename="unended' => ['f', 'unended'],
    'form-data; name=f; filename=""' => ['f', ''],
    'form-data; name="first"; filename=x; name=second; filename=y' => ['first', 'x'],
    'form-data; filename="; name=\"x"; name=f' => ['f', '; name="x'],
    'form-data; name=f; filename*=UTF-8\'\'%e7%8c%ab.png; filename="plain.png"' => ['f', '猫.png'],
    'form-data; name=f; filename*=iso-8859-1\'de\'%e9t%E9.png' => ['f', 'été.png'],
    'form-data; name=f; filename*=UTF-16\'\'%00; filename=cat.png' => ['f', 'cat.png'],
    'form-data; name=f; filename*=nonsense; filename=cat.png' => ['f', 'cat.png'],
    'form-data; names=f; xfilename=g' => [null, null],
    'form-data' => [null, null],
    '' => [null, null],
] as $header => $expected) {
    $headers = new PartHeaders("X: 1\r\ncontent-DISPOSITION:{$header}\r\nContent-Type:  image/png ; a=b\r\n");
    $read = [$headers->field, $headers->fileName, $headers->contentType];
    check("part: {$header}", [...$expected, 'image/png ; a=b'], $read);
}
