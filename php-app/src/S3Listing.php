<?php

/**
 * A page of a bucket's listing.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class S3Listing
{
    /** @param list<ListedImage> $images */
    public function __construct(public array $images, private bool $hasMore)
    {
    }

    /** What the next page begins after; '' on the last one. */
    public function lastKey(): string
    {
        return $this->hasMore && $this->images !== [] ? $this->images[count($this->images) - 1]->key : '';
    }

    /** @return ?self null if that is no listing */
    public static function fromXml(string $text): ?self
    {
        $xml = simplexml_load_string($text, options: LIBXML_NONET | LIBXML_NOERROR | LIBXML_NOWARNING);
        if ($xml === false || $xml->getName() !== 'ListBucketResult') {
            return null;
        }
        $images = [];
        foreach ($xml->Contents as $object) {
            $images[] = new ListedImage((string) $object->Key, (int) $object->Size, (string) $object->LastModified);
        }

        return new self($images, (string) $xml->IsTruncated === 'true');
    }
}
