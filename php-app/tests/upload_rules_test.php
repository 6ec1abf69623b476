<?php

/**
 * The upload rules, case by case.
 */

declare(strict_types=1);

use ImageApp\Config;
use ImageApp\UploadRules;

$avif = "\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf";
foreach ([
    'jpeg' => ["\xFF\xD8\xFF\xE0rest", 'image/jpeg'],
    'png' => ["\x89PNG\r\n\x1A\nrest", 'image/png'],
    'gif 87' => ['GIF87a...', 'image/gif'],
    'gif 89' => ['GIF89a...', 'image/gif'],
    'webp' => ["RIFF\x10\0\0\0WEBPVP8 ", 'image/webp'],
    'avif' => ["\0\0\0\x14ftypavif\0\0\0\0mif1", 'image/avif'],
    'avif by a compatible brand' => [$avif, 'image/avif'],
    'heic is none' => ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", null],
    'avif after the box does not count' => ["\0\0\0\x14ftypmif1\0\0\0\0miafavif", null],
    'wave is none' => ["RIFF\x10\0\0\0WAVEfmt ", null],
    'html is none' => ['<html><img>', null],
    'svg is none' => ['<svg xmlns="http://www.w3.org/2000/svg">', null],
    'two bytes' => ["\xFF\xD8", null],
    'nothing' => ['', null],
] as $case => [$head, $type]) {
    check("content type: {$case}", $type, UploadRules::contentType($head));
}

foreach ([
    'plain' => ['cat.png', 'cat.png'],
    'unix path' => ['/home/me/cat.png', 'cat.png'],
    'windows path' => ['C:\\Users\\me\\cat.png', 'cat.png'],
    'traversal' => ['../../etc/passwd', 'passwd'],
    'unicode' => ['Über Straße 猫 1.png', 'Über Straße 猫 1.png'],
    'letter plus accent' => ["e\u{301}.png", "e\u{301}.png"],
    'control characters' => ["a\r\nb\0c\x7F.png", 'abc.png'],
    'markup' => ['<b>"x"&\'.png', 'bx.png'],
    'invalid utf-8' => ["a\xFFb.png", 'ab.png'],
    'spaces around' => ['  a.png  ', 'a.png'],
    'empty' => ['', 'image.png'],
    'dots' => ['..', 'image.png'],
    'nothing left' => ['😀', 'image.png'],
    'exactly 100 bytes' => [str_repeat('a', 100), str_repeat('a', 100)],
    '101 bytes' => [str_repeat('a', 101), str_repeat('a', 100)],
    'cut before a character' => [str_repeat('a', 99) . 'é', str_repeat('a', 99)],
    'character fits' => [str_repeat('a', 98) . 'éb', str_repeat('a', 98) . 'é'],
] as $case => [$name, $safe]) {
    check("file name: {$case}", $safe, UploadRules::safeFileName($name, 'image/png'));
}

check('id', '8299999999999-0a1b2c3d', UploadRules::sortableId(1_700_000_000_000, '0a1b2c3d'));
$older = UploadRules::sortableId(1_700_000_000_000, '00000000');
$newer = UploadRules::sortableId(1_700_000_000_001, 'ffffffff');
check('newer ids come first', true, $newer < $older);
check('key', 'uploads/1-a/b.png', UploadRules::objectKey('1-a', 'b.png'));

check('size: empty', 400, refusal(fn () => UploadRules::checkSize('a', 0, 10)));
check('size: at the limit', 0, refusal(fn () => UploadRules::checkSize('a', 10, 10)));
check('size: above', 413, refusal(fn () => UploadRules::checkSize('a', 11, 10)));
check('count: none', 400, refusal(fn () => UploadRules::checkCount(0, 2)));
check('count: at the limit', 0, refusal(fn () => UploadRules::checkCount(2, 2)));
check('count: above', 413, refusal(fn () => UploadRules::checkCount(3, 2)));
check('readable size', ['20 MB', '1.5 KB', '7 bytes'], array_map(UploadRules::readableSize(...), [20 << 20, 1536, 7]));

$tooLarge = UploadRules::bodyTooLarge(new Config('bucket', 'eu-central-1', null, 20 << 20, 3));
check('body: status', 413, $tooLarge->status);
check('body: names the limits', true, str_contains($tooLarge->getMessage(), '3 files of 20 MB'));
