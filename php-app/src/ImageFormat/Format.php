<?php

/**
 * How files of one format are read.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

interface Format
{
    /**
     * Follows the structure to its end.
     *
     * @param \Closure(int, int): void $onSize is given width and height of the image, and of whatever else a viewer may
     *                                         make room for, as soon as they are known, and may throw
     *
     * @return Image as it is seen
     *
     * @throws Broken if the file ends early or is damaged
     */
    public static function read(Bytes $bytes, \Closure $onSize): Image;
}
