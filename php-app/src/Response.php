<?php

/**
 * Answers: text, JSON, HTML and redirects, with the headers that belong to each.
 */

declare(strict_types=1);

namespace ImageApp;

final class Response
{
    private const PAGE_POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
        . "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static string $requestId = '';

    /** Every answer names the request, so that a user can quote it and the log be searched for it. */
    public static function during(string $requestId): void
    {
        self::$requestId = $requestId;
    }

    /** @param array<string, string> $headers */
    public static function head(int $status, array $headers): void
    {
        http_response_code($status);
        $headers += [
            'X-Content-Type-Options' => 'nosniff',
            'X-Request-Id' => self::$requestId,
            'Content-Security-Policy' => self::PAGE_POLICY,
            // Not no-referrer: with that, browsers would send `Origin: null` with the page's own forms.
            'Referrer-Policy' => 'same-origin',
        ];
        foreach ($headers as $name => $value) {
            header($name . ': ' . $value);
        }
    }

    /** @param array<string, string> $headers */
    public static function text(int $status, string $text, array $headers = []): void
    {
        $headers += ['Content-Type' => 'text/plain; charset=utf-8', 'Cache-Control' => 'no-store'];
        self::body($status, $headers, $text . "\n");
    }

    /**
     * @param array<string, mixed>  $value
     * @param array<string, string> $headers
     */
    public static function json(int $status, array $value, array $headers = []): void
    {
        $json = json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE
            | JSON_INVALID_UTF8_SUBSTITUTE);
        $headers += ['Content-Type' => 'application/json', 'Cache-Control' => 'no-store'];
        self::body($status, $headers, $json . "\n");
    }

    /** @param array<string, string> $headers */
    public static function html(int $status, string $html, array $headers = []): void
    {
        $headers += ['Content-Type' => 'text/html; charset=utf-8', 'Cache-Control' => 'no-store'];
        self::body($status, $headers, $html);
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
