<?php

/**
 * Image files by their structure; what a decoder would need besides is left out.
 */

declare(strict_types=1);

final class Images
{
    /** @param string $marker the code after 0xFF */
    public static function jpegSegment(string $marker, string $data): string
    {
        return "\xFF{$marker}" . pack('n', strlen($data) + 2) . $data;
    }

    public static function jpeg(
        int $width = 3,
        int $height = 2,
        string $before = '',
        string $scan = "ab\xFF\x00c",
    ): string {
        $frame = pack('Cnn', 8, $height, $width) . "\x01\x01\x11\x00";

        return "\xFF\xD8" . self::jpegSegment("\xE0", "JFIF\0") . $before . self::jpegSegment("\xC0", $frame)
            . self::jpegSegment("\xDA", "\x01\x01\x00\x00\x3F\x00") . $scan . "\xFF\xD9";
    }

    public static function pngChunk(string $type, string $data): string
    {
        return pack('N', strlen($data)) . $type . $data . pack('N', crc32($type . $data));
    }

    public static function png(int $width = 3, int $height = 2): string
    {
        return "\x89PNG\r\n\x1A\n" . self::pngChunk('IHDR', pack('NN', $width, $height) . "\x08\x00\x00\x00\x00")
            . self::pngChunk('IDAT', 'data') . self::pngChunk('tEXt', 'IEND') . self::pngChunk('IEND', '');
    }

    public static function gif(
        int $width = 3,
        int $height = 2,
        string $before = "!\xF9\x04\x00\x00\x00\x00\x00",
    ): string {
        return 'GIF89a' . pack('vv', $width, $height) . "\x80\x00\x00" . 'rgbRGB' . $before
            . ',' . pack('vvvv', 0, 0, $width, $height) . "\x81" . 'rgbRGBrgbRGB' . "\x02\x03;;;\x01a\x00" . ';';
    }

    public static function webp(string ...$chunks): string
    {
        $content = 'WEBP' . implode('', $chunks);

        return 'RIFF' . pack('V', strlen($content)) . $content;
    }

    public static function webpChunk(string $type, string $data): string
    {
        return $type . pack('V', strlen($data)) . $data . (strlen($data) % 2 === 1 ? "\0" : '');
    }

    public static function vp8(int $width = 3, int $height = 2): string
    {
        return self::webpChunk('VP8 ', "\x10\x02\x00\x9D\x01\x2A" . pack('vv', $width, $height) . 'rest');
    }

    public static function vp8l(int $width = 3, int $height = 2): string
    {
        return self::webpChunk('VP8L', "\x2F" . pack('V', ($width - 1) | ($height - 1) << 14) . 'rests');
    }

    public static function vp8x(int $width = 3, int $height = 2, int $flags = 0): string
    {
        return self::webpChunk('VP8X', chr($flags) . "\0\0\0" . self::small($width - 1) . self::small($height - 1));
    }

    public static function frame(int $width, int $height): string
    {
        $sizes = self::small($width - 1) . self::small($height - 1);

        return self::webpChunk('ANMF', "\0\0\0\0\0\0{$sizes}\0\0\0\0" . self::vp8($width & 0x3FFF, $height));
    }

    private static function small(int $number): string
    {
        return substr(pack('V', $number), 0, 3);
    }

    public static function box(string $type, string $content): string
    {
        return pack('N', strlen($content) + 8) . $type . $content;
    }

    public static function largeBox(string $type, string $content): string
    {
        return pack('N', 1) . $type . pack('J', strlen($content) + 16) . $content;
    }

    public static function ftyp(string $major = 'avif', string $compatible = 'mif1miaf'): string
    {
        return self::box('ftyp', $major . "\0\0\0\0" . $compatible);
    }

    /** @param list<array{int, int}> $sizes */
    public static function meta(array $sizes = [[3, 2]], string $more = ''): string
    {
        $properties = self::box('pixi', 'xx');
        foreach ($sizes as [$width, $height]) {
            $properties .= self::box('ispe', pack('NNN', 0, $width, $height));
        }

        return self::box('meta', "\0\0\0\0" . self::box('hdlr', 'pict')
            . self::box('iprp', self::box('ipco', $properties) . self::box('ipma', 'x')) . $more);
    }

    public static function ispe(int $width, int $height): string
    {
        return self::box('ispe', pack('NNN', 0, $width, $height));
    }

    /** The item that is shown. */
    public static function pitm(int $item): string
    {
        return self::box('pitm', pack('Nn', 0, $item));
    }

    /** @param array<int, list<int>> $items the numbers of their properties */
    public static function ipma(array $items): string
    {
        $content = pack('NN', 0, count($items));
        foreach ($items as $item => $properties) {
            $content .= pack('nC*', $item, count($properties), ...$properties);
        }

        return self::box('ipma', $content);
    }

    /** Exif data with an orientation among other tags; its table is not right behind its header. */
    public static function exif(bool $littleEndian, int $orientation): string
    {
        [$short, $long] = $littleEndian ? ['v', 'V'] : ['n', 'N'];
        $entry = static fn (int $tag, int $value): string => pack("{$short}2{$long}{$short}2", $tag, 3, 1, $value, 0);

        return ($littleEndian ? 'II' : 'MM') . pack($short . $long, 42, 12) . 'more' . pack($short, 3)
            . $entry(0x0100, 9) . $entry(0x0112, $orientation) . $entry(0x0128, 2) . "\0\0\0\0";
    }

    /** 3 by 2 pixels, with a frame of an animation at its top. */
    public static function apng(int $width, int $height, int $left): string
    {
        $control = pack('N5', 0, $width, $height, $left, 0) . "\0\1\0\1\0\0";
        $animation = self::pngChunk('acTL', pack('NN', 1, 0)) . self::pngChunk('fcTL', $control);

        return substr_replace(self::png(), $animation, 33, 0);
    }

    public static function avif(): string
    {
        return self::ftyp() . self::meta() . self::box('mdat', 'data');
    }
}
