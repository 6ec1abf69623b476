<?php

/**
 * JPEG: segments up to the first scan, then scans (several in a progressive file) up to the end of image.
 * A thumbnail in an APP segment has markers of its own: segments are skipped by their length, so those are never seen.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Jpeg
{
    private const START_OF_IMAGE = 0xD8;
    private const END_OF_IMAGE = 0xD9;
    private const START_OF_SCAN = 0xDA;

    /** Between the frame headers, but something else: DHT, JPG, DAC. */
    private const NO_FRAMES = [0xC4, 0xC8, 0xCC];

    /** In a scan, 0xFF is followed by 0 (a plain 0xFF), by a restart marker, by another 0xFF, or it is a marker. */
    private const MARKER_AFTER_SCAN = '~\xFF[\x01-\xCF\xD8-\xFE]~';

    public static function read(Bytes $bytes): Image
    {
        $image = null;
        $hasScan = false;
        // Behind the start of image.
        $offset = 2;
        while (($marker = self::marker($bytes, $offset)) !== self::END_OF_IMAGE) {
            if (self::stands($marker)) {
                continue;
            }
            $length = $bytes->big($offset, 2);
            if ($length < 2 || $marker === self::START_OF_IMAGE) {
                throw Broken::because('its segments are damaged');
            }
            if (self::isFrame($marker)) {
                $image ??= new Image('image/jpeg', $bytes->big($offset + 5, 2), $bytes->big($offset + 3, 2));
            }
            $offset += $length;
            if ($marker === self::START_OF_SCAN) {
                $hasScan = true;
                $offset = $bytes->find(self::MARKER_AFTER_SCAN, $offset);
            }
            if ($hasScan && $image === null) {
                throw Broken::because('its image data begins before its size is told');
            }
        }

        return $image !== null && $hasScan ? $image : throw Broken::because('it has no image data');
    }

    /** The marker at an offset, which is then moved behind it. */
    private static function marker(Bytes $bytes, int &$offset): int
    {
        if ($bytes->byte($offset) !== 0xFF) {
            throw Broken::because('its segments are damaged');
        }
        // Any number of 0xFF may fill the space before a marker.
        $offset = $bytes->skip("\xFF", $offset);

        return $bytes->byte($offset++);
    }

    /** Whether a marker has no segment: TEM and the restart markers. */
    private static function stands(int $marker): bool
    {
        return $marker === 0x01 || ($marker >= 0xD0 && $marker <= 0xD7);
    }

    private static function isFrame(int $marker): bool
    {
        return $marker >= 0xC0 && $marker <= 0xCF && !in_array($marker, self::NO_FRAMES, true);
    }
}
