<?php

/**
 * What the metadata of a file costs is bounded, whatever it is.
 */

declare(strict_types=1);

use ImageApp\ImageFormat\Broken;
use ImageApp\ImageFormat\Formats;
use ImageApp\Location\Strip;

$stripped = static function (string $content, string $type = 'image/jpeg'): string {
    $file = Strip::from(uploaded($content)->content, $type);

    return $file->at(0, $file->length);
};
$entry = static fn (int $tag, int $count, int $value): string => pack('vvVV', $tag, 7, $count, $value);
$located = 'II' . pack('vVv', 42, 8, 2) . $entry(0x9003, 4, 0x00776F6E) . $entry(0x8825, 1, 38) . "\0\0\0\0"
    . pack('v', 1) . $entry(2, 24, 56) . "\0\0\0\0" . 'SECRET POSITION 24 BYTES';
$jpegOf = static fn (string ...$blocks): string => Images::jpeg(before: implode('', array_map(
    static fn (string $data): string => Images::jpegSegment("\xE1", "Exif\0\0" . $data),
    $blocks,
)));
$pngOf = static fn (string ...$blocks): string => substr_replace(Images::png(), implode('', array_map(
    static fn (string $data): string => Images::pngChunk('eXIf', $data),
    $blocks,
)), 33, 0);
$webpOf = static fn (string ...$blocks): string => Images::webp(Images::vp8x(3, 2, 8), Images::vp8(), ...array_map(
    static fn (string $data): string => Images::webpChunk('EXIF', $data),
    $blocks,
));

// Tables as long as a count can say that lead to themselves or overlap, and values that are all the rest of the data.
foreach (['jpeg' => [$jpegOf, 65_000], 'png' => [$pngOf, 262_000], 'webp' => [$webpOf, 262_000]] as $type => [$of, $bytes]) {
    [$circle, $overlapping] = array_fill(0, 2, 'MM' . pack('nNn', 42, 8, 65_535));
    for ($index = 0; strlen($circle) + 12 <= $bytes; $index++) {
        $circle .= pack('nnNN', 0x8769, 7, 1, 8);
        // The second half of such a value is a table's count.
        $overlapping .= pack('nnNN', 0x8769, 7, 1, 8 + 12 * (1500 + $index % 8));
    }
    $values = 'II' . pack('vVv', 42, 8, 4) . str_repeat($entry(0x8825, 1, 62), 4) . "\0\0\0\0" . pack('v', 64)
        . str_repeat($entry(1, $bytes, 834), 64) . "\0\0\0\0";
    foreach ([
        'a circle' => $circle,
        'overlapping tables' => $overlapping,
        'values over each other' => str_pad($values, $bytes, 'x'),
    ] as $case => $data) {
        $blocks = [$located, $data, $data, $located];
        $out = $stripped($of(...$blocks), "image/{$type}");
        check("{$type}, {$case}: the first is looked into, and not the last", 1, substr_count($out, "now\0"));
        check("{$type}, {$case}: a position is left", false, str_contains($out, 'SECRET'));
    }
}
unset($blocks, $circle, $data, $out, $overlapping, $values);

$packet = Images::jpegSegment("\xE1", "http://ns.adobe.com/xap/1.0/\0" . str_repeat(' :gps', 12_000) . 'kept?');
$out = $stripped(Images::jpeg(before: str_repeat($packet, 10)));
check('texts of nothing but positions, of which some are looked at', 8, substr_count($out, 'kept?'));

// Of a name, the end decides; it is too long for no pattern.
foreach (['latitude' => false, 'altitude' => true] as $end => $isKept) {
    $name = str_repeat('a', 250_000) . $end;
    $out = $stripped(substr_replace(Images::png(), Images::pngChunk('iTXt', "XML:com.adobe.xmp\0\0\0\0\0 a:{$name}='value'"), 33, 0), 'image/png');
    check("a long name of {$end} is kept", $isKept, str_contains($out, 'value'));
}

$position = Images::jpegSegment("\xE1", "Exif\0\0" . $located);
foreach (["\xFF\xE1\0\x02" => "\xFF\xD8", "\xFF\xD8\xFF\xD9" => ''] as $piece => $start) {
    foreach ([90_000 => false, 110_000 => true] as $count => $isLeft) {
        $out = $stripped(Images::jpeg() . $start . str_repeat($piece, $count) . "\xFF\xD9\xFF\xD8" . $position);
        check("behind {$count} of " . bin2hex($piece), $isLeft, str_contains($out, 'SECRET'));
    }
}
unset($out);

// An item may be listed again and again, here with 150 properties.
foreach ([600 => false, 700 => true] as $items => $isRefused) {
    $list = Images::box('ipma', pack('NN', 1, $items) . str_repeat("\0\x02\x96" . str_repeat("\0\x02", 150), $items));
    $properties = Images::box('iprp', Images::box('ipco', Images::ispe(1, 1) . Images::ispe(3, 2)) . $list);
    $meta = Images::box('meta', "\0\0\0\0" . Images::box('pitm', "\0\0\0\0\0\x02") . $properties);
    $said = '';
    try {
        Formats::read(uploaded(Images::ftyp() . $meta . Images::box('mdat', 'data'))->content, static function (): void {
        });
    } catch (Broken $broken) {
        $said = $broken->getMessage();
    }
    check("an item {$items} times", $isRefused, str_contains($said, 'too many tiny pieces'));
}
