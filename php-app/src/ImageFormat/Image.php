<?php

/**
 * What a complete image file says of itself.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final readonly class Image
{
    public function __construct(public string $contentType, public int $width, public int $height)
    {
        if ($width === 0 || $height === 0) {
            throw Broken::because('its width or height is zero');
        }
    }
}
