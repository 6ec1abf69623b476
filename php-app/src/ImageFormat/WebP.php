<?php

/**
 * WebP: RIFF chunks within the length that the file gives. The first one is lossy (`VP8 `), lossless (`VP8L`), or the
 * canvas (`VP8X`) of more chunks: an image with alpha or metadata, or an animation.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class WebP
{
    /** `RIFF`, the length of what follows, `WEBP`. */
    private const HEADER_BYTES = 12;

    private const IMAGE_DATA = ['VP8 ', 'VP8L', 'ANMF'];

    public static function read(Bytes $bytes): Image
    {
        $end = 8 + $bytes->little(4, 4);
        $bytes->checkEnd($end);
        $image = null;
        $hasData = false;
        for ($offset = self::HEADER_BYTES; $offset + 8 <= $end; $offset += 8 + $length + ($length & 1)) {
            $type = $bytes->at($offset, 4);
            $length = $bytes->little($offset + 4, 4);
            if ($offset + 8 + $length > $end) {
                throw Broken::because('its chunks are longer than the file');
            }
            $image = self::withChunk($image, $bytes, $type, $offset + 8, $length);
            $hasData = $hasData || in_array($type, self::IMAGE_DATA, true);
        }

        return $image !== null && $hasData ? $image : throw Broken::because('it has no image data');
    }

    /** The image so far, and what a chunk says of it. */
    private static function withChunk(?Image $image, Bytes $bytes, string $type, int $data, int $length): ?Image
    {
        $found = match ($type) {
            'VP8 ' => $length >= 10 ? self::lossy($bytes, $data) : null,
            'VP8L' => $length >= 5 ? self::lossless($bytes, $data) : null,
            'VP8X' => $length >= 10 && $image === null ? self::canvas($bytes, $data) : null,
            default => $image ?? throw Broken::because('it does not begin with its header'),
        };
        if ($found === null) {
            throw Broken::because('its header is damaged');
        }
        // A still image fills its canvas, else the canvas could hide how large it is.
        if ($image !== null && ($image->width !== $found->width || $image->height !== $found->height)) {
            throw Broken::because('its canvas and its image differ in size');
        }

        return $found;
    }

    /** A key frame: three bytes of flags, a start code, the sizes in 14 bits. */
    private static function lossy(Bytes $bytes, int $data): ?Image
    {
        return ($bytes->byte($data) & 1) === 0 && $bytes->at($data + 3, 3) === "\x9D\x01\x2A"
            ? self::image($bytes->little($data + 6, 2) & 0x3FFF, $bytes->little($data + 8, 2) & 0x3FFF)
            : null;
    }

    /** A signature, then the sizes less one in 14 bits. */
    private static function lossless(Bytes $bytes, int $data): ?Image
    {
        $bits = $bytes->little($data + 1, 4);

        return $bytes->byte($data) === 0x2F ? self::image(($bits & 0x3FFF) + 1, ($bits >> 14 & 0x3FFF) + 1) : null;
    }

    /** Four bytes of flags, then the sizes less one in 24 bits. */
    private static function canvas(Bytes $bytes, int $data): Image
    {
        return self::image($bytes->little($data + 4, 3) + 1, $bytes->little($data + 7, 3) + 1);
    }

    private static function image(int $width, int $height): Image
    {
        return new Image('image/webp', $width, $height);
    }
}
