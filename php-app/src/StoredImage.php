<?php

/**
 * An image that an upload has put into the bucket.
 */

declare(strict_types=1);

namespace ImageApp;

use ImageApp\ImageFormat\Image;

final readonly class StoredImage
{
    public function __construct(public string $key, private int $size, private Image $image)
    {
    }

    /** @return array{key: string, size: int, content_type: string, width: int, height: int, url: string} */
    public function toArray(): array
    {
        return [
            'key' => $this->key,
            'size' => $this->size,
            'content_type' => $this->image->contentType,
            'width' => $this->image->width,
            'height' => $this->image->height,
            'url' => ImageUrl::of('images', $this->key),
        ];
    }
}
