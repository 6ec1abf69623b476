<?php

/**
 * `POST /upload.php` and `POST /upload`: stores the images of a form, all of them or none.
 */

declare(strict_types=1);

namespace ImageApp;

final class UploadHandler
{
    private const FIELD = 'fileToUpload';

    public function __construct(private readonly Config $config, private readonly S3Client $s3)
    {
    }

    public function store(Request $request): void
    {
        try {
            $images = $this->storeAll($this->checkedFiles($request));
        } catch (UploadRefused $refused) {
            $this->fail($request, $refused->status, $refused->getMessage());

            return;
        } catch (S3Error $error) {
            error_log('upload: ' . $error->getMessage());
            $this->fail($request, 502, 'the image store did not confirm the upload; nothing was kept, try again soon');

            return;
        }
        if ($request->wantsJson()) {
            $list = array_map(static fn (StoredImage $image): array => $image->toArray(), $images);
            Response::json(201, ['images' => $list]);
        } else {
            // `.` and not `./`, which curl before 8 resolves to the parent when a query follows.
            Response::redirect(303, '.?uploaded=' . count($images));
        }
    }

    /**
     * Every rule is checked on every file before the first one is stored.
     *
     * @return list<array{UploadedFile, string}> each file with its content type
     */
    private function checkedFiles(Request $request): array
    {
        if ((int) $request->header('Content-Length') > $this->config->maxBodyBytes()) {
            throw UploadRules::bodyTooLarge($this->config);
        }
        $body = fopen('php://input', 'rb');
        if ($body === false) {
            throw new \RuntimeException('upload: cannot open the request body; check that /tmp is writable');
        }
        $files = MultipartReader::files($body, $request->header('Content-Type'), self::FIELD, $this->config);
        UploadRules::checkCount(count($files), $this->config->maxFiles);

        return array_map(function (UploadedFile $file): array {
            UploadRules::checkSize($file->label, $file->content->length, $this->config->maxFileBytes);
            $type = UploadRules::contentType($file->content->head(UploadRules::HEAD_BYTES))
                ?? throw new UploadRefused(415, "{$file->label}: this is no image; send JPEG, PNG, GIF, WebP or AVIF");

            return [$file, $type];
        }, $files);
    }

    /**
     * @param list<array{UploadedFile, string}> $files
     *
     * @return list<StoredImage>
     */
    private function storeAll(array $files): array
    {
        $stored = [];
        foreach ($files as [$file, $type]) {
            $id = UploadRules::sortableId((int) (microtime(true) * 1000), bin2hex(random_bytes(4)));
            $key = UploadRules::objectKey($id, UploadRules::safeFileName($file->clientName, $type));
            $stored[] = new StoredImage($key, $file->content->length, $type);
            try {
                $this->s3->put($key, $file->content, $type);
            } catch (\RuntimeException $error) {
                // The failed one too: its answer may have been lost after S3 had stored it.
                $this->remove($stored);
                throw $error;
            }
        }

        return $stored;
    }

    /** @param list<StoredImage> $images */
    private function remove(array $images): void
    {
        foreach ($images as $image) {
            try {
                $this->s3->delete($image->key);
            } catch (\RuntimeException $error) {
                error_log("upload: left behind {$image->key}: " . $error->getMessage());
            }
        }
    }

    /** A browser gets the page again, with the message and the honest status. */
    private function fail(Request $request, int $status, string $message): void
    {
        if ($request->wantsJson()) {
            Response::json($status, ['error' => $message]);
        } else {
            (new PageHandler($this->s3))->show($request, $status, $message);
        }
    }
}
