<?php

/**
 * An image that is in the bucket.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class StoredImage
{
    public function __construct(public string $key, public int $size, public string $contentType = '')
    {
    }

    public function fileName(): string
    {
        return substr((string) strrchr($this->key, '/'), 1);
    }

    /** Relative, because only the browser knows under which path a load balancer serves the app. */
    public function url(): string
    {
        $rest = substr($this->key, strlen(UploadRules::PREFIX));

        return 'images/' . implode('/', array_map('rawurlencode', explode('/', $rest)));
    }

    /** @return array{key: string, size: int, content_type: string, url: string} */
    public function toArray(): array
    {
        return [
            'key' => $this->key,
            'size' => $this->size,
            'content_type' => $this->contentType,
            'url' => $this->url(),
        ];
    }
}
