<?php

/**
 * Keeps other sites from making a visitor's browser upload or delete something here: browsers say in `Sec-Fetch-Site`
 * (over TLS and on localhost) or in `Origin` where a request comes from; what says nothing is no browser.
 */

declare(strict_types=1);

namespace ImageApp;

final class CrossSite
{
    private const PORTS = ['http' => 80, 'https' => 443];

    /** @throws Refused if a browser sends this for another site */
    public static function refuse(Request $request): void
    {
        if (!self::isFromHere($request)) {
            throw new Refused(403, 'the request comes from a page of another site: use the form on this site');
        }
    }

    private static function isFromHere(Request $request): bool
    {
        $site = $request->header('Sec-Fetch-Site');
        if ($site !== '') {
            return in_array($site, ['same-origin', 'none'], true);
        }
        $origin = $request->header('Origin');
        if ($origin === '') {
            return true;
        }
        // Of the scheme only the usual port counts: TLS may end at the load balancer.
        $usualPort = self::PORTS[strtolower(explode(':', $origin, 2)[0])] ?? 0;
        $from = self::hostAndPort($origin, $usualPort);

        return $from !== null && $from === self::hostAndPort('//' . $request->header('Host'), $usualPort);
    }

    /** @return ?array{string, int} */
    private static function hostAndPort(string $url, int $usualPort): ?array
    {
        $parts = parse_url($url);

        return is_array($parts) && isset($parts['host'])
            ? [strtolower($parts['host']), $parts['port'] ?? $usualPort]
            : null;
    }
}
