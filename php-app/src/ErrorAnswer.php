<?php

/**
 * The answer to a request that failed: JSON for who asked for JSON, a page for everyone else.
 */

declare(strict_types=1);

namespace ImageApp;

final class ErrorAnswer
{
    private const TITLES = [
        400 => 'Bad Request',
        403 => 'Forbidden',
        404 => 'Not Found',
        405 => 'Method Not Allowed',
        408 => 'Request Timeout',
        413 => 'Payload Too Large',
        414 => 'URI Too Long',
        415 => 'Unsupported Media Type',
        416 => 'Range Not Satisfiable',
        417 => 'Expectation Failed',
        500 => 'Internal Server Error',
        501 => 'Not Implemented',
        503 => 'Service Unavailable',
        505 => 'HTTP Version Not Supported',
    ];

    /** What to say of a request that Apache did not let through. */
    private const BY_APACHE = [
        400 => 'the request is malformed: check the address',
        404 => 'there is nothing at this address',
        405 => 'this address does not take that method',
        408 => 'the request took too long: send it again',
        413 => 'the request is too large: send less at a time',
        414 => 'the address is too long: check it',
    ];

    /** @param array<string, string> $headers */
    public static function send(Request $request, Refused $refused, array $headers = []): void
    {
        if ($refused->retryAfter !== null) {
            $headers['Retry-After'] = (string) $refused->retryAfter;
        }
        if ($request->wantsJson()) {
            Response::json($refused->status, ['error' => $refused->getMessage()], $headers);

            return;
        }
        Response::html($refused->status, Page::render('error', $request->root(Config::basePath()), [
            'title' => self::TITLES[$refused->status] ?? 'Error',
            'message' => $refused->getMessage(),
        ]), $headers);
    }

    public static function sendApaches(Request $request, int $status): void
    {
        self::send($request, new Refused($status, self::BY_APACHE[$status] ?? 'the request cannot be served'));
    }
}
