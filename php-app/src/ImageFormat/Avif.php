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

    /** What the image needs; after it other boxes, or whatever else, may be cut. */
    private const NEEDED = ['meta', 'mdat', 'moov'];

    public static function header(Bytes $bytes): Image
    {
        foreach (self::boxes($bytes, 0, $bytes->length) as [$type, $from, $to]) {
            if ($type === 'meta') {
                $bytes->checkEnd($to);

                return self::largest($bytes, $from + 4, $to);
            }
        }
        throw Broken::endsEarly();
    }

    public static function follow(Bytes $bytes, Image $image): void
    {
        $metas = 0;
        $hasData = false;
        $isWhole = false;
        try {
            foreach (self::boxes($bytes, 0, $bytes->length) as [$type, $from, $to]) {
                $metas += $type === 'meta' ? 1 : 0;
                $isWhole = $metas > 0 && $hasData;
                if (!$isWhole || in_array($type, self::NEEDED, true)) {
                    $isWhole = false;
                    $bytes->checkEnd($to);
                }
                $hasData = $hasData || $type === 'mdat' || ($type === 'meta' && self::hasData($bytes, $from + 4, $to));
                $isWhole = $metas > 0 && $hasData;
            }
        } catch (Broken $broken) {
            // What follows the image need not be boxes.
            $isWhole || throw $broken;
        }
        match (true) {
            $metas > 1 => throw Broken::because('it has two `meta` boxes'),
            !$isWhole => throw Broken::endsEarly(),
            default => null,
        };
    }
}
