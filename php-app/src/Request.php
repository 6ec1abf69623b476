<?php

/**
 * What the app needs to know of an HTTP request.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class Request
{
    /**
     * @param string                $path    decoded, repeated slashes merged, always with a leading slash
     * @param string                $rawPath as the client sent it
     * @param array<string, string> $headers by their names in lower case
     * @param array<string, mixed>  $query
     */
    public function __construct(
        public string $method,
        public string $path,
        public string $rawPath = '/',
        private array $headers = [],
        private array $query = [],
    ) {
    }

    public static function current(): self
    {
        $raw = explode('?', (string) ($_SERVER['REQUEST_URI'] ?? '/'), 2)[0];
        // A proxy may send the absolute form.
        $raw = (string) preg_replace('~^https?://[^/]*~i', '', $raw);
        $headers = [];
        foreach ($_SERVER as $name => $value) {
            if (is_string($value) && (str_starts_with($name, 'HTTP_') || str_starts_with($name, 'CONTENT_'))) {
                $headers[strtolower(strtr(preg_replace('~^HTTP_~', '', $name), '_', '-'))] = $value;
            }
        }

        return new self(
            (string) ($_SERVER['REQUEST_METHOD'] ?? 'GET'),
            (string) preg_replace('~/+~', '/', '/' . rawurldecode($raw)),
            $raw,
            $headers,
            $_GET,
        );
    }

    /** Given by Apache (apache/apache2.conf): the load balancer's trace id, or a new one. */
    public static function id(): string
    {
        $id = $_SERVER['REQUEST_ID'] ?? '';
        if ($id === '') {
            // A request that Apache refused before it gave names.
            $id = $_SERVER['UNIQUE_ID'] ?? bin2hex(random_bytes(16));
            apache_setenv('REQUEST_ID', $id);
        }

        return $id;
    }

    /** The status with which Apache itself refuses this request (ErrorDocument), 0 if it does not. */
    public static function refusedByApache(): int
    {
        $status = (int) ($_SERVER['REDIRECT_STATUS'] ?? 0);

        return $status >= 400 ? $status : 0;
    }

    /** A request header, '' if it was not sent. */
    public function header(string $name): string
    {
        return $this->headers[strtolower($name)] ?? '';
    }

    public function wantsJson(): bool
    {
        foreach (explode(',', $this->header('Accept')) as $range) {
            if (strcasecmp(trim(explode(';', $range, 2)[0]), 'application/json') === 0) {
                return true;
            }
        }

        return false;
    }

    /** A parameter of the query, '' if it was not sent or is a list. */
    public function query(string $name): string
    {
        $value = $this->query[$name] ?? '';

        return is_string($value) ? $value : '';
    }

    /** A count that a redirect gave the page; a number, so that a link cannot put words on the page. */
    public function queryCount(string $name): int
    {
        $count = filter_var($this->query($name), FILTER_VALIDATE_INT);

        return is_int($count) && $count > 0 ? $count : 0;
    }

    /**
     * From this address back to the page, for links: `/images/a/b` is two levels down.
     * Counted as the browser does, which does not decode or merge slashes.
     */
    public function root(string $basePath): string
    {
        $below = self::belowBase($this->rawPath, $basePath) ?? ltrim($this->rawPath, '/');
        $levels = substr_count($below, '/');

        return $levels > 0 ? str_repeat('../', $levels) : './';
    }

    /** What follows the base path, whose slashes may be repeated; null where it does not begin the path. */
    private static function belowBase(string $rawPath, string $basePath): ?string
    {
        $segments = array_filter(explode('/', $basePath), static fn (string $segment): bool => $segment !== '');
        $rest = $rawPath;
        foreach ($segments as $segment) {
            if (preg_match('~^/+([^/]+)(/.*)$~Ds', $rest, $m) !== 1 || rawurldecode($m[1]) !== $segment) {
                return null;
            }
            $rest = $m[2];
        }

        return $segments === [] ? null : substr($rest, 1);
    }
}
