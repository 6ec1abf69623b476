<?php

/**
 * GIF: the screen, then images and extensions in sub-blocks up to the trailer.
 * Browsers show the first frame in full where the screen is too small for it, and files that only lack their trailer.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Gif implements Format
{
    /** Signature and screen descriptor. */
    private const HEADER_BYTES = 13;

    private const IMAGE = ',';
    private const EXTENSION = '!';
    private const TRAILER = ';';

    public static function read(Bytes $bytes, \Closure $onSize): Image
    {
        [$width, $height] = [$bytes->little(6, 2), $bytes->little(8, 2)];
        Image::checkSides($width, $height);
        $onSize($width, $height);
        $images = 0;
        foreach (self::blocks($bytes, $images) as [$introducer, $offset]) {
            if ($introducer !== self::IMAGE) {
                continue;
            }
            $frame = unpack('vleft/vtop/vwidth/vheight', $bytes->at($offset + 1, 9));
            if ($images++ === 0) {
                $width = max($width, $frame['left'] + $frame['width']);
                $height = max($height, $frame['top'] + $frame['height']);
                $onSize($width, $height);
            }
            // Later ones are cut to the screen by who shows them, but who makes room for one needs it.
            $onSize($frame['width'], $frame['height']);
        }
        if ($images === 0) {
            throw Broken::because('it has no image data');
        }

        return new Image('image/gif', $width, $height);
    }

    /**
     * The blocks before the trailer, or before the end of a file that has an image: what introduces them, and where.
     *
     * @return \Generator<array{string, int}>
     */
    private static function blocks(Bytes $bytes, int &$images): \Generator
    {
        $pieces = new Pieces();
        $offset = self::HEADER_BYTES + self::colorTableBytes($bytes->byte(10));
        while ($images === 0 || $offset !== $bytes->length) {
            $introducer = chr($bytes->byte($offset));
            if ($introducer === self::TRAILER) {
                return;
            }
            if ($introducer === "\0") {
                // Some programs end a block's data twice.
                $offset = $bytes->skip("\0", $offset);
                continue;
            }
            if ($introducer !== self::IMAGE && $introducer !== self::EXTENSION) {
                throw Broken::because('it has a block that means nothing');
            }
            $pieces->add(1);
            yield [$introducer, $offset];
            $offset = self::afterSubBlocks($bytes, $pieces, match ($introducer) {
                // The descriptor, its color table, the code size.
                self::IMAGE => $offset + 10 + self::colorTableBytes($bytes->byte($offset + 9)) + 1,
                // The label.
                self::EXTENSION => $offset + 2,
            });
        }
    }

    /** The offset behind a chain of sub-blocks, which an empty one ends. */
    private static function afterSubBlocks(Bytes $bytes, Pieces $pieces, int $offset): int
    {
        while (($length = $bytes->byte($offset)) !== 0) {
            $pieces->add($length);
            $offset += $length + 1;
        }

        return $offset + 1;
    }

    private static function colorTableBytes(int $flags): int
    {
        return ($flags & 0x80) === 0 ? 0 : 3 << (($flags & 0x07) + 1);
    }
}
