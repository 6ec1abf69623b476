<?php

/**
 * Which route a request belongs to, at the root and under BASE_PATH alike.
 */

declare(strict_types=1);

namespace ImageApp;

final class Router
{
    private const READ = ['GET', 'HEAD'];
    private const WRITE = ['POST'];

    /** Routes of one address. */
    private const PAGES = [
        '/' => self::READ,
        '/healthz' => self::READ,
        '/readyz' => self::READ,
        '/upload' => self::WRITE,
        '/upload.php' => self::WRITE,
    ];

    /** Routes with something behind them. */
    private const BELOW = [
        '/assets/' => self::READ,
        '/images/' => self::READ,
        '/view/' => self::READ,
        '/delete/' => self::WRITE,
    ];

    public static function handle(Request $request): void
    {
        try {
            self::route($request, Config::basePath());
        } catch (Refused $refused) {
            ErrorAnswer::send($request, $refused);
        } catch (S3Error $error) {
            ErrorAnswer::send($request, self::refusalOf($error));
        }
    }

    private static function route(Request $request, string $basePath): void
    {
        $isBelow = $basePath !== '' && str_starts_with($request->path, $basePath . '/');
        $path = $isBelow ? substr($request->path, strlen($basePath)) : $request->path;
        if (!Health::isCheck($path)) {
            Admission::countRequest(Config::maxRequestsPerSecond());
        }
        if ($basePath !== '' && $request->path === $basePath) {
            // Without the slash, the page's relative links would lead out of the base path.
            Response::redirect(308, basename($basePath) . '/');

            return;
        }
        // `/images/ID/NAME` is the route `/images/` and `ID/NAME`.
        $rest = (string) strstr(substr($path, 1), '/');
        $route = isset(self::PAGES[$path]) ? $path : substr($path, 0, strlen($path) - strlen($rest)) . '/';
        self::checkMethod($request, self::PAGES[$path] ?? self::BELOW[$route] ?? throw Refused::notFound());
        self::dispatch($request, $route, substr($rest, 1));
    }

    /** @param list<string> $allowed */
    private static function checkMethod(Request $request, array $allowed): void
    {
        if (!in_array($request->method, $allowed, true)) {
            header('Allow: ' . implode(', ', $allowed));
            throw new Refused(405, 'this address takes only ' . implode(' and ', $allowed));
        }
        if ($allowed === self::WRITE) {
            CrossSite::refuse($request, Config::trustsForwardedHost(), Config::isBehindTls());
        }
    }

    private static function dispatch(Request $request, string $route, string $rest): void
    {
        match ($route) {
            '/' => (new PageHandler(Config::fromEnvironment(), self::s3()))->show($request),
            '/healthz' => Health::alive(),
            '/readyz' => Health::ready(new S3Client(Config::fromEnvironment())),
            '/upload', '/upload.php' => (new UploadHandler(Config::fromEnvironment(), self::s3()))->store($request),
            '/assets/' => Assets::serve($rest),
            '/images/' => (new ImageHandler(self::s3()))->serve($request, $rest),
            '/view/' => (new ViewHandler(self::s3()))->show($request, $rest),
            '/delete/' => (new DeleteHandler(self::s3()))->delete($request, $rest),
        };
    }

    private static function s3(): S3Client
    {
        Admission::requestToS3();

        return new S3Client(Config::fromEnvironment());
    }

    private static function refusalOf(S3Error $error): Refused
    {
        if ($error->isMissingObject()) {
            return Refused::notFound();
        }
        Log::error($error->getMessage());

        return Refused::storeIsAway();
    }
}
