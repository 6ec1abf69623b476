<?php

/**
 * What is an image, how large it is, and that a file which ends early is none.
 */

declare(strict_types=1);

use ImageApp\ImageFormat\Broken;
use ImageApp\ImageFormat\Formats;

/** @return string type and size, `none`, or why it is broken */
$read = static function (string $content): string {
    try {
        $image = Formats::read(uploaded($content)->content, static function (): void {
        });

        return $image === null ? 'none' : "{$image->contentType} {$image->width}x{$image->height}";
    } catch (Broken $broken) {
        return (string) preg_replace('~,.*~', '', $broken->getMessage());
    }
};
$segment = Images::jpegSegment(...);
$thumbnail = $segment("\xE1", "Exif\0\0" . Images::jpeg(1, 1));
$scan = "abc\xFF\xD0def\xFF\x00\xFF\xFF\xFF";
$nextScan = $segment("\xC4", 'table') . $segment("\xDA", "\x01\x01\x00\x00\x3F\x00") . "more\xFF\x00";
$frame = $segment("\xC2", "\x08\0\x02\0\x03\x01\x01\x11\x00");
$noSize = "\xFF\xD8" . $segment("\xDA", "\x01") . 'abc' . $frame . "\xFF\xD9";

$whole = [
    'jpeg' => [Images::jpeg(), 'image/jpeg 3x2'],
    'jpeg with a thumbnail' => [Images::jpeg(640, 480, $thumbnail), 'image/jpeg 640x480'],
    'jpeg with strays between segments' => [Images::jpeg(before: "stray\xFF\x00\xFF\x01"), 'image/jpeg 3x2'],
    'jpeg with fill bytes' => [Images::jpeg(before: "\xFF\xFF\xFF" . $segment("\xFE", 'hello')), 'image/jpeg 3x2'],
    'jpeg with restarts' => [Images::jpeg(scan: $scan), 'image/jpeg 3x2'],
    'jpeg with several scans' => [Images::jpeg(scan: $scan . $nextScan . $nextScan), 'image/jpeg 3x2'],
    'png' => [Images::png(), 'image/png 3x2'],
    'gif' => [Images::gif(), 'image/gif 3x2'],
    'gif with strays between blocks' => [Images::gif(before: "\0\0"), 'image/gif 3x2'],
    'gif with a comment of several blocks' => [Images::gif(before: "!\xFE\x03abc\x01;\x00"), 'image/gif 3x2'],
    'webp, lossy' => [Images::webp(Images::vp8(16383, 1)), 'image/webp 16383x1'],
    'webp, lossless' => [Images::webp(Images::vp8l(16384, 2)), 'image/webp 16384x2'],
    'webp with a chunk of an odd length' => [
        Images::webp(Images::vp8(), Images::webpChunk('EXIF', 'x')),
        'image/webp 3x2',
    ],
    'webp with metadata' => [
        Images::webp(Images::vp8x(), Images::webpChunk('ICCP', 'abc'), Images::vp8(), Images::webpChunk('EXIF', 'xy')),
        'image/webp 3x2',
    ],
    'webp, animated' => [
        Images::webp(Images::vp8x(70000, 5, 2), Images::webpChunk('ANIM', 'abcdef'), Images::frame(70000, 5)),
        'image/webp 70000x5',
    ],
    'avif' => [Images::avif(), 'image/avif 3x2'],
    'avif, data first' => [Images::ftyp() . Images::box('mdat', 'x') . Images::meta(), 'image/avif 3x2'],
    'avif, data in meta' => [Images::ftyp() . Images::meta(more: Images::box('idat', 'x')), 'image/avif 3x2'],
    'avif, a grid' => [
        Images::ftyp() . Images::meta([[512, 512], [1000, 600], [512, 512]]) . Images::box('mdat', ''),
        'image/avif 1000x600',
    ],
    'avif, 64 bit sizes' => [Images::ftyp() . Images::meta() . Images::largeBox('mdat', 'data'), 'image/avif 3x2'],
    'avif, a sequence' => [
        Images::ftyp('avis', 'msf1avif') . Images::meta() . Images::box('moov', 'x') . Images::box('mdat', 'x'),
        'image/avif 3x2',
    ],
];
foreach ($whole as $case => [$content, $expected]) {
    check($case, $expected, $read($content));
    // Short ones are whole within the first bytes that decide what a file is, so every cut counts.
    $taken = array_filter(range(12, strlen($content) - 1), static fn (int $cut): bool =>
        str_starts_with($read(substr($content, 0, $cut)), 'image/'));
    check("{$case}: cuts that are taken", [], array_values($taken));
}
check('jpeg, cut where it begins', 'ends early', $read("\xFF\xD8\xFF"));
check('avif without an end', 'image/avif 3x2', $read(Images::ftyp() . Images::meta() . "\0\0\0\0mdatdata"));
foreach (['jpeg', 'png', 'gif', 'webp', 'avif'] as $case) {
    $content = $case === 'webp' ? Images::webp(Images::vp8()) : Images::$case();
    check("{$case} with bytes after its end", "image/{$case} 3x2", $read($content . "\xFF\xD8 and more"));
    check("{$case} with a few bytes after its end", "image/{$case} 3x2", $read($content . 'abc'));
}

foreach ([
    'jpeg of no height' => Images::jpeg(3, 0),
    'jpeg without a scan' => "\xFF\xD8" . $frame . "\xFF\xD9",
    'jpeg whose size comes after the scan' => $noSize,
    'jpeg with a segment too short' => "\xFF\xD8\xFF\xE0\x00\x01" . Images::jpeg(),
    'jpeg with two frames' => Images::jpeg(before: $frame),
    'jpeg with a marker that means nothing' => Images::jpeg(before: $segment("\x02", 'x')),
    'jpeg that starts twice' => Images::jpeg(before: "\xFF\xD8\x00\x02"),
    'jpeg with a short frame' => "\xFF\xD8" . $segment("\xC0", "\x08\0\x02\0") . "\xFF\xD9",
    'jpeg, nothing but its end' => "\xFF\xD8\xFF\xD9",
    'png of no width' => Images::png(0),
    'png without data' => str_replace('IDAT', 'iDAT', Images::png()),
    'png with empty data' => substr(Images::png(), 0, 33) . Images::pngChunk('IDAT', '') . Images::pngChunk('IEND', ''),
    'png with two headers' => str_replace('tEXt', 'IHDR', Images::png()),
    'png without its header' => str_replace('IHDR', 'xHDR', Images::png()),
    'png with a chunk of no type' => str_replace('tEXt', "t\0Xt", Images::png()),
    'gif of no width' => Images::gif(0),
    'gif without an image' => 'GIF89a' . pack('vv', 3, 2) . "\0\0\0;",
    'gif of no height' => substr_replace(Images::gif(), "\0\0", 8, 2),
    'gif with rubbish between blocks' => Images::gif(before: 'rubbish'),
    'webp without data' => Images::webp(Images::vp8x()),
    'webp without anything' => Images::webp(),
    'webp without its header' => Images::webp(Images::webpChunk('EXIF', 'x'), Images::vp8()),
    'webp without a start code' => Images::webp(Images::webpChunk('VP8 ', 'abcdefghijkl')),
    'webp of no width' => Images::webp(Images::vp8(0)),
    'webp with a frame beyond its canvas' => Images::webp(Images::vp8x(3, 2, 2), Images::frame(4, 2)),
    'webp with a frame and no animation' => Images::webp(Images::vp8x(), Images::frame(3, 2)),
    'webp with an animation of no frames' => Images::webp(Images::vp8x(3, 2, 2), Images::vp8(3, 2)),
    'webp with a late canvas' => Images::webp(Images::vp8(), Images::vp8x()),
    'webp whose canvas lies' => Images::webp(Images::vp8x(1, 1), Images::vp8(3, 2)),
    'webp with a chunk beyond its end' => Images::webp('VP8 ' . pack('V', 99) . 'abc'),
    'avif of no width' => Images::ftyp() . Images::meta([[0, 2]]) . Images::box('mdat', 'x'),
    'avif with two metas' => Images::ftyp() . Images::meta() . Images::meta() . Images::box('mdat', 'x'),
    'avif without a size' => Images::ftyp() . Images::meta([]) . Images::box('mdat', 'x'),
    'avif with a box too small' => Images::ftyp() . Images::meta() . pack('N', 7) . 'mdat' . Images::box('mdat', 'x'),
] as $case => $content) {
    check("broken: {$case}", 'is a broken image', $read($content));
}
check('avif, more data, cut', 'ends early', $read(Images::avif() . substr(Images::box('mdat', 'data'), 0, -1)));
check('avif, free space, cut', 'ends early', $read(Images::avif() . substr(Images::box('free', 'data'), 0, -1)));
$huge = pack('N', 1) . 'mdat' . str_repeat("\xFF", 8);
check('avif with a box of a huge size', 'ends early', $read(Images::ftyp() . Images::meta() . $huge));

foreach ([
    'avif by a compatible brand' => ["\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf", 'image/avif'],
    'avif after the box does not count' => ["\0\0\0\x14ftypmif1\0\0\0\0miafavif", null],
    'avif as a version does not count' => ["\0\0\0\x14ftypmif1avifmiaf", null],
    'heic' => ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", null],
    'gif 87' => ['GIF87a', 'image/gif'],
    'gif 88' => ['GIF88a', null],
    'wave' => ["RIFF\x10\0\0\0WAVEfmt ", null],
    'html' => ['<html><img>', null],
    'svg' => ['<svg xmlns="http://www.w3.org/2000/svg">', null],
    'two bytes' => ["\xFF\xD8", null],
    'nothing' => ['', null],
] as $case => [$head, $type]) {
    check("content type: {$case}", $type, Formats::contentType($head));
}

// Marker and fill bytes on every side of the end of a block.
foreach ([65_490, 65_491, 65_492, 65_493, 65_494, 65_495, 65_496, 131_000, 200_000] as $length) {
    $noise = substr(str_repeat("0123456789\xFF\x00", 20_000), 0, $length);
    $large = Images::jpeg(scan: $noise . "\xFF\xD3" . str_repeat("\xFF", 50) . "\x00" . $noise);
    check("jpeg of {$length} bytes and more", 'image/jpeg 3x2', $read($large));
    check("jpeg of {$length} bytes, cut", 'ends early', $read(substr($large, 0, -1)));
}
