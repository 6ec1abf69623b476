<?php

/**
 * What the app needs to know of an HTTP request.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class Request
{
    /** @param string $path decoded, repeated slashes merged, always with a leading slash */
    public function __construct(public string $method, public string $path)
    {
    }

    public static function current(): self
    {
        $raw = explode('?', (string) ($_SERVER['REQUEST_URI'] ?? '/'), 2)[0];
        // A proxy may send the absolute form.
        $raw = preg_replace('~^https?://[^/]*~i', '', $raw);

        return new self(
            (string) ($_SERVER['REQUEST_METHOD'] ?? 'GET'),
            (string) preg_replace('~/+~', '/', '/' . rawurldecode((string) $raw)),
        );
    }

    /** A request header, '' if it was not sent. */
    public function header(string $name): string
    {
        $plain = strtoupper(strtr($name, '-', '_'));

        return (string) ($_SERVER['HTTP_' . $plain] ?? $_SERVER[$plain] ?? '');
    }

    public function wantsJson(): bool
    {
        return stripos($this->header('Accept'), 'application/json') !== false;
    }

    /** How many images the page should say were just stored; a number, so that a link cannot put words on the page. */
    public function uploadedCount(): int
    {
        $count = filter_var($_GET['uploaded'] ?? null, FILTER_VALIDATE_INT);

        return is_int($count) && $count > 0 ? $count : 0;
    }
}
