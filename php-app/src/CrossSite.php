<?php

/**
 * Keeps other sites from making a visitor's browser upload or delete something here: browsers say in `Sec-Fetch-Site`
 * (over TLS and on localhost) or in `Origin` where a request comes from; what says nothing is not a browser.
 * The Rust app has the same rules and the same cases (tests/cross_site.json).
 */

declare(strict_types=1);

namespace ImageApp;

final class CrossSite
{
    private const PORTS = ['http' => 80, 'https' => 443];

    /** @throws Refused if a browser sends this for another site */
    public static function refuse(Request $request, bool $trustForwardedHost, bool $behindTls = false): void
    {
        if (!self::isFromHere($request, $trustForwardedHost, $behindTls)) {
            throw new Refused(403, 'the request comes from a page of another site: use the form on this site');
        }
    }

    private static function isFromHere(Request $request, bool $trustForwardedHost, bool $behindTls): bool
    {
        $site = $request->header('Sec-Fetch-Site');
        if ($site !== '') {
            return in_array($site, ['same-origin', 'none'], true);
        }
        $origin = $request->header('Origin');
        if ($origin === '') {
            return true;
        }
        [$scheme, $authority] = explode('://', $origin, 2) + [1 => ''];
        $scheme = strtolower($scheme);
        if (!isset(self::PORTS[$scheme])) {
            return false;
        }
        $from = self::hostAndPort($authority, self::PORTS[$scheme]);

        return $from !== null && $from === self::here($request, $scheme, $trustForwardedHost, $behindTls);
    }

    /**
     * The host and port that the browser asked for, if it did so by this scheme.
     *
     * @return ?array{string, int}
     */
    private static function here(
        Request $request,
        string $scheme,
        bool $trustForwardedHost,
        bool $behindTls,
    ): ?array {
        $forwarded = static fn (string $name): string => $trustForwardedHost ? self::first($request, $name) : '';
        $host = $forwarded('X-Forwarded-Host');
        // Of the scheme only the usual port counts: TLS may end before us, and before whoever forwards to us.
        $here = self::hostAndPort($host !== '' ? $host : self::first($request, 'Host'), self::PORTS[$scheme]);
        $askedBy = $behindTls ? 'https' : strtolower($forwarded('X-Forwarded-Proto'));
        if ($scheme === 'http' && $askedBy === 'https') {
            return null;
        }
        // The usual port of a scheme that the browser did not use is one of the proxy's.
        if ($here !== null && $askedBy === $scheme && in_array($here[1], self::PORTS, true)) {
            $here[1] = self::PORTS[$scheme];
        }

        return $here;
    }

    /** The first in a list, which is what the outermost proxy wrote. */
    private static function first(Request $request, string $name): string
    {
        return trim(explode(',', $request->header($name), 2)[0]);
    }

    /**
     * The host in lower case, and the usual port where there is none.
     *
     * @return ?array{string, int}
     */
    private static function hostAndPort(string $authority, int $usualPort): ?array
    {
        // The colons within brackets are of an address.
        $host = '\[[0-9a-f:.]+\]|(?:(?![/?#@\\\\,\[\]:])[!-\~])+';
        if (preg_match("~^({$host})(?::(\\d*))?$~Di", $authority, $m) !== 1) {
            return null;
        }
        $port = ($m[2] ?? '') === '' ? $usualPort : (int) $m[2];

        return $port <= 65535 ? [strtolower($m[1]), $port] : null;
    }
}
