<?php

/**
 * PNG (and APNG): chunks from IHDR to IEND. Exif data before the image turns it.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Png implements Format
{
    private const SIGNATURE_BYTES = 8;

    /** Length and type before a chunk's data, a checksum after it. */
    private const AROUND_DATA = 12;

    private const HEADER_DATA_BYTES = 13;

    /** Number, size and position of an animation's frame. */
    private const FRAME_BYTES = 20;

    private const LONGEST_CHUNK = 0x7FFFFFFF;

    public static function read(Bytes $bytes, \Closure $onSize): Image
    {
        if (self::chunk($bytes, self::SIGNATURE_BYTES) !== [self::HEADER_DATA_BYTES, 'IHDR']) {
            throw Broken::because('it does not begin with its header');
        }
        $data = self::SIGNATURE_BYTES + 8;
        [$width, $height] = [$bytes->big($data, 4), $bytes->big($data + 4, 4)];
        Image::checkSides($width, $height);
        $onSize($width, $height);

        return Tiff::swapsSides(self::follow($bytes, $width, $height))
            ? new Image('image/png', $height, $width)
            : new Image('image/png', $width, $height);
    }

    /** From behind the header to the end; gives the orientation. */
    private static function follow(Bytes $bytes, int $width, int $height): int
    {
        $pieces = new Pieces();
        $orientation = null;
        $isAnimated = $hasBegun = $hasData = false;
        $offset = self::SIGNATURE_BYTES + self::HEADER_DATA_BYTES + self::AROUND_DATA;
        do {
            [$length, $type] = self::chunk($bytes, $offset);
            if ($type === 'IHDR') {
                throw Broken::because('it has two headers');
            }
            $pieces->add($length);
            $hasBegun = $hasBegun || $type === 'IDAT';
            $hasData = $hasData || ($type === 'IDAT' && $length > 0);
            $isAnimated = $isAnimated || ($type === 'acTL' && !$hasBegun);
            if ($type === 'eXIf' && !$hasBegun) {
                $orientation ??= Tiff::orientation($bytes, $offset + 8, $offset + 8 + $length);
            } elseif ($type === 'fcTL' && $isAnimated && $length >= self::FRAME_BYTES) {
                self::checkFrame($bytes->at($offset + 8, self::FRAME_BYTES), $width, $height);
            }
            $offset += $length + self::AROUND_DATA;
            $bytes->checkEnd($offset);
        } while ($type !== 'IEND');
        if (!$hasData) {
            throw Broken::because('it has no image data');
        }

        return $orientation ?? Tiff::UPRIGHT;
    }

    /** Decoders refuse a frame beyond the image, and so no small image hides a large one. */
    private static function checkFrame(string $control, int $width, int $height): void
    {
        $frame = unpack('Nnumber/Nwidth/Nheight/Nleft/Ntop', $control);
        if ($frame['left'] + $frame['width'] > $width || $frame['top'] + $frame['height'] > $height) {
            throw Broken::because('a frame reaches beyond its image');
        }
    }

    /** @return array{int, string} length and type of the chunk at an offset */
    private static function chunk(Bytes $bytes, int $offset): array
    {
        ['length' => $length, 'type' => $type] = unpack('Nlength/a4type', $bytes->at($offset, 8));
        if ($length > self::LONGEST_CHUNK || !ctype_alpha($type)) {
            throw Broken::because('a chunk has no valid length or name');
        }

        return [$length, $type];
    }
}
