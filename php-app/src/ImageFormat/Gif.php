<?php

/**
 * GIF: the screen, then images and extensions in sub-blocks up to the trailer.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Gif
{
    /** Signature and screen descriptor. */
    private const HEADER_BYTES = 13;

    public static function read(Bytes $bytes): Image
    {
        $image = new Image('image/gif', $bytes->little(6, 2), $bytes->little(8, 2));
        $hasImage = false;
        $offset = self::HEADER_BYTES + self::colorTableBytes($bytes->byte(10));
        while (($introducer = chr($bytes->byte($offset))) !== ';') {
            if ($introducer === ',') {
                $hasImage = true;
                // The descriptor, its color table, the code size.
                $offset += 10 + self::colorTableBytes($bytes->byte($offset + 9)) + 1;
            } elseif ($introducer === '!') {
                // The label.
                $offset += 2;
            } else {
                throw Broken::because('its blocks are damaged');
            }
            $offset = self::afterSubBlocks($bytes, $offset);
        }

        return $hasImage ? $image : throw Broken::because('it has no image data');
    }

    /** The offset behind a chain of sub-blocks, which an empty one ends. */
    private static function afterSubBlocks(Bytes $bytes, int $offset): int
    {
        while (($length = $bytes->byte($offset)) !== 0) {
            $offset += $length + 1;
        }

        return $offset + 1;
    }

    private static function colorTableBytes(int $flags): int
    {
        return ($flags & 0x80) === 0 ? 0 : 3 << (($flags & 0x07) + 1);
    }
}
