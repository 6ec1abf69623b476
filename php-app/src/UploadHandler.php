<?php

/**
 * `POST /upload` and `POST /upload.php`: stores the images of a form, all of them or none.
 */

declare(strict_types=1);

namespace ImageApp;

use ImageApp\ImageFormat\Image;

final class UploadHandler
{
    private const FIELD = 'fileToUpload';

    public function __construct(private readonly Config $config, private readonly S3Client $s3)
    {
    }

    public function store(Request $request): void
    {
        // What the head of the request says needs neither a turn nor the body.
        $boundary = MultipartReader::boundary($request->header('Content-Type'));
        if ((int) $request->header('Content-Length') > $this->config->maxBodyBytes()) {
            throw UploadRules::bodyTooLarge($this->config);
        }
        Admission::upload($this->config->maxUploads);
        // Whatever the client does from here on, what was begun is finished or undone.
        ignore_user_abort(true);
        $images = $this->storeAll($this->checkedFiles($boundary));
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
     * @return list<array{UploadedFile, Image}>
     */
    private function checkedFiles(string $boundary): array
    {
        $files = MultipartReader::files(Body::open(), $boundary, self::FIELD, $this->config);
        UploadRules::checkCount(count($files), $this->config->maxFiles);

        return array_map($this->checked(...), $files);
    }

    /** @return array{UploadedFile, Image} the file as it is stored, and what it is */
    private function checked(UploadedFile $file): array
    {
        $image = UploadRules::check($file, $this->config);

        return [$this->config->stripLocation ? $file->withoutLocation($image->contentType) : $file, $image];
    }

    /**
     * @param list<array{UploadedFile, Image}> $files
     *
     * @return list<StoredImage>
     */
    private function storeAll(array $files): array
    {
        $stored = [];
        foreach ($files as [$file, $image]) {
            $key = UploadRules::newKey($file, $image);
            $stored[] = new StoredImage($key, $file->content->length, $image);
            $metadata = ['height' => $image->height, 'width' => $image->width];
            try {
                $this->s3->put($key, $file->content, $image->contentType, $metadata);
            } catch (\Throwable $error) {
                // The failed one too: its answer may have been lost after S3 had stored it.
                $keys = array_map(static fn (StoredImage $image): string => $image->key, $stored);
                (new Cleanup($this->s3, $keys))->remove();
                if (!$error instanceof S3Error) {
                    throw $error;
                }
                Log::error("upload: {$error->getMessage()}");
                throw Refused::storeIsAway();
            }
        }

        return $stored;
    }
}
