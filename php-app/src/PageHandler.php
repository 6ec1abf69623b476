<?php

/**
 * `GET /`: the page with where it runs, the upload form and the newest images.
 */

declare(strict_types=1);

namespace ImageApp;

final class PageHandler
{
    private const SHOWN = 24;

    public function __construct(private readonly S3Client $s3)
    {
    }

    public function show(Request $request, int $status = 200, string $error = ''): void
    {
        try {
            $images = $this->s3->list(UploadRules::PREFIX, self::SHOWN);
        } catch (\RuntimeException $failure) {
            error_log('page: ' . $failure->getMessage());
            $images = [];
            $status = $status === 200 ? 503 : $status;
            $error = $error !== '' ? $error : 'the images cannot be listed: the image store does not answer';
        }
        Response::html($status, self::render([
            'facts' => ['Container' => (string) gethostname(), 'Runtime' => 'PHP (Apache)'] + TaskMetadata::facts(),
            'stylesheet' => Stylesheet::url(),
            'uploaded' => $error === '' ? $request->uploadedCount() : 0,
            'error' => $error,
            'images' => $images,
        ]));
    }

    /** @param array<string, mixed> $view the template's variables */
    private static function render(array $view): string
    {
        $flags = ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5;
        $escape = static fn (string $text): string => htmlspecialchars($text, $flags, 'UTF-8');
        ob_start();
        (static function () use ($view, $escape): void {
            extract($view);
            require __DIR__ . '/../templates/page.php';
        })();

        return (string) ob_get_clean();
    }
}
