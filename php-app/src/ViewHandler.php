<?php

/**
 * `GET /view/...`: a page about one image.
 */

declare(strict_types=1);

namespace ImageApp;

final class ViewHandler
{
    public function __construct(private readonly S3Client $s3)
    {
    }

    public function show(Request $request, string $idAndName): void
    {
        if (!UploadRules::isPlausible($idAndName)) {
            throw Refused::notFound();
        }
        $key = UploadRules::PREFIX . $idAndName;
        $head = $this->s3->head($key);
        $type = $head['content-type'] ?? '';
        Response::html(200, Page::render('view', $request->root(Config::basePath()), [
            'title' => ImageUrl::name($key),
            'key' => $key,
            'size' => (int) ($head['content-length'] ?? 0),
            'type' => $type,
            'isImage' => MediaType::isImage($type),
            'width' => self::pixels($head, 'width'),
            'height' => self::pixels($head, 'height'),
            'stored' => strtotime($head['last-modified'] ?? ''),
        ]));
    }

    /**
     * 0 for an image that was stored without its dimensions.
     *
     * @param array<string, string> $head
     */
    private static function pixels(array $head, string $which): int
    {
        $value = $head["x-amz-meta-{$which}"] ?? '';

        return ctype_digit($value) && strlen($value) <= 10 ? (int) $value : 0;
    }
}
