<?php

/**
 * AVIF: boxes (ISO/IEC 14496-12). `meta` tells the sizes of the image and its parts (`iprp`, `ipco`, `ispe`) and may
 * come after the data (`mdat`, or `idat` within `meta`).
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Avif implements Format
{
    /** In one box; no property of an image can be referred to by a larger number than half of this. */
    private const MAX_BOXES = 1 << 16;

    /** Boxes that a file has. What follows the image and is something else need not be a box at all. */
    private const KNOWN = ['meta', 'mdat', 'moov', 'moof', 'free', 'skip', 'uuid'];

    public static function header(Bytes $bytes): Image
    {
        $offset = 0;
        do {
            [$type, $from, $to] = self::box($bytes, $offset, $bytes->length);
            $bytes->checkEnd($to);
            $offset = $to;
        } while ($type !== 'meta');

        return self::largest($bytes, $from + 4, $to);
    }

    public static function follow(Bytes $bytes, Image $image): void
    {
        $found = ['meta' => 0, 'data' => 0];
        for ($offset = 0; $offset < $bytes->length; $offset = $to) {
            $isWhole = $found['meta'] > 0 && $found['data'] > 0;
            try {
                [$type, $from, $to] = self::box($bytes, $offset, $bytes->length);
            } catch (Broken $broken) {
                // Too short for a box, or of no valid size.
                $isWhole || throw $broken;
                break;
            }
            if ($isWhole && $to > $bytes->length && !in_array($type, self::KNOWN, true)) {
                break;
            }
            $bytes->checkEnd($to);
            $found['meta'] += $type === 'meta' ? 1 : 0;
            $found['data'] += $type === 'mdat' || ($type === 'meta' && self::hasData($bytes, $from + 4, $to)) ? 1 : 0;
        }
        if ($found['meta'] !== 1 || $found['data'] === 0) {
            throw $found['meta'] > 1 ? Broken::because('it has two `meta` boxes') : Broken::endsEarly();
        }
    }

    /** The image's own size: what else has one, such as the tiles of a grid, is a part of it. */
    private static function largest(Bytes $bytes, int $from, int $to): Image
    {
        $largest = [0, 0];
        foreach (self::inside($bytes, 'iprp', $from, $to) as [$start, $end]) {
            foreach (self::inside($bytes, 'ipco', $start, $end) as [$start, $end]) {
                foreach (self::inside($bytes, 'ispe', $start, $end) as [$size]) {
                    // Behind a version and flags.
                    $sides = [$bytes->big($size + 4, 4), $bytes->big($size + 8, 4)];
                    $largest = array_product($sides) > array_product($largest) ? $sides : $largest;
                }
            }
        }

        return new Image('image/avif', ...$largest);
    }

    /** Whether a `meta` box has the image's data, too. */
    private static function hasData(Bytes $bytes, int $from, int $to): bool
    {
        foreach (self::inside($bytes, 'idat', $from, $to) as $box) {
            return true;
        }

        return false;
    }

    /**
     * Where the boxes of one type within another one begin and end.
     *
     * @return \Generator<array{int, int}>
     */
    private static function inside(Bytes $bytes, string $wanted, int $from, int $to): \Generator
    {
        for ($count = 0; $from < $to; $from = $end) {
            [$type, $start, $end] = self::box($bytes, $from, $to);
            if ($end > $to || ++$count > self::MAX_BOXES) {
                throw Broken::because('a box has no valid size');
            }
            if ($type === $wanted) {
                yield [$start, $end];
            }
        }
    }

    /** @return array{string, int, int} type of the box at an offset, where its content begins, where it ends */
    private static function box(Bytes $bytes, int $offset, int $endOfParent): array
    {
        $size = $bytes->big($offset, 4);
        $header = $size === 1 ? 16 : 8;
        $size = match ($size) {
            0 => $endOfParent - $offset,
            1 => $bytes->big($offset + 8, 8),
            default => $size,
        };
        $type = $bytes->at($offset + 4, 4);
        // A size beyond 63 bits is negative here.
        if ($size >= 0 && $size < $header) {
            throw Broken::because('a box has no valid size');
        }

        return [$type, $offset + $header, $size < 0 || $size > PHP_INT_MAX - $offset ? PHP_INT_MAX : $offset + $size];
    }
}
