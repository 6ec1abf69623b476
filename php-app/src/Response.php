<?php

/**
 * Answers: text, JSON, HTML and redirects, with the headers that belong to each.
 */

declare(strict_types=1);

namespace ImageApp;

final class Response
{
    private const PAGE_POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; "
        . "base-uri 'none'; frame-ancestors 'none'";

    /** @param array<string, string> $headers */
    public static function head(int $status, array $headers): void
    {
        http_response_code($status);
        header('X-Content-Type-Options: nosniff');
        foreach ($headers as $name => $value) {
            header($name . ': ' . $value);
        }
    }

    public static function text(int $status, string $text): void
    {
        $headers = ['Content-Type' => 'text/plain; charset=utf-8', 'Cache-Control' => 'no-store'];
        self::body($status, $headers, $text . "\n");
    }

    /** @param array<string, mixed> $value */
    public static function json(int $status, array $value): void
    {
        $json = json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE
            | JSON_INVALID_UTF8_SUBSTITUTE);
        self::body($status, ['Content-Type' => 'application/json', 'Cache-Control' => 'no-store'], $json . "\n");
    }

    public static function html(int $status, string $html): void
    {
        self::body($status, [
            'Content-Type' => 'text/html; charset=utf-8',
            'Cache-Control' => 'no-store',
            'Content-Security-Policy' => self::PAGE_POLICY,
            'Referrer-Policy' => 'no-referrer',
        ], $html);
    }

    /** @param string $location relative: the app does not know the path that a load balancer puts before it */
    public static function redirect(int $status, string $location): void
    {
        self::body($status, ['Location' => $location, 'Cache-Control' => 'no-store'], '');
    }

    /** @param array<string, string> $headers */
    public static function body(int $status, array $headers, string $body): void
    {
        self::head($status, $headers + ['Content-Length' => (string) strlen($body)]);
        echo $body;
    }
}
