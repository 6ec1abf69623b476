<?php

/**
 * WebP: RIFF chunks within the length that the file gives. The first one is lossy (`VP8 `), lossless (`VP8L`), or the
 * canvas (`VP8X`) of more chunks: an image with alpha or metadata, or frames of an animation.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class WebP implements Format
{
    /** `RIFF`, the length of what follows, `WEBP`. */
    private const HEADER_BYTES = 12;

    private const ANIMATED = 0x02;

    /** What is looked into, and the least that has to be there. */
    private const KNOWN = ['VP8 ' => 10, 'VP8L' => 5, 'VP8X' => 10, 'ANMF' => 16];

    public static function header(Bytes $bytes): Image
    {
        foreach (self::chunks($bytes) as [$type, $data]) {
            return match ($type) {
                'VP8 ' => self::lossy($bytes, $data),
                'VP8L' => self::lossless($bytes, $data),
                'VP8X' => self::canvas($bytes, $data),
                default => throw Broken::because('it does not begin with its header'),
            };
        }
        throw Broken::because('it has no image data');
    }

    public static function follow(Bytes $bytes, Image $image): void
    {
        $animated = $bytes->at(self::HEADER_BYTES, 4) === 'VP8X'
            && ($bytes->byte(self::HEADER_BYTES + 8) & self::ANIMATED) !== 0;
        $hasImage = false;
        $isFirst = true;
        foreach (self::chunks($bytes) as [$type, $data]) {
            match ($type) {
                'VP8 ' => self::checkFills($image, self::lossy($bytes, $data)),
                'VP8L' => self::checkFills($image, self::lossless($bytes, $data)),
                'VP8X' => $isFirst || throw Broken::because('its canvas comes too late'),
                'ANMF' => self::checkFrame($image, $animated, $bytes, $data),
                default => null,
            };
            $hasImage = $hasImage || $type === 'ANMF' || (!$animated && in_array($type, ['VP8 ', 'VP8L'], true));
            $isFirst = false;
        }
        if (!$hasImage) {
            throw Broken::because('it has no image data');
        }
    }

    /**
     * The chunks: type and where the data begins.
     *
     * @return \Generator<array{string, int}>
     */
    private static function chunks(Bytes $bytes): \Generator
    {
        $end = 8 + $bytes->little(4, 4);
        // A byte makes each length even.
        for ($offset = self::HEADER_BYTES; $offset + 8 <= $end; $offset += 8 + $length + ($length & 1)) {
            $type = $bytes->at($offset, 4);
            $length = $bytes->little($offset + 4, 4);
            if ($offset + 8 + $length > $end || $length < (self::KNOWN[$type] ?? 0)) {
                throw Broken::because('a chunk has no valid length');
            }
            yield [$type, $offset + 8];
        }
        $bytes->checkEnd($end);
    }

    /** A still image fills its canvas, else a small canvas could hide a large image; decoders refuse any other. */
    private static function checkFills(Image $canvas, Image $image): void
    {
        if ($canvas->width !== $image->width || $canvas->height !== $image->height) {
            throw Broken::because('its image is not as large as its canvas');
        }
    }

    /** Positions are halved, sizes are less one. */
    private static function checkFrame(Image $canvas, bool $animated, Bytes $bytes, int $data): void
    {
        $right = 2 * $bytes->little($data, 3) + $bytes->little($data + 6, 3) + 1;
        $bottom = 2 * $bytes->little($data + 3, 3) + $bytes->little($data + 9, 3) + 1;
        if (!$animated || $right > $canvas->width || $bottom > $canvas->height) {
            throw Broken::because('a frame reaches beyond its canvas');
        }
    }

    /** A key frame: three bytes of flags, a start code, the sizes in 14 bits. */
    private static function lossy(Bytes $bytes, int $data): Image
    {
        return ($bytes->byte($data) & 1) === 0 && $bytes->at($data + 3, 3) === "\x9D\x01\x2A"
            ? self::image($bytes->little($data + 6, 2) & 0x3FFF, $bytes->little($data + 8, 2) & 0x3FFF)
            : throw self::badStart();
    }

    /** A signature, then the sizes less one in 14 bits, a bit for alpha, three bits of version. */
    private static function lossless(Bytes $bytes, int $data): Image
    {
        $bits = $bytes->little($data + 1, 4);

        return $bytes->byte($data) === 0x2F && $bits >> 29 === 0
            ? self::image(($bits & 0x3FFF) + 1, ($bits >> 14 & 0x3FFF) + 1)
            : throw self::badStart();
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

    private static function badStart(): Broken
    {
        return Broken::because('its image data does not begin as it should');
    }
}
