<?php

/**
 * What a complete image file says of itself: its type, and its size as it is seen.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final readonly class Image
{
    public function __construct(public string $contentType, public int $width, public int $height)
    {
        self::checkSides($width, $height);
    }

    /** @throws Broken if there is nothing to see */
    public static function checkSides(int $width, int $height): void
    {
        if ($width === 0 || $height === 0) {
            throw Broken::because('its width or height is zero');
        }
    }
}
