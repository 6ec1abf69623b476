<?php

/**
 * JPEG: segments up to the first scan, then scans (several in a progressive file) up to the end of image.
 * A thumbnail in an APP segment has markers of its own: segments are skipped by their length, so those are never seen.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Jpeg implements Format
{
    private const START_OF_IMAGE = 0xD8;
    private const END_OF_IMAGE = 0xD9;
    private const START_OF_SCAN = 0xDA;

    /** Between the frame headers, but something else: DHT, JPG, DAC. */
    private const NO_FRAMES = [0xC4, 0xC8, 0xCC];

    /**
     * The next marker with a segment. In a scan, 0xFF is followed by 0 (a plain 0xFF) or is a restart marker; before
     * a marker any number of 0xFF may stand; and between segments libjpeg skips whatever is no marker.
     */
    private const MARKER = '~\xFF[\x02-\xCF\xD8-\xFE]~';

    /** Length, precision, height, width. */
    private const FRAME_BYTES = 7;

    public static function header(Bytes $bytes): Image
    {
        foreach (self::segments($bytes) as [$marker, $offset, $length]) {
            if (self::isFrame($marker)) {
                return $length >= self::FRAME_BYTES
                    ? new Image('image/jpeg', $bytes->big($offset + 5, 2), $bytes->big($offset + 3, 2))
                    : throw Broken::because('its frame header is too short');
            }
            if ($marker === self::START_OF_SCAN) {
                throw Broken::because('its image data has no frame header');
            }
        }
        throw Broken::because('it has no image data');
    }

    public static function follow(Bytes $bytes, Image $image): void
    {
        $frames = 0;
        $scans = 0;
        foreach (self::segments($bytes) as [$marker]) {
            $frames += self::isFrame($marker) ? 1 : 0;
            $scans += $marker === self::START_OF_SCAN ? 1 : 0;
            if ($frames > 1) {
                throw Broken::because('it has two frame headers');
            }
        }
        if ($scans === 0) {
            throw Broken::because('it has no image data');
        }
    }

    /**
     * The segments before the end of image: marker, offset behind it, length.
     *
     * @return \Generator<array{int, int, int}>
     */
    private static function segments(Bytes $bytes): \Generator
    {
        // Behind the start of image.
        $offset = 2;
        while (true) {
            $offset = $bytes->find(self::MARKER, $offset) + 2;
            $marker = $bytes->byte($offset - 1);
            if ($marker === self::END_OF_IMAGE) {
                return;
            }
            $length = $bytes->big($offset, 2);
            if ($marker < 0xC0 || $marker === self::START_OF_IMAGE || $length < 2) {
                throw Broken::because('its segments are damaged');
            }
            yield [$marker, $offset, $length];
            $offset += $length;
        }
    }

    private static function isFrame(int $marker): bool
    {
        return $marker >= 0xC0 && $marker <= 0xCF && !in_array($marker, self::NO_FRAMES, true);
    }
}
