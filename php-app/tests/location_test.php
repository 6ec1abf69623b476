<?php

/**
 * Positions go out of images, and nothing else does.
 */

declare(strict_types=1);

use ImageApp\FileSlice;
use ImageApp\Location\Budget;
use ImageApp\Location\Exif;
use ImageApp\Location\Strip;
use ImageApp\Location\Xmp;

$stripped = static function (string $type, string $content): string {
    $file = Strip::from(uploaded($content)->content, $type);
    [$whole, $pieces, $read] = [$file->at(0, $file->length), '', $file->reader()];
    while (($piece = $read(7)) !== '') {
        $pieces .= $piece;
    }
    check("{$type}: it is the same in pieces", true, $whole === $pieces);
    check("{$type}: its checksum is that of what is sent", hash('sha256', $whole), $file->sha256());
    check("{$type}: its length stays", strlen($content), strlen($whole));

    return $whole;
};
$packet = '<x:xmpmeta><rdf:Description dc:title="GPS: a story" exif:GPSLatitude="48,8.5N" tiff:Make=\'Cam\' '
    . "drone-dji:GpsLongtitude = '11.5'/><exif:GPSAltitude>519/1</exif:GPSAltitude><dc:x>a:gps b</dc:x>"
    . '<exif:GPSTimeStampX>kept?</exif:GPSTimeStampX><exif:GPSVersionID a="/>"/></x:xmpmeta>';
$secrets = ['48,8', '11.5', '519', 'kept?', 'GPSL', 'GPSV', 'SECRET', 'POSITION', "\x25\x88\x04\0", "\x88\x25\0\x04"];
$left = static fn (string $content): array =>
    array_values(array_filter($secrets, static fn (string $secret): bool => str_contains($content, $secret)));

/** Exif data with a position, its values in the table and behind it, among other tags. */
$exif = static function (bool $littleEndian): string {
    [$short, $long] = $littleEndian ? ['v', 'V'] : ['n', 'N'];
    $entry = static fn (int $tag, int $kind, int $count, string $value): string =>
        pack("{$short}2{$long}", $tag, $kind, $count) . $value;
    $first = pack($short, 3) . $entry(0x0112, 3, 1, pack("{$short}2", 6, 0))
        . $entry(0x8825, 4, 1, pack($long, 60)) . $entry(0x8769, 4, 1, pack($long, 120)) . "\0\0\0\0";
    $position = pack($short, 2) . $entry(1, 2, 2, "N\0\0\0") . $entry(2, 5, 3, pack($long, 90)) . "\0\0\0\0"
        . 'SECRET POSITION 24 BYTES';
    $own = pack($short, 1) . $entry(0x9003, 2, 4, "now\0") . "\0\0\0\0";

    return str_pad(($littleEndian ? 'II' : 'MM') . pack($short . $long, 42, 8) . $first, 60, "\0")
        . str_pad($position, 60, "\0") . $own;
};

foreach ([true, false] as $littleEndian) {
    $data = $exif($littleEndian);
    $metadata = Images::jpegSegment("\xE1", "Exif\0\0" . $data)
        . Images::jpegSegment("\xE1", "http://ns.adobe.com/xap/1.0/\0" . $packet)
        . Images::jpegSegment("\xE1", "http://ns.adobe.com/xmp/extension/\0" . $packet);
    $image = Images::jpeg(before: $metadata);
    $out = $stripped('image/jpeg', "{$image}noise \xFF\xE1\xFF\xFF \xFF{$image}\xFF\xD8 and more \xFF");
    check('jpeg: what is left of the position', [], $left($out));
    check('jpeg: the rest is left', true, str_contains($out, "now\0") && str_contains($out, "tiff:Make='Cam'"));
    $table = $littleEndian ? "\x02\0\x12\x01\x03\0" : "\0\x02\x01\x12\0\x03";
    check('jpeg: the first of two tags', true, str_contains($out, $table));

    $webp = Images::webp(
        Images::vp8x(3, 2, 12),
        Images::vp8(),
        Images::webpChunk('EXIF', ($littleEndian ? "Exif\0\0" : '') . $data),
        Images::webpChunk($littleEndian ? 'XMP ' : "XMP\0", $packet),
        Images::webpChunk('XMP ', str_repeat($packet, 999)),
        Images::vp8(),
    );
    $out = $stripped('image/webp', $webp);
    check('webp: what is left of the position', [], $left($out));
    check('webp: the image is left', true, str_ends_with($out, Images::vp8()) && str_contains($out, "now\0"));
    $behind = Images::webpChunk('XMP ', $packet) . Images::webpChunk('EXIF', $data);
    check('webp: what is behind it stays', true, $stripped('image/webp', $webp . $behind) === $out . $behind);
}

$chunks = Images::pngChunk('eXIf', $exif(true))
    . Images::pngChunk('eXIf', "Exif\0\0" . $exif(false))
    . Images::pngChunk('iTXt', "XML:com.adobe.xmp\0\0\0\0\0{$packet}")
    . Images::pngChunk('iTXt', "XML:com.adobe.xmp\0\1\0en\0\0SECRET but compressed")
    . Images::pngChunk('zTXt', "raw profile type APP1\0\0POSITION compressed")
    . Images::pngChunk('tEXt', "Raw profile type exif\0\nexif\n  9\nSECRET")
    . Images::pngChunk('tEXt', "exif:GPSInfo\0SECRET")
    . Images::pngChunk('tEXt', "XML:com.adobe.xmp\0" . str_repeat($packet, 999))
    . Images::pngChunk('tEXt', "Comment\0" . str_repeat('nothing to hide ', 30_000));
$png = $stripped('image/png', substr_replace(Images::png(), $chunks, 33, 0));
check('png: what is left of the position', [], $left($png));
check('png: a long text is left', true, str_contains($png, "Comment\0nothing to hide nothing"));
for ($offset = 8; $offset < strlen($png); $offset += $length + 12) {
    $length = unpack('N', $png, $offset)[1];
    $covered = substr($png, $offset + 4, $length + 4);
    check('png: the checksum of ' . substr($covered, 0, 4), crc32($covered), unpack('N', $png, $offset + 8 + $length)[1]);
}

// Each position costs what is taken out, not another copy of all the data. These are seconds of computing.
set_time_limit(4);
$attribute = ' a:gps="1"';
$all = Xmp::strip(str_repeat($attribute, 100_000), new Budget());
check('as many attributes as are looked at', 100_000 * strlen($attribute), strspn($all, ' '));
$element = '<a:gps>1</a:gps><b/>';
$all = Xmp::strip(str_repeat($element, 50_000), new Budget());
check('as many elements as fit', true, $all === str_repeat(str_repeat(' ', 16) . '<b/>', 50_000));
$entry = pack('vvVV', 0x8825, 4, 1, 0xFFFFFFFF);
unset($all, $png, $chunks);
$all = Exif::strip(str_pad('II' . pack('vVv', 42, 8, 65_535) . str_repeat($entry, 65_535), 2_000_000), new Budget());
check('as many tags as fit', [false, 2_000_000], [str_contains($all, $entry), strlen($all)]);
unset($all);

// A table that leads to itself, thousands of times: what is never looked at is not kept.
$circle = 'II' . pack('vVv', 42, 8, 6000) . str_repeat(pack('vvVV', 0x8769, 4, 1, 8), 6000);
memory_reset_peak_usage();
$before = memory_get_usage();
check('a circle of tables', null, Exif::strip($circle, new Budget()));
$mebibytes = intdiv(memory_get_peak_usage() - $before, 1 << 20);
check("a circle of tables: {$mebibytes} MiB are too many", true, $mebibytes < 2);
unset($circle);

// However much there is to change, what is in memory is a part of it: a process has 12 MiB.
$texts = [
    '60 packets' => Images::pngChunk('iTXt', "XML:com.adobe.xmp\0\0\0\0\0" . str_repeat($packet, 700)),
    '60 long texts' => Images::pngChunk('tEXt', "XML:com.adobe.xmp\0" . str_repeat($packet, 900)),
    '60 times 2000 tags' => str_repeat(Images::pngChunk('tEXt', "exif:GPSInfo\0SECRET"), 2000),
];
foreach ($texts as $case => $chunks) {
    $stream = stream(substr(Images::png(), 0, 33));
    fseek($stream, 0, SEEK_END);
    for ($count = 0; $count < 60; $count++) {
        fwrite($stream, $chunks);
    }
    fwrite($stream, substr(Images::png(), 33));
    $length = ftell($stream);
    unset($chunks);
    set_time_limit(10);
    memory_reset_peak_usage();
    $before = memory_get_usage();
    $file = Strip::from(new FileSlice($stream, 0, $length), 'image/png');
    [$hash, $read, $found, $last] = [hash_init('sha256'), $file->reader(), false, ''];
    while (($piece = $read(FileSlice::BLOCK)) !== '') {
        hash_update($hash, $piece);
        $found = $found || preg_match('~SECRET|48,8|GPSL~', $last . $piece) === 1;
        $last = substr($piece, -10);
    }
    check("{$case}: the checksum is that of what is sent", hash_final($hash), $file->sha256());
    check("{$case}: a position is left", false, $found);
    $mebibytes = intdiv(memory_get_peak_usage() - $before, 1 << 20);
    check("{$case}: {$mebibytes} MiB are too many", true, $mebibytes < 2);
    fclose($stream);
}
set_time_limit(0);

foreach (['jpeg' => Images::jpeg(), 'png' => Images::png(), 'gif' => Images::gif(), 'avif' => Images::avif()] as $type => $image) {
    check("{$type} without a position stays", true, $stripped("image/{$type}", $image) === $image);
}
check('it is off by default', false, config()->stripLocation);
check('it can be switched on', true, config(['STRIP_LOCATION' => 'true'])->stripLocation);
