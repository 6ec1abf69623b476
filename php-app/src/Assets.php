<?php

/**
 * The page's style, script and icon. Each address carries a hash of the content, so that browsers may keep it for good.
 */

declare(strict_types=1);

namespace ImageApp;

final class Assets
{
    private const FILES = ['css' => 'app.css', 'js' => 'app.js', 'svg' => 'icon.svg'];
    private const CACHE_KEY = 'image-app.asset.';

    private const TYPES = [
        'css' => 'text/css; charset=utf-8',
        'js' => 'text/javascript; charset=utf-8',
        'svg' => 'image/svg+xml',
    ];

    /** The address of an asset, relative to the page: `assets/app-<hash>.css`. */
    public static function url(string $kind): string
    {
        return 'assets/' . self::name($kind);
    }

    /**
     * Any hash gets the asset, because during a rolling update a page of one version may ask a task of the other;
     * only the right one may be kept.
     */
    public static function serve(string $name): void
    {
        if (preg_match('~^app-[0-9a-f]{16}\.(css|js|svg)$~D', $name, $m) !== 1) {
            throw Refused::notFound();
        }
        Response::body(200, [
            'Content-Type' => self::TYPES[$m[1]],
            'Cache-Control' => $name === self::name($m[1]) ? 'public, max-age=31536000, immutable' : 'no-store',
        ], (string) file_get_contents(self::file($m[1])));
    }

    private static function name(string $kind): string
    {
        // The files of an image never change, so one look is enough.
        $hash = apcu_entry(self::CACHE_KEY . $kind, static fn (): string =>
            substr((string) hash_file('sha256', self::file($kind)), 0, 16));

        return "app-{$hash}.{$kind}";
    }

    private static function file(string $kind): string
    {
        return __DIR__ . '/../../assets/' . self::FILES[$kind];
    }
}
