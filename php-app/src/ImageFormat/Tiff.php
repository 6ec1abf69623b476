<?php

/**
 * The orientation in Exif data, which is a TIFF file of its own: a header and tables of tags.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Tiff
{
    /** What stands before the header in JPEG files, and in some programs' WebP files. */
    public const EXIF_MARK = "Exif\0\0";

    public const UPRIGHT = 1;

    private const HEADER_BYTES = 8;
    private const ENTRY_BYTES = 12;

    /** Tag, type (a short), count, in the order of the file's bytes. */
    private const ORIENTATION = ['v' => "\x12\x01\x03\x00\x01\x00\x00\x00", 'n' => "\x01\x12\x00\x03\x00\x00\x00\x01"];

    /** Exif's number of how an image is turned before it is shown, upright where the data does not say it. */
    public static function orientation(Bytes $bytes, int $from, int $to): int
    {
        if ($to - $from < self::HEADER_BYTES) {
            return self::UPRIGHT;
        }
        if ($bytes->at($from, 6) === self::EXIF_MARK) {
            $from += 6;
        }
        if ($to - $from < self::HEADER_BYTES) {
            return self::UPRIGHT;
        }
        $short = ['II' => 'v', 'MM' => 'n'][$bytes->at($from, 2)] ?? null;
        if ($short === null) {
            return self::UPRIGHT;
        }
        $header = unpack("{$short}magic/" . ($short === 'v' ? 'V' : 'N') . 'table', $bytes->at($from + 2, 6));
        $table = $from + $header['table'];

        return $header['magic'] === 42 && $header['table'] >= self::HEADER_BYTES && $to - $table >= 2
            ? self::inTable($bytes, $short, $table, $to)
            : self::UPRIGHT;
    }

    /** Whether width and height change places. */
    public static function swapsSides(int $orientation): bool
    {
        return $orientation >= 5;
    }

    private static function inTable(Bytes $bytes, string $short, int $table, int $to): int
    {
        $count = unpack($short, $bytes->at($table, 2))[1];
        $entry = $table + 2;
        for (; $count > 0 && $to - $entry >= self::ENTRY_BYTES; $count--, $entry += self::ENTRY_BYTES) {
            $content = $bytes->at($entry, self::ENTRY_BYTES);
            if (str_starts_with($content, self::ORIENTATION[$short])) {
                $value = unpack($short, $content, 8)[1];
                if ($value > self::UPRIGHT && $value <= 8) {
                    return $value;
                }
            }
        }

        return self::UPRIGHT;
    }
}
