<?php

/**
 * Addresses of what is about an image, all relative: only the browser knows under which path a load balancer serves
 * the app.
 */

declare(strict_types=1);

namespace ImageApp;

final class ImageUrl
{
    /** @param string $what `images`, `view`, `delete` */
    public static function of(string $what, string $key): string
    {
        return $what . '/' . self::encoded(self::idAndName($key));
    }

    /** The page of what comes after this image. */
    public static function olderThan(string $key): string
    {
        return '?after=' . self::encoded(self::idAndName($key));
    }

    public static function name(string $key): string
    {
        return substr((string) strrchr($key, '/'), 1);
    }

    private static function idAndName(string $key): string
    {
        return substr($key, strlen(UploadRules::PREFIX));
    }

    private static function encoded(string $path): string
    {
        return implode('/', array_map('rawurlencode', explode('/', $path)));
    }
}
