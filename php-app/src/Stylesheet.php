<?php

/**
 * The page's stylesheet. Its address carries a hash of its content, so browsers may keep it for good.
 */

declare(strict_types=1);

namespace ImageApp;

final class Stylesheet
{
    private const FILE = __DIR__ . '/../assets/app.css';

    public static function url(): string
    {
        return 'assets/app.css?v=' . substr(hash_file('sha256', self::FILE), 0, 12);
    }

    public static function serve(): void
    {
        Response::body(200, [
            'Content-Type' => 'text/css; charset=utf-8',
            'Cache-Control' => 'public, max-age=31536000, immutable',
        ], (string) file_get_contents(self::FILE));
    }
}
