<?php

/**
 * How files of one format are read.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

interface Format
{
    /**
     * The size that the file says it has: what is too large is refused whatever follows.
     *
     * @throws Broken if the file ends early or is damaged before that
     */
    public static function header(Bytes $bytes): Image;

    /**
     * Follows the structure to its end.
     *
     * @throws Broken if the file ends early or is damaged
     */
    public static function follow(Bytes $bytes, Image $image): void;
}
