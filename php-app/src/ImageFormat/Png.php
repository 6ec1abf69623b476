<?php

/**
 * PNG (and APNG): chunks from IHDR to IEND.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Png implements Format
{
    private const SIGNATURE_BYTES = 8;

    /** Length and type before a chunk's data, a checksum after it. */
    private const AROUND_DATA = 12;

    private const HEADER_DATA_BYTES = 13;
    private const LONGEST_CHUNK = 0x7FFFFFFF;

    public static function header(Bytes $bytes): Image
    {
        if (self::chunk($bytes, self::SIGNATURE_BYTES) !== [self::HEADER_DATA_BYTES, 'IHDR']) {
            throw Broken::because('it does not begin with its header');
        }
        $data = self::SIGNATURE_BYTES + 8;

        return new Image('image/png', $bytes->big($data, 4), $bytes->big($data + 4, 4));
    }

    public static function follow(Bytes $bytes, Image $image): void
    {
        $hasData = false;
        $offset = self::SIGNATURE_BYTES + self::HEADER_DATA_BYTES + self::AROUND_DATA;
        do {
            [$length, $type] = self::chunk($bytes, $offset);
            if ($type === 'IHDR') {
                throw Broken::because('it has two headers');
            }
            $hasData = $hasData || ($type === 'IDAT' && $length > 0);
            $offset += $length + self::AROUND_DATA;
            $bytes->checkEnd($offset);
        } while ($type !== 'IEND');
        if (!$hasData) {
            throw Broken::because('it has no image data');
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
