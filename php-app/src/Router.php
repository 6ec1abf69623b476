<?php

/**
 * Which route a request belongs to, at the root and under BASE_PATH alike.
 */

declare(strict_types=1);

namespace ImageApp;

final class Router
{
    private const IMAGES = '/images/';

    public static function handle(Request $request, string $basePath): void
    {
        if ($basePath !== '' && $request->path === $basePath) {
            Response::redirect(308, basename($basePath) . '/');

            return;
        }
        $path = $basePath !== '' && str_starts_with($request->path, $basePath . '/')
            ? substr($request->path, strlen($basePath))
            : $request->path;

        $allowed = self::allowedMethods($path);
        if ($allowed === []) {
            self::refuse($request, 404, 'not found');
        } elseif (!in_array($request->method, $allowed, true)) {
            header('Allow: ' . implode(', ', $allowed));
            self::refuse($request, 405, 'this path takes only ' . implode(', ', $allowed));
        } else {
            self::dispatch($request, $path);
        }
    }

    /** @return list<string> none for a path that is no route */
    private static function allowedMethods(string $path): array
    {
        return match (true) {
            $path === '/upload', $path === '/upload.php' => ['POST'],
            in_array($path, ['/', '/healthz', '/readyz', '/assets/app.css'], true),
            str_starts_with($path, self::IMAGES) => ['GET', 'HEAD'],
            default => [],
        };
    }

    private static function dispatch(Request $request, string $path): void
    {
        match (true) {
            $path === '/healthz' => Response::text(200, 'ok'),
            $path === '/readyz' => self::ready(),
            $path === '/assets/app.css' => Stylesheet::serve(),
            $path === '/' => (new PageHandler(self::images()))->show($request),
            str_starts_with($path, self::IMAGES)
                => (new ImageHandler(self::images()))->serve($request, substr($path, strlen(self::IMAGES))),
            default => (new UploadHandler(Config::fromEnvironment(), self::images()))->store($request),
        };
    }

    private static function images(): S3Client
    {
        $config = Config::fromEnvironment();

        return new S3Client($config, new AwsCredentials($config->region));
    }

    private static function ready(): void
    {
        try {
            self::images()->headBucket();
            Response::text(200, 'ready');
        } catch (\RuntimeException $error) {
            error_log('readyz: ' . $error->getMessage());
            Response::text(503, 'not ready: the bucket does not answer');
        }
    }

    public static function refuse(Request $request, int $status, string $message): void
    {
        $request->wantsJson() ? Response::json($status, ['error' => $message]) : Response::text($status, $message);
    }
}
