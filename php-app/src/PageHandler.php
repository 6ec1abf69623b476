<?php

/**
 * `GET /`: the page with where it runs, the upload form and a page of images, the newest ones first.
 */

declare(strict_types=1);

namespace ImageApp;

final class PageHandler
{
    private const SHOWN = 24;
    private const RETRY_AFTER = ['Retry-After' => '5'];

    public function __construct(private readonly Config $config, private readonly S3Client $s3)
    {
    }

    public function show(Request $request): void
    {
        $after = $request->query('after');
        $start = UploadRules::isPlausible($after) ? UploadRules::PREFIX . $after : '';
        try {
            $listing = $this->s3->list(UploadRules::PREFIX, self::SHOWN, $start);
            Response::html(200, $this->render($listing, $start !== '', self::message($request)));
        } catch (S3Error $error) {
            Log::error('page: ' . $error->getMessage());
            $alert = 'The images cannot be listed at the moment: try again in a moment.';
            Response::html(503, $this->render(null, false, '', $alert), self::RETRY_AFTER);
        }
    }

    private function render(?S3Listing $listing, bool $isOlder, string $message, string $alert = ''): string
    {
        $last = $listing->lastKey ?? '';

        return Page::render('home', '', [
            'facts' => TaskMetadata::facts(),
            'message' => $message,
            'alert' => $alert,
            'maxBytes' => $this->config->maxFileBytes,
            'maxFiles' => $this->config->maxFiles,
            'images' => $listing->images ?? [],
            'isOlder' => $isOlder,
            'older' => $last === '' ? '' : ImageUrl::olderThan($last),
        ]);
    }

    /** What a redirect says to the page, in numbers only. */
    private static function message(Request $request): string
    {
        $uploaded = $request->queryCount('uploaded');

        return match (true) {
            $uploaded === 1 => '1 image stored.',
            $uploaded > 1 => "{$uploaded} images stored.",
            $request->query('deleted') === '1' => 'The image is deleted.',
            default => '',
        };
    }
}
