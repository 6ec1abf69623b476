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
        Images::webp(Images::vp8x(70000, 5, 2), Images::webpChunk('ANIM', 'abcdef'), Images::frame(3, 5)),
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
    // A GIF file without its trailer alone has all of its image.
    $wholeCuts = str_starts_with($case, 'gif') ? [strlen($content) - 1] : [];
    check("{$case}: cuts that are taken", $wholeCuts, array_values($taken));
}
check('jpeg, cut where it begins', 'ends early', $read("\xFF\xD8\xFF"));
check('avif without an end', 'image/avif 3x2', $read(Images::ftyp() . Images::meta() . "\0\0\0\0mdatdata"));
foreach (['jpeg', 'png', 'gif', 'webp', 'avif'] as $case) {
    $content = $case === 'webp' ? Images::webp(Images::vp8()) : Images::$case();
    check("{$case} with bytes after its end", "image/{$case} 3x2", $read($content . "\xFF\xD8 and more"));
    check("{$case} with a few bytes after its end", "image/{$case} 3x2", $read($content . 'abc'));
}

// What is seen is turned by the first Exif data before the image, in both byte orders.
$turned = static fn (int $number): string => Images::exif($number % 2 === 0, $number);
foreach (range(1, 8) as $number) {
    [$jpeg, $other] = $number >= 5 ? ['2x3', '2x3'] : ['3x2', '3x2'];
    $mark = $segment("\xE1", "Exif\0\0" . $turned($number));
    check("jpeg turned {$number}", "image/jpeg {$jpeg}", $read(Images::jpeg(before: $mark)));
    $png = substr_replace(Images::png(), Images::pngChunk('eXIf', $turned($number)), 33, 0);
    check("png turned {$number}", "image/png {$other}", $read($png));
    $webp = Images::webp(Images::vp8x(3, 2, 8), Images::vp8(), Images::webpChunk('EXIF', $turned($number)));
    check("webp turned {$number}", "image/webp {$other}", $read($webp));
}
$upright = $segment("\xE1", "Exif\0\0" . $turned(1));
$sideways = $segment("\xE1", "Exif\0\0" . $turned(6));
$late = str_replace("\xFF\xD9", $sideways . "\xFF\xD9", Images::jpeg());
$screen = "GIF89a\x01\0\x01\0\x80\0\0rgbRGB";
$gifFrame = static fn (int $left, int $width): string => ',' . pack('vvvv', $left, 0, $width, 5) . "\0\x02\x01a\0";
$movie = Images::box('moov', Images::box('trak', Images::box('tkhd', str_repeat("\0", 76) . pack('NN', 9 << 16, 7 << 16))));
$long = Images::box('ftyp', "mif1\0\0\0\0" . str_repeat('none', 100) . 'avif');
$items = Images::pitm(2) . Images::box('iprp', Images::box('ipco', Images::box('pixi', 'x') . Images::ispe(512, 512)
    . Images::ispe(9, 7) . Images::box('irot', "\x01")) . Images::ipma([1 => [1, 2], 2 => [0x80 | 3, 0x80 | 4]]));
$primary = Images::ftyp() . Images::box('meta', "\0\0\0\0" . $items) . Images::box('mdat', 'x');
foreach ([
    'jpeg with two Exif segments' => [Images::jpeg(before: $upright . $sideways), 'image/jpeg 3x2'],
    'jpeg with Exif behind its scan' => [$late, 'image/jpeg 3x2'],
    'jpeg with a maker\'s trailer' => [substr(Images::jpeg(), 0, -2) . "\xFF\x08\xFF\xC0SEFHxSEFT", 'image/jpeg 3x2'],
    'webp with Exif that is not announced' => [
        Images::webp(Images::vp8x(), Images::vp8(), Images::webpChunk('EXIF', $turned(6))),
        'image/webp 3x2',
    ],
    'gif with a frame larger than its screen' => ["{$screen}{$gifFrame(2, 9)};", 'image/gif 11x5'],
    'gif with a later frame larger than its screen' => ["{$screen}{$gifFrame(0, 1)}{$gifFrame(0, 9)};", 'image/gif 1x5'],
    'gif without its trailer' => [substr(Images::gif(), 0, -1), 'image/gif 3x2'],
    'gif without its trailer, its data ended twice' => [substr(Images::gif(), 0, -1) . "\0\0", 'image/gif 3x2'],
    'avif, a sequence without an image' => [Images::ftyp('avis') . $movie . Images::box('mdat', 'x'), 'image/avif 9x7'],
    'avif, a sequence with an image' => [
        Images::ftyp('avis') . Images::meta() . $movie . Images::box('mdat', 'x'),
        'image/avif 9x7',
    ],
    'avif, an image with a sequence' => [
        Images::ftyp() . $movie . Images::meta() . Images::box('mdat', 'x'),
        'image/avif 3x2',
    ],
    'avif, its brand behind a hundred others' => [$long . Images::meta() . Images::box('mdat', 'x'), 'image/avif 3x2'],
    'avif, its primary item, turned' => [$primary, 'image/avif 7x9'],
    'avif, a cut box of no known name behind it' => [Images::avif() . "\0\0\0\x20<htm", 'image/avif 3x2'],
    'avif, a cut index behind it' => [Images::avif() . "\0\0\0\x20sidx", 'ends early'],
    'avif, cut space behind it' => [Images::avif() . "\0\0\0\x20wide", 'ends early'],
    'png with a frame beyond it' => [Images::apng(8000, 1, 0), 'is a broken image'],
    'png with a frame within it' => [Images::apng(2, 1, 1), 'image/png 3x2'],
    'webp with a frame whose image is larger' => [
        Images::webp(Images::vp8x(9, 9, 2), str_replace(pack('vv', 3, 2) . 'rest', pack('vv', 9, 9) . 'rest', Images::frame(3, 2))),
        'is a broken image',
    ],
] as $case => [$content, $expected]) {
    check($case, $expected, $read($content));
}

$endless = static fn (string $type): string => Images::ftyp() . pack('N', 1) . $type . pack('J', 1 << 60);

// Too many tiny pieces: how many steps are taken is bounded, whatever the file's length.
foreach ([
    'jpeg' => ["\xFF\xD8", $segment("\xE0", '')],
    'png' => [substr(Images::png(), 0, 33), Images::pngChunk('IDAT', '')],
    'gif' => [$screen . '!\xFE', "\x01x"],
    'webp' => ["RIFF\xFF\xFF\xFF\x7FWEBP" . Images::vp8x(), Images::webpChunk('none', '')],
    'avif' => [Images::ftyp(), Images::box('free', '')],
    'avif, boxes in a box' => [Images::ftyp() . "\0\0\0\0moov", Images::box('free', '')],
    // What a piece says of its length is no more than a claim.
    'webp, chunks in a frame of 2 GiB' => [
        "RIFF\xFF\xFF\xFF\xFFWEBP" . Images::vp8x(3, 2, 2) . 'ANMF' . pack('V', 1 << 31)
            . substr(Images::frame(3, 2), 8, 16),
        Images::webpChunk('none', ''),
    ],
    'avif, boxes in a movie of 2^60 bytes' => [$endless('moov'), Images::box('free', '')],
    'avif, boxes in metadata of 2^60 bytes' => [$endless('meta') . "\0\0\0\0", Images::box('free', '')],
    'avif, boxes in a movie of 63 bits and more' => [
        Images::ftyp() . pack('N', 1) . 'moov' . str_repeat("\xFF", 8),
        Images::box('free', ''),
    ],
    'avif, boxes in a track of 2 GiB' => [
        $endless('moov') . pack('N', 1 << 31) . 'trak',
        Images::box('free', ''),
    ],
] as $case => [$start, $piece]) {
    foreach ([90_000 => false, 110_000 => true] as $pieces => $isRefused) {
        $said = '';
        try {
            Formats::read(uploaded($start . str_repeat($piece, $pieces))->content, static function (): void {
            });
        } catch (Broken $broken) {
            $said = $broken->getMessage();
        }
        check("{$pieces} pieces of {$case}", $isRefused, str_contains($said, 'too many tiny pieces'));
    }
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
