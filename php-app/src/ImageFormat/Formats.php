<?php

/**
 * What a file is, by its content: name and content type sent by the client are claims, so they do not count.
 * No image is decoded; the structure is followed to its end, so that a file that ends early is found.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

use ImageApp\FileSlice;

final class Formats
{
    /** So many first bytes decide what a file is: AVIF lists its brands there. */
    private const HEAD_BYTES = 4096;

    /** @var array<string, class-string<Format>> */
    private const READERS = [
        'image/jpeg' => Jpeg::class,
        'image/png' => Png::class,
        'image/gif' => Gif::class,
        'image/webp' => WebP::class,
        'image/avif' => Avif::class,
    ];

    /**
     * @param \Closure(string, int, int): void $onSize is given the content type with the width and height of the image
     *                                                 and its parts, as soon as they are known, and may throw
     *
     * @return ?Image null if the file is not an image that the app takes
     *
     * @throws Broken if it is one, but ends early or is damaged
     */
    public static function read(FileSlice $file, \Closure $onSize): ?Image
    {
        $contentType = self::contentType($file->at(0, self::HEAD_BYTES));
        if ($contentType === null) {
            return null;
        }
        $onSize = static fn (int $width, int $height) => $onSize($contentType, $width, $height);

        return self::READERS[$contentType]::read(new Bytes($file), $onSize);
    }

    /** @param string $head the file's first bytes */
    public static function contentType(string $head): ?string
    {
        return match (true) {
            str_starts_with($head, "\xFF\xD8\xFF") => 'image/jpeg',
            str_starts_with($head, "\x89PNG\r\n\x1A\n") => 'image/png',
            str_starts_with($head, 'GIF87a'), str_starts_with($head, 'GIF89a') => 'image/gif',
            str_starts_with($head, 'RIFF') && substr($head, 8, 4) === 'WEBP' => 'image/webp',
            self::isAvif($head) => 'image/avif',
            default => null,
        };
    }

    /** An AVIF file begins with an `ftyp` box that names `avif` (or `avis`, a sequence) among its brands. */
    private static function isAvif(string $head): bool
    {
        if (strlen($head) < 12 || substr($head, 4, 4) !== 'ftyp') {
            return false;
        }
        $boxSize = unpack('N', $head)[1];
        // The major brand, a version, then the compatible brands.
        $brands = str_split(substr($head, 8, max(0, $boxSize - 8)), 4);
        unset($brands[1]);

        return array_intersect($brands, ['avif', 'avis']) !== [];
    }
}
