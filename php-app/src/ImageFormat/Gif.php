<?php

/**
 * GIF: the screen, then images and extensions in sub-blocks up to the trailer.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Gif implements Format
{
    /** Signature and screen descriptor. */
    private const HEADER_BYTES = 13;

    private const IMAGE = ',';
    private const EXTENSION = '!';

    public static function header(Bytes $bytes): Image
    {
        return new Image('image/gif', $bytes->little(6, 2), $bytes->little(8, 2));
    }

    public static function follow(Bytes $bytes, Image $image): void
    {
        $images = 0;
        foreach (self::blocks($bytes) as [$introducer]) {
            $images += $introducer === self::IMAGE ? 1 : 0;
        }
        if ($images === 0) {
            throw Broken::because('it has no image data');
        }
    }

    /**
     * The blocks before the trailer: what introduces them, and where.
     *
     * @return \Generator<array{string, int}>
     */
    private static function blocks(Bytes $bytes): \Generator
    {
        $offset = self::HEADER_BYTES + self::colorTableBytes($bytes->byte(10));
        while (($introducer = chr($bytes->byte($offset))) !== ';') {
            if ($introducer === "\0") {
                // Some programs end a block's data twice.
                $offset = $bytes->skip("\0", $offset);
                continue;
            }
            yield [$introducer, $offset];
            $offset = self::afterSubBlocks($bytes, match ($introducer) {
                // The descriptor, its color table, the code size.
                self::IMAGE => $offset + 10 + self::colorTableBytes($bytes->byte($offset + 9)) + 1,
                // The label.
                self::EXTENSION => $offset + 2,
                default => throw Broken::because('it has a block that means nothing'),
            });
        }
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
