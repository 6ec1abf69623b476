<?php

/**
 * `POST /delete/...`: deletes an image and its thumbnails.
 */

declare(strict_types=1);

namespace ImageApp;

final class DeleteHandler
{
    public function __construct(private readonly S3Client $s3)
    {
    }

    public function delete(Request $request, string $idAndName): void
    {
        if (!UploadRules::isPlausible($idAndName)) {
            throw Refused::notFound();
        }
        $key = UploadRules::PREFIX . $idAndName;
        // S3 itself confirms the deletion of what was never there.
        $this->s3->head($key);
        // The image goes first: the Rust app, when it makes a thumbnail meanwhile, looks for its image afterwards.
        $this->s3->delete($key);
        $thumbnail = UploadRules::THUMBNAILS . $idAndName;
        $versions = UploadRules::THUMBNAIL_VERSIONS;
        $keys = array_map(static fn (string $version): string => $thumbnail . $version, $versions);
        (new Cleanup($this->s3, $keys))->remove();
        if ($request->wantsJson()) {
            Response::json(200, ['deleted' => $key]);
        } else {
            Response::redirect(303, '../../?deleted=1');
        }
    }
}
